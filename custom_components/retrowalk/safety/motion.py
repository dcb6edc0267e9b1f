"""What one accelerometer said lately, and where down was: the memory that the detectors share."""

from collections import deque
from math import acos, degrees, inf, sqrt
from statistics import fmean
from typing import NamedTuple

from ..samples import MotionSample
from .intake import Intake

# Long enough for the mean of a walk, short enough to follow a strap that slips.
GRAVITY_OVER_S = 4.0
REMEMBERED_S = 4.8
# Across a longer hole in the stream no sample stands for what was not heard.
LONGEST_STEP_S = 0.25
ROUNDING_S = 1e-6

type Vector = tuple[float, float, float]


class Moment(NamedTuple):
    """A sample as remembered, with gravity as it was known then."""

    at_s: float
    acceleration: Vector
    size_g: float
    gravity: Vector


class Motion:
    """The last seconds of one sensor."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.intake = Intake()
        self.relearn()

    def relearn(self) -> None:
        """Learn the direction of gravity anew."""
        self.moments = deque[Moment]()
        self.heard_s = 0.0

    def take(self, sample: MotionSample) -> Moment | None:
        """Remember `sample`; None if it was impossible or late."""
        if not self.intake.admits(sample):
            return None
        at_s, x_g, y_g, z_g = sample
        size_g = sqrt(x_g * x_g + y_g * y_g + z_g * z_g)
        gravity = (x_g, y_g, z_g)
        moments = self.moments
        if moments and at_s < moments[-1].at_s:  # the sensor's clock has jumped back
            self.relearn()
            moments = self.moments
        if moments:
            last = moments[-1]
            step_s = min(at_s - last.at_s, LONGEST_STEP_S)
            self.heard_s += step_s
            share = step_s / min(self.heard_s, GRAVITY_OVER_S)  # at first the plain mean
            was_x, was_y, was_z = last.gravity
            gravity = (
                was_x + (x_g - was_x) * share,
                was_y + (y_g - was_y) * share,
                was_z + (z_g - was_z) * share,
            )
        moment = Moment(at_s, (x_g, y_g, z_g), size_g, gravity)
        moments.append(moment)
        while moments[0].at_s < at_s - REMEMBERED_S:
            moments.popleft()
        return moment

    def between(self, from_s: float, to_s: float = inf) -> list[Moment]:
        """Return what is remembered of this time, both ends included."""
        from_s, to_s = from_s - ROUNDING_S, to_s + ROUNDING_S
        return [moment for moment in self.moments if from_s <= moment.at_s <= to_s]

    def gravity_at(self, at_s: float) -> Vector:
        """Return gravity as it was known then, or at the first moment remembered."""
        at_s -= ROUNDING_S
        known = next((moment for moment in self.moments if moment.at_s >= at_s), None)
        return (known or self.moments[-1]).gravity


def mean_of(moments: list[Moment]) -> Vector:
    """Return the mean acceleration."""
    x_g, y_g, z_g = zip(*(moment.acceleration for moment in moments), strict=True)
    return (fmean(x_g), fmean(y_g), fmean(z_g))


def spread_g(moments: list[Moment]) -> float:
    """Return the standard deviation of |a|; `statistics.pstdev` is exact, and 50 times as slow."""
    sizes_g = [moment.size_g for moment in moments]
    mean_g = fmean(sizes_g)
    return sqrt(fmean((size_g - mean_g) ** 2 for size_g in sizes_g))


def size_of(vector: Vector) -> float:
    """Return the length of a vector."""
    return sqrt(_dot(vector, vector))


def angle_deg(one: Vector, other: Vector) -> float:
    """Return the angle between two directions; 0 where one of them is none."""
    sizes = size_of(one) * size_of(other)
    if sizes == 0.0:
        return 0.0
    return degrees(acos(max(-1.0, min(1.0, _dot(one, other) / sizes))))


def _dot(one: Vector, other: Vector) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
