"""The closed loop, on speeds and distances as belts give them."""

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.belt import BeltEventKind
from custom_components.retrowalk.treadmill.watch import (
    DistanceWatch,
    SpeedHistory,
    SpeedWatch,
    diagnose,
    tolerance_kmh,
)
from tests.captures import captures


def judged(
    speeds_kmh: list[float], *, before_kmh: float, target_kmh: float
) -> list[tuple[int, BeltEventKind, str]]:
    """Ask for a target at 0 s, report once a second from 1 s on, and return what was said when."""
    history, watch = SpeedHistory(0.3), SpeedWatch(0.3)
    history.add(0, before_kmh)
    watch.retarget(0, target_kmh, before_kmh)
    said = []
    for at_s, speed_kmh in enumerate(speeds_kmh, start=1):
        history.add(at_s, speed_kmh)
        event = watch.judge(at_s, speed_kmh, target_kmh, falling=history.falling)
        if event is not None:
            said.append((at_s, event.kind, event.detail))
    return said


@pytest.mark.parametrize(
    ("speeds_kmh", "before_kmh", "target_kmh", "said"),
    [
        ([1.3, 1.6, 1.9, 2.0, 2.3, 2.3, 2.3], 1.0, 2.0, []),  # within 20 %
        ([3.4, 3.1, 2.8, 2.5, 2.2, 2.0], 3.0, 2.0, []),  # rises for a second, then slows down
        (
            [1.6] * 4,
            1.0,
            1.0,
            [(3, BeltEventKind.RUNAWAY, "about 1.6 times as fast as asked: km/h are read as mph")],
        ),
        ([1.34] * 3, 1.0, 1.0, [(3, BeltEventKind.RUNAWAY, "faster than asked")]),
        (
            [4.0, 8.0, 12.0],
            1.0,
            2.0,
            [(3, BeltEventKind.RUNAWAY, "far faster than asked")],
        ),
        ([2.0, 1.0, 1.0, 1.0, 1.0], 1.0, 2.0, [(5, BeltEventKind.CONSOLE_SPEED, "slowed")]),
        ([1.0] * 12, 1.0, 2.0, [(12, BeltEventKind.CONSOLE_SPEED, "the speed was ignored")]),
    ],
)
def test_speed(
    speeds_kmh: list[float],
    before_kmh: float,
    target_kmh: float,
    said: list[tuple[int, BeltEventKind, str]],
) -> None:
    """What is said of a belt that was asked for a speed at 0 s, and when."""
    result = judged(speeds_kmh, before_kmh=before_kmh, target_kmh=target_kmh)
    assert result[: len(said) or None] == said


def test_falling() -> None:
    """A slow fall is one, the flutter of steps and a standing speed are none."""
    history = SpeedHistory(0.3)
    assert not history.falling
    for at_s, (speed_kmh, falling) in enumerate(
        [
            (6.0, False),
            (6.1, False),
            (6.0, False),
            (5.9, True),
            (5.7, True),
            (5.7, True),
            (5.7, False),
        ]
    ):
        history.add(at_s, speed_kmh)
        assert history.falling is falling
    history.clear()
    assert not history.falling


def ratios(speed_kmh: float, real_kmh: float, *, step_m: int = 1, seconds: int = 60) -> list[float]:
    """Return the ratios seen on a belt that reports `speed_kmh` and runs at `real_kmh`."""
    watch = DistanceWatch()
    seen = []
    for at_s in range(seconds):
        counted_m = int(at_s * real_kmh / 3.6 / step_m) * step_m
        ratio = watch.add(at_s, speed_kmh, counted_m)
        if ratio is not None:
            seen.append(ratio)
    return seen


def test_distance() -> None:
    """The counted distance shows an echoed setpoint up, however coarse it counts."""
    assert ratios(2.0, 2.0) == pytest.approx([1.0] * len(ratios(2.0, 2.0)), rel=0.15)
    assert ratios(2.0, 3.2) == pytest.approx([1.6] * len(ratios(2.0, 3.2)), rel=0.15)
    assert ratios(3.0, 3.0, step_m=10, seconds=100)[-1] == pytest.approx(1.0, rel=0.1)
    assert ratios(2.0, 0.0) == []  # nobody walks, nothing is counted
    assert ratios(2.0, 100.0) == []  # 300 m in 12 s were seen: the counter jumped


@given(
    speed_kmh=st.floats(0.5, 12.0),
    every_s=st.floats(0.1, 1.5),
    late_s=st.floats(0.0, 0.5),
    step_m=st.sampled_from([1, 10]),
    begin_m=st.floats(0.0, 10.0),
)
def test_an_honest_belt_is_never_suspected(
    speed_kmh: float, every_s: float, late_s: float, step_m: int, begin_m: float
) -> None:
    """Whatever its counter's step, its rhythm and the radio's delay."""
    watch = DistanceWatch()
    for report in range(int(60 / every_s)):
        said_s = report * every_s
        counted_m = int((begin_m + said_s * speed_kmh / 3.6) / step_m) * step_m
        ratio = watch.add(said_s + late_s * (report % 3 == 0), speed_kmh, counted_m)
        if ratio is not None:
            assert ratio * speed_kmh <= speed_kmh + tolerance_kmh(speed_kmh)


def test_distance_reset() -> None:
    """A counter that begins anew is no distance; neither is what was before a rest."""
    watch = DistanceWatch()
    for at_s, counted_m in enumerate([50, 51, 0, 1, 2]):
        assert watch.add(at_s * 5, 2.0, counted_m) is None


def test_captured_distance() -> None:
    """A CITYSPORTS with a walker on it counts what it reports."""
    watch = DistanceWatch()
    seen = [
        ratio
        for row in captures("2acd")
        if row.get("session") == "cs-wp8-with-person"
        and (
            ratio := watch.add(row["t"], row["decoded"]["speed_kmh"], row["decoded"]["distance_m"])
        )
    ]
    assert len(seen) > 20
    assert max(seen) < 1.2


def test_diagnosis_of_a_jump() -> None:
    """Beyond any unit it is simply far too fast."""
    assert diagnose(22.0, 2.0) == "far faster than asked"
