"""The stop ladder: what is tried, in which order, when a belt that was told to stop does not.

No rung is taken while the belt slows down, however slowly, and none of them can start a belt.
"""

from dataclasses import dataclass
from enum import StrEnum


class Rung(StrEnum):
    """One thing to try."""

    WATCH = "watch"  # somebody else stopped the belt
    STOP = "stop"
    STOP_AGAIN = "stop_again"
    PAUSE = "pause"
    POWER_OFF = "power_off"
    GIVE_UP = "give_up"  # say aloud that the belt may still move


@dataclass(frozen=True, kw_only=True)
class Step:
    """A rung, and how long it may go without the belt slowing down."""

    rung: Rung
    wait_s: float


# A belt may rise for 1 s after a stop, and 2 s are needed to see that it does not fall.
LADDER: tuple[Step, ...] = (
    Step(rung=Rung.WATCH, wait_s=3.0),
    Step(rung=Rung.STOP, wait_s=3.0),
    Step(rung=Rung.STOP_AGAIN, wait_s=3.0),
    Step(rung=Rung.PAUSE, wait_s=3.0),
    Step(rung=Rung.POWER_OFF, wait_s=5.0),  # a switch answers slowly, a belt coasts
    Step(rung=Rung.GIVE_UP, wait_s=10.0),  # the alarm is raised once; the stop is repeated
)


class StopLadder:
    """Where one stop stands on the ladder."""

    def __init__(self, *, has_power_switch: bool) -> None:
        """Begin off the ladder."""
        self._steps = tuple(
            step for step in LADDER if has_power_switch or step.rung is not Rung.POWER_OFF
        )
        self._place: int | None = None
        self._since_s = 0.0

    @property
    def rung(self) -> Rung | None:
        """The rung that was taken last; None off the ladder."""
        return None if self._place is None else self._steps[self._place].rung

    def begin(self, at_s: float, rung: Rung) -> None:
        """Get onto the ladder at `rung`; a stop that is repeated does not climb down."""
        if self.rung in (None, Rung.WATCH, Rung.GIVE_UP):
            self._place = next(at for at, step in enumerate(self._steps) if step.rung is rung)
            self._since_s = at_s

    def end(self) -> None:
        """Get off: the belt rests."""
        self._place = None

    def climb(self, at_s: float, *, slowing: bool) -> Rung | None:
        """Return the rung to take now, if any."""
        if self._place is None:
            return None
        wait_s = self._steps[self._place].wait_s
        if slowing:
            # Once it slows down no more, it has a moment left to show that it rests.
            self._since_s = max(self._since_s, at_s - wait_s + 1.0)
            return None
        if at_s - self._since_s < wait_s:
            return None
        self._since_s = at_s
        if self.rung is Rung.GIVE_UP:
            return Rung.STOP_AGAIN
        self._place += 1
        return self.rung
