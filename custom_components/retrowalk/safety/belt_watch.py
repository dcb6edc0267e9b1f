"""The belt under watch: since when it moves or rests, and whether its own step counter runs."""

from ..belt import BeltMotion, BeltReport

AT_REST = frozenset({BeltMotion.STOPPED, BeltMotion.STOPPED_UNCONFIRMED})
# Captured gaps of up to 2.0 s are normal.
COUNTER_STANDS_S = 5.0
COUNTER_RUNS_STEPS = 6


class BeltWatch:
    """What is known of the belt."""

    def __init__(self) -> None:
        """Begin without a report."""
        self.report: BeltReport | None = None
        self.moving_since_s: float | None = None
        self.rest_since_s: float | None = None
        self._counter: int | None = None
        self._counted = 0
        self._counted_s = 0.0

    @property
    def runs(self) -> bool:
        """Whether the belt moves and is not told to stop: the walker ought to walk."""
        return self.report is not None and self.report.motion is BeltMotion.MOVING

    def update(self, report: BeltReport, now_s: float) -> bool:
        """Take a report; tell whether the belt has begun to start, to move, or to rest."""
        # Machines count down for 3 s and more: nobody steps before the belt moves.
        was_starting = self.report is not None and self.report.motion is BeltMotion.STARTING
        turned = was_starting and report.motion is BeltMotion.MOVING
        if report.motion in AT_REST:
            if self.rest_since_s is None:
                turned = True
                self.rest_since_s = now_s
            self.moving_since_s = None
        elif self.moving_since_s is None:
            turned = True
            self.moving_since_s = now_s
            self.rest_since_s = None
            self._counted = 0
        if report.steps is not None and report.steps != self._counter:
            if self._counter is not None:
                self._counted += max(0, report.steps - self._counter)  # it may reset at rest
            self._counter = report.steps
            self._counted_s = now_s
        self.report = report
        return turned

    def counter_stands(self, now_s: float, since_s: float) -> bool:
        """Tell whether the counter ran and now stands, leaving out what was before `since_s`."""
        return (
            self.runs
            and self._counted >= COUNTER_RUNS_STEPS
            and now_s - max(self._counted_s, since_s) >= COUNTER_STANDS_S
        )
