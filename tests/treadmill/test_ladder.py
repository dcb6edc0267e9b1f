"""The stop ladder: which rung, when, and when none."""

from custom_components.retrowalk.treadmill.ladder import Rung, StopLadder


def climbed(
    ladder: StopLadder, *, start_s: float = 0, seconds: int = 30, slowing_until_s: float = 0
) -> list[tuple[float, Rung]]:
    """Ask every half second, and return what was climbed."""
    taken = []
    for half in range(seconds * 2):
        at_s = start_s + half / 2
        rung = ladder.climb(at_s, slowing=at_s < slowing_until_s)
        if rung is not None:
            taken.append((at_s, rung))
    return taken


def test_all_rungs() -> None:
    """A belt that never slows down: the stop is repeated, and the alarm is not."""
    ladder = StopLadder(has_power_switch=True)
    ladder.begin(0, Rung.STOP)
    assert climbed(ladder, seconds=40) == [
        (3, Rung.STOP_AGAIN),
        (6, Rung.PAUSE),
        (9, Rung.POWER_OFF),
        (14, Rung.GIVE_UP),
        (24, Rung.STOP_AGAIN),
        (34, Rung.STOP_AGAIN),
    ]


def test_without_switch() -> None:
    """The rung that is not there is left out."""
    ladder = StopLadder(has_power_switch=False)
    ladder.begin(0, Rung.STOP)
    assert [rung for _, rung in climbed(ladder, seconds=19)] == [
        Rung.STOP_AGAIN,
        Rung.PAUSE,
        Rung.GIVE_UP,
    ]


def test_slowing() -> None:
    """None is taken while the belt slows down, and the next not at once."""
    ladder = StopLadder(has_power_switch=False)
    ladder.begin(0, Rung.STOP)
    assert climbed(ladder, slowing_until_s=20)[0] == (20.5, Rung.STOP_AGAIN)


def test_watch() -> None:
    """A stop by somebody else is watched, and done ourselves if nothing comes of it."""
    ladder = StopLadder(has_power_switch=False)
    ladder.begin(0, Rung.WATCH)
    assert climbed(ladder, seconds=4) == [(3, Rung.STOP)]


def test_repeated() -> None:
    """A stop that is repeated does not climb down, unless the ladder was at its end."""
    ladder = StopLadder(has_power_switch=False)
    assert ladder.climb(0, slowing=False) is None
    ladder.begin(0, Rung.STOP)
    climbed(ladder, seconds=7)
    ladder.begin(7, Rung.STOP)
    seen = [ladder.rung]
    climbed(ladder, start_s=7)
    seen.append(ladder.rung)
    ladder.begin(50, Rung.STOP)
    seen.append(ladder.rung)
    ladder.end()
    assert [*seen, ladder.rung] == [Rung.PAUSE, Rung.GIVE_UP, Rung.STOP, None]
