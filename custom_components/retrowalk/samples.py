"""What a wearable reports, whoever makes it: motion and steps on one time line."""

from typing import NamedTuple


class MotionSample(NamedTuple):
    """One reading of an accelerometer, gravity included, in g along the sensor's own axes."""

    at_s: float  # on the monotonic time line, by the sensor's own clock
    x_g: float
    y_g: float
    z_g: float


class StepSample(NamedTuple):
    """One report of a step counter; what it does not say is None."""

    at_s: float
    cadence_spm: float | None = None
    steps: int | None = None  # counted so far, both feet; only differences mean anything
    walking: bool | None = None
