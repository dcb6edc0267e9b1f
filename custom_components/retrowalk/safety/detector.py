"""Impact, and then a changed posture: the fall pattern of one accelerometer, sample by sample.

No free fall is demanded: somebody who sinks along the rail has none. An impact is measured by the
velocity that it takes up and by the commotion around it rather than by its peak, since a peak
depends on the sensor's bandwidth and range. Posture is the direction of gravity, so that it does
not matter how the sensor is worn.
"""

from collections import deque
from dataclasses import dataclass

from .motion import (
    LONGEST_STEP_S,
    ROUNDING_S,
    Moment,
    Motion,
    angle_deg,
    mean_of,
    size_of,
    spread_g,
)
from .thresholds import Thresholds

STANDARD_GRAVITY_MPS2 = 9.80665
# The weakest recorded impact of a development subject has a peak of 1.6 g.
LEAST_PEAK_G = 1.5
# Gravity before is taken 1 s ahead of the peak, before the descent
# (583 +- 255 ms in the elderly: Choi 2015).
BEFORE_PEAK_S = 1.0
# The posture that follows is tested 1.2 s after the peak over the last 0.6 s: 0.2 s took the
# swing of a jogging trunk for a posture.
POSTURE_AFTER_S = 1.2
POSTURE_OVER_S = 0.6
FEWEST_SAMPLES = 3
IMPACT_HALF_S = 0.1
COMMOTION_HALF_S = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Impact:
    """An impact, judged as soon as the posture after it could be tested."""

    at_s: float
    peak_at_s: float
    peak_g: float
    impact_mps: float
    commotion_g: float
    turn_deg: float
    fell: bool  # False: upright again, a stumble at most


class FallDetector:
    """Watches one sensor for impacts, and for those that leave it turned."""

    def __init__(self, motion: Motion, thresholds: Thresholds) -> None:
        """Watch `motion` by the thresholds of its placement."""
        self._motion = motion
        self._thresholds = thresholds
        self._last: Moment | None = None
        self._rising = False
        self._peaks = deque[Moment]()

    def update(self, moment: Moment) -> Impact | None:
        """Take the newest moment; return the impact that it completes, first one that fell."""
        last, self._last = self._last, moment
        if last is not None:
            if moment.at_s < last.at_s:
                self._peaks.clear()
            rising = moment.size_g >= last.size_g
            knows_down = self._motion.heard_s > BEFORE_PEAK_S
            if knows_down and self._rising and not rising and last.size_g > LEAST_PEAK_G:
                self._peaks.append(last)
            self._rising = rising
        found = None
        while self._peaks and self._peaks[0].at_s <= moment.at_s - POSTURE_AFTER_S + ROUNDING_S:
            rest = self._motion.between(self._peaks[0].at_s + POSTURE_AFTER_S - POSTURE_OVER_S)
            if len(rest) < FEWEST_SAMPLES:  # a hole in the stream
                break
            impact = self._judge(self._peaks.popleft(), rest)
            if found is None or not found.fell:
                found = impact or found
        return found

    def _judge(self, peak: Moment, rest: list[Moment]) -> Impact | None:
        """Measure the impact at `peak`; return it if it is one."""
        limits = self._thresholds
        posture = mean_of(rest)
        # What the sensor reads at rest is its own 1 g, whatever its calibration.
        rest_g = size_of(posture)
        struck = self._around(peak, IMPACT_HALF_S)
        each_s = min(2 * IMPACT_HALF_S / max(1, len(struck) - 1), LONGEST_STEP_S)
        excess_g = sum(max(0.0, moment.size_g - rest_g) for moment in struck)
        impact_mps = excess_g * each_s * STANDARD_GRAVITY_MPS2
        if impact_mps < limits.impact_mps:
            return None
        commotion_g = spread_g(self._around(peak, COMMOTION_HALF_S))
        if commotion_g < limits.commotion_g:
            return None
        turn_deg = angle_deg(self._motion.gravity_at(peak.at_s - BEFORE_PEAK_S), posture)
        return Impact(
            at_s=rest[-1].at_s,
            peak_at_s=peak.at_s,
            peak_g=peak.size_g,
            impact_mps=impact_mps,
            commotion_g=commotion_g,
            turn_deg=turn_deg,
            fell=turn_deg >= limits.turn_deg,
        )

    def _around(self, peak: Moment, half_s: float) -> list[Moment]:
        return self._motion.between(peak.at_s - half_s, peak.at_s + half_s)
