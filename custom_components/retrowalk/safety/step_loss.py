"""Steps that ought to have come: the loss of steps, by this walker's own cadence of just now."""

from collections import deque
from enum import IntEnum
from math import inf
from statistics import median

from .thresholds import Thresholds

RECENT_STEPS = 8
SLOWEST_STEP_S = 3.0  # own choice: slower than this they are two walks
# In 2.1 h of recorded walks 1.5 s gave no false event, and 1.0 s 33 an hour.
LATE_AFTER_STEPS, LATE_AT_LEAST_S = 2.0, 1.5
LOST_AFTER_STEPS, LOST_AT_LEAST_S = 3.0, 3.0
# Half the liveliness of the walk of the last 5 s, looked at ten times a second.
LIVELY = 0.5
LIVELINESS_SHARE = 0.02
# A foot pod reports once a second, and one report may be a slip.
POD_LOST_AT_LEAST_S = 3.3
POD_LATE_AFTER_ZEROS, POD_LOST_AFTER_ZEROS = 1, 2


class Loss(IntEnum):
    """How long the next step is overdue."""

    NONE = 0
    LATE = 1
    LOST = 2


class StepLoss:
    """The steps of one motion sensor."""

    def __init__(self, limits: Thresholds) -> None:
        """Begin without a step; a leg's sensor sees each second one."""
        self._unseen = limits.steps_per_swing - 1
        self._lively_g = limits.lively_g
        self._times_s = deque[float](maxlen=RECENT_STEPS)
        self._step_s = 0.0
        self._walking_g = 0.0
        self._lively_s = -inf
        self._last_s: float | None = None

    def begin(self, at_s: float) -> None:
        """Take it that the walker walks from now on."""
        self._last_s = at_s

    def step(self, at_s: float, steps: int) -> None:
        """Take the newest of `steps` steps."""
        if self._last_s is not None and steps > 0:
            each_s = (at_s - self._last_s) / steps
            if 0 < each_s < SLOWEST_STEP_S:
                self._times_s.append(each_s)
                self._step_s = median(self._times_s)
        self._last_s = at_s

    def lively(self, at_s: float, spread_g: float, *, gait: bool) -> None:
        """Take how lively the sensor is: a walk out of step is still no loss of steps."""
        if gait:
            share = LIVELINESS_SHARE if self._walking_g else 1.0
            self._walking_g += (spread_g - self._walking_g) * share
        if spread_g >= (LIVELY * self._walking_g or self._lively_g):
            self._lively_s = at_s

    def moved_within(self, seconds: float, now_s: float) -> bool:
        """Tell whether anything like walking was seen just now."""
        return now_s - self._lively_s <= seconds

    def unheard(self, seconds: float) -> None:
        """Leave out a hole in the stream: what was not heard is not missing."""
        if self._last_s is not None:
            self._last_s += seconds
        self._lively_s += seconds

    def loss(self, now_s: float, *, struck: bool = False) -> Loss:
        """Tell how overdue the next step is on the sensor's time line.

        After a limb was struck it need not lie still: what moves then is no walk out of step.
        """
        if self._last_s is None:
            return Loss.NONE
        waited_s = now_s - (self._last_s if struck else max(self._last_s, self._lively_s))
        if waited_s >= max(LOST_AT_LEAST_S, (LOST_AFTER_STEPS + self._unseen) * self._step_s):
            return Loss.LOST
        if waited_s >= max(LATE_AT_LEAST_S, (LATE_AFTER_STEPS + self._unseen) * self._step_s):
            return Loss.LATE
        return Loss.NONE


class PodLoss:
    """The steps of a foot pod or a step counter, which reports about once a second."""

    def __init__(self) -> None:
        """Begin without a report."""
        self._step_s = 0.0
        self._zeros = 0
        self._walked_s: float | None = None

    def report(self, at_s: float, *, walking: bool, cadence_spm: float | None) -> None:
        """Take one report."""
        if not walking:
            self._zeros += 1
            return
        self._zeros = 0
        self._walked_s = at_s
        if cadence_spm:
            self._step_s = min(SLOWEST_STEP_S, 60.0 / cadence_spm)

    def loss(self, now_s: float) -> Loss:
        """Tell how overdue the next step is."""
        if self._walked_s is None:
            return Loss.NONE
        waited_s = now_s - self._walked_s
        if self._zeros >= POD_LOST_AFTER_ZEROS and waited_s >= max(
            POD_LOST_AT_LEAST_S, LOST_AFTER_STEPS * self._step_s
        ):
            return Loss.LOST
        if self._zeros >= POD_LATE_AFTER_ZEROS and waited_s >= max(
            LATE_AT_LEAST_S, LATE_AFTER_STEPS * self._step_s
        ):
            return Loss.LATE
        return Loss.NONE
