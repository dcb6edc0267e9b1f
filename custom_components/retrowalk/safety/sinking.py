"""Sinking down without an impact, and what the body does after a fall: still, or up again.

A slump on the rail, a sit-back, being carried off the rear: the trunk may stay upright, and nothing
strikes. What is left is that height was lost and that stillness follows. Height is the double
integral of |a| over the movement, with as much velocity at its end as at its beginning.
"""

from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from .detector import FEWEST_SAMPLES, STANDARD_GRAVITY_MPS2
from .motion import LONGEST_STEP_S, Moment, Motion, angle_deg, mean_of
from .stillness import STILLNESS_OVER_S, Stillness

MOVEMENT_S = 2.0
# A slow walker rests for more than a second between two steps, and for 1.5 s in a turn.
STILL_FOR_S = 2.0
# Sitting down on a chair: 0.41 m (median of 189 recorded); stopping to walk: 0.23 m at most.
LEAST_DROP_M = 0.28
TURNED_DEG = 50.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sinking:
    """A movement that ended in stillness, lower or turned."""

    at_s: float
    drop_m: float
    turn_deg: float


class SinkDetector:
    """Watches one trunk sensor for stillness that begins lower, or turned."""

    def __init__(self, motion: Motion, stillness: Stillness) -> None:
        """Watch `motion`."""
        self._motion = motion
        self._stillness = stillness
        self._judged_s: float | None = None

    def update(self, moment: Moment) -> Sinking | None:
        """Take the newest moment; return what has just ended in stillness."""
        since_s = self._stillness.since_s
        if since_s is None or since_s == self._judged_s or moment.at_s - since_s < STILL_FOR_S:
            return None
        self._judged_s = since_s
        return self._judge(moment.at_s, since_s)

    def _judge(self, at_s: float, since_s: float) -> Sinking | None:
        """Measure the movement before this stillness."""
        began_s = since_s - MOVEMENT_S
        movement = self._motion.between(began_s, since_s + STILLNESS_OVER_S / 2)
        if self._motion.moments[0].at_s > began_s or len(movement) < FEWEST_SAMPLES:
            return None
        drop_m = _drop_m(movement)
        posture = mean_of(self._motion.between(since_s))
        turn_deg = angle_deg(self._motion.gravity_at(began_s), posture)
        if drop_m < LEAST_DROP_M and turn_deg < TURNED_DEG:
            return None
        return Sinking(at_s=at_s, drop_m=drop_m, turn_deg=turn_deg)


def _drop_m(movement: list[Moment]) -> float:
    """Return the height lost over `movement`."""
    mean_g = fmean(moment.size_g for moment in movement)
    speed_mps = height_m = 0.0
    for before, after in pairwise(movement):
        step_s = min(after.at_s - before.at_s, LONGEST_STEP_S)
        speed_mps += (after.size_g - mean_g) * STANDARD_GRAVITY_MPS2 * step_s
        height_m += speed_mps * step_s
    return -height_m
