"""The closed loop: what the belt does, held against what was asked and against the distance."""

from collections import deque
from dataclasses import dataclass, field

from ..belt import BeltEvent, BeltEventKind

# Allowed above the target: the larger of the two.
TOLERANCE_KMH = 0.3
TOLERANCE_SHARE = 0.2
# So long above it, and not falling, is a runaway.
RUNAWAY_AFTER_S = 2.0
# A belt may still rise in the first second after a command.
RISE_S = 1.0
# A target that is not reached in the time of the ramp and this much more was ignored.
IGNORED_AFTER_S = 8.0
# Steadily below a target that had been reached: somebody slowed the belt at the console.
SLOWED_AFTER_S = 3.0
# The distance counts whole metres at best; shorter spans say nothing.
DISTANCE_SPAN_S = 10.0
# Faster than any treadmill: the counter jumped.
IMPOSSIBLE_KMH = 30.0

# Ratio of speeds, up to which the diagnosis holds.
DIAGNOSES: tuple[tuple[float, str], ...] = (
    (1.35, "faster than asked"),
    (1.77, "about 1.6 times as fast as asked: km/h are read as mph"),
    (float("inf"), "far faster than asked"),
)
IGNORED = "the speed was ignored"


def tolerance_kmh(target_kmh: float) -> float:
    """Return how far above a target a belt may be."""
    return max(TOLERANCE_KMH, TOLERANCE_SHARE * target_kmh)


def diagnose(speed_kmh: float, asked_kmh: float, *, by_distance: bool = False) -> str:
    """Name the machine problem that a belt faster than asked looks like."""
    ratio = speed_kmh / asked_kmh
    if by_distance:  # it holds some of the ramp up, and so shows less than there is
        ratio = max(ratio, DIAGNOSES[0][0])
    return next(text for up_to, text in DIAGNOSES if ratio < up_to)


class SpeedHistory:
    """The last 2 s of reported speed: enough to tell whether the belt slows down."""

    SPAN_S = 2.1  # a little more than two reports of a machine that reports once a second

    def __init__(self, ramp_kmh_per_s: float) -> None:
        """Begin with nothing, for a belt that slows by `ramp_kmh_per_s`."""
        # A quarter of the ramp: a slow machine still counts as falling, the flutter of a step not.
        self._fall_kmh = ramp_kmh_per_s * self.SPAN_S / 4
        self._samples: deque[tuple[float, float]] = deque()

    def add(self, at_s: float, speed_kmh: float) -> None:
        """Take a reported speed."""
        self._samples.append((at_s, speed_kmh))
        while at_s - self._samples[0][0] > self.SPAN_S:
            self._samples.popleft()

    def clear(self) -> None:
        """Forget everything: what was before a gap says nothing."""
        self._samples.clear()

    @property
    def falling(self) -> bool:
        """Whether the newest speed is clearly below the highest of the span."""
        if not self._samples:
            return False
        return self._samples[-1][1] <= max(speed for _, speed in self._samples) - self._fall_kmh


@dataclass
class SpeedWatch:
    """Reported speed against target."""

    ramp_kmh_per_s: float
    _asked_at_s: float = 0.0
    _reach_s: float = 0.0
    _reached: bool = False
    _above_since_s: float | None = None
    _below_since_s: float | None = None

    def retarget(self, at_s: float, target_kmh: float, speed_kmh: float) -> None:
        """Take a new target, asked for now while the belt runs at `speed_kmh`."""
        self._asked_at_s = at_s
        self._reach_s = abs(target_kmh - speed_kmh) / self.ramp_kmh_per_s + IGNORED_AFTER_S
        self._reached = False
        self._above_since_s = self._below_since_s = None

    def judge(
        self, at_s: float, speed_kmh: float, target_kmh: float, *, falling: bool
    ) -> BeltEvent | None:
        """Tell what is wrong with a reported speed, if anything is."""
        margin_kmh = tolerance_kmh(target_kmh)
        if speed_kmh > target_kmh + margin_kmh:
            return self._above(at_s, speed_kmh, target_kmh, falling=falling)
        self._above_since_s = None
        if speed_kmh >= target_kmh - margin_kmh:
            self._reached, self._below_since_s = True, None
            return None
        return self._below(at_s, speed_kmh)

    def _above(
        self, at_s: float, speed_kmh: float, target_kmh: float, *, falling: bool
    ) -> BeltEvent | None:
        if falling or at_s - self._asked_at_s < RISE_S:
            self._above_since_s = None
            return None
        if self._above_since_s is None:
            self._above_since_s = at_s
        if at_s - self._above_since_s < RUNAWAY_AFTER_S:
            return None
        return BeltEvent(
            kind=BeltEventKind.RUNAWAY,
            speed_kmh=speed_kmh,
            detail=diagnose(speed_kmh, target_kmh),
        )

    def _below(self, at_s: float, speed_kmh: float) -> BeltEvent | None:
        if self._below_since_s is None:
            self._below_since_s = at_s
        if self._reached and at_s - self._below_since_s >= SLOWED_AFTER_S:
            return BeltEvent(kind=BeltEventKind.CONSOLE_SPEED, speed_kmh=speed_kmh, detail="slowed")
        if not self._reached and at_s - self._asked_at_s >= self._reach_s:
            return BeltEvent(kind=BeltEventKind.CONSOLE_SPEED, speed_kmh=speed_kmh, detail=IGNORED)
        return None


@dataclass
class DistanceWatch:
    """Counted distance against reported speed: many machines report the setpoint at once.

    Both are taken between two steps of the counter, so that its coarseness (10 m on a Sperax)
    does not matter. A counter that stands, since nobody walks, says nothing.
    """

    _last_s: float | None = None
    _last_m: float = 0.0
    _last_kmh: float = 0.0
    _run_m: float = 0.0  # the reported speed, summed up
    _edges: deque[tuple[float, float, float]] = field(default_factory=deque)  # s, counted, summed

    def add(self, at_s: float, speed_kmh: float, distance_m: float) -> float | None:
        """Take a report; return counted distance / reported distance where enough is known."""
        if self._last_s is None or distance_m < self._last_m:
            self.clear()
        else:
            # The higher of the two: a single false zero is no shorter way.
            self._run_m += max(speed_kmh, self._last_kmh) / 3.6 * (at_s - self._last_s)
        stepped = self._last_s is not None and distance_m > self._last_m
        self._last_s, self._last_m, self._last_kmh = at_s, distance_m, speed_kmh
        if not stepped:
            return None
        self._edges.append((at_s, distance_m, self._run_m))
        return self._ratio()

    def clear(self) -> None:
        """Begin anew: after a gap or a rest."""
        self._last_s, self._last_m, self._run_m = None, 0.0, 0.0
        self._edges.clear()

    def _ratio(self) -> float | None:
        """Compare the newest step of the counter with one at least 10 s older."""
        edges = self._edges
        while len(edges) > 2 and edges[-1][0] - edges[1][0] >= DISTANCE_SPAN_S:
            edges.popleft()
        (first_s, first_m, first_run_m), (last_s, last_m, last_run_m) = edges[0], edges[-1]
        span_s = last_s - first_s
        if span_s < DISTANCE_SPAN_S:
            return None
        if (last_m - first_m) / span_s * 3.6 > IMPOSSIBLE_KMH:
            edges.clear()
            return None
        return (last_m - first_m) / max(last_run_m - first_run_m, 0.1)
