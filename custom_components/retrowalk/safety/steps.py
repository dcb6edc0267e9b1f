"""Steps from motion: what repeats is gait, and each crest of what repeats is a step.

The period comes from an autocorrelation that forgets; the crests are those of the signal averaged
over half a period, which wipes out its second harmonic. All widths follow the period, so that a
walk at 45 steps a minute is counted as one at 130. Only the size of the acceleration is used, so
that it does not matter how the sensor is worn, nor which way the walker faces.
"""

from collections import deque
from math import inf, sqrt

from ..samples import MotionSample, StepSample
from .intake import Intake
from .thresholds import Thresholds

# One value each 40 ms is enough for 180 steps a minute; a leg swings half as often.
GRID_S = 0.04
FASTEST_STEP_S = 0.32
SLOWEST_STEP_S = 1.6  # 45 steps a minute take 1.33 s on the mean, and no two are alike
FORGETS_AFTER_PERIODS = 3.0
FORGETS_AT_LEAST_S = 4.0
FORGETS_AFTER_S = 4.0
PERIOD_EACH_VALUES = 5
# Below this it is sway and noise: the slowest recorded walk (70 steps a minute, an old person)
# has 0.09 g at the waist.
LEAST_MOTION_G = 0.02
# Gait is alike after one period, and unlike after half of one: by how much is in the table.
LEAST_LIKENESS = 0.2
SHARE_OF_CONTRAST = 0.7  # three steps repeat as well as one: the shortest is meant
# A walk begins when so many findings in a row are alike, 0.2 s apart.
ALIKE = 0.15
AGREEMENTS = 3
# A crest falls by this share of the motion before the next, and is no closer than this share of
# a period.
CREST_FALL = 0.3
CLOSEST_CREST = 0.6
# A walk has ended when a crest is overdue by this.
ENDS_AFTER_PERIODS = 2.2
ENDS_AFTER_S = 1.5
REMEMBERED_VALUES = 150
LONGEST_HOLE_S = 0.5


class StepDetector:
    """Counts the steps of one sensor."""

    def __init__(self, thresholds: Thresholds) -> None:
        """Count by the thresholds of the sensor's placement."""
        self.intake = Intake()
        self.steps = 0
        self._per_swing = thresholds.steps_per_swing
        self._share_of_best = thresholds.step_likeness
        self._least_contrast = thresholds.step_contrast
        self._grid_s = GRID_S * self._per_swing
        self._shortest = round(FASTEST_STEP_S / GRID_S)
        self._longest = round(SLOWEST_STEP_S / GRID_S)
        self._keep = [
            1 - self._grid_s / max(FORGETS_AT_LEAST_S, FORGETS_AFTER_PERIODS * lag * self._grid_s)
            for lag in range(self._longest + 2)
        ]
        self._last: tuple[float, float] | None = None
        self._reset()

    def _reset(self) -> None:
        """Forget the walk so far, but not its steps."""
        lags = len(self._keep)
        self._products = [0.0] * lags
        self._powers = [1e-9] * lags
        self._recent = deque([0.0] * lags, maxlen=lags)
        self._sums = deque[tuple[float, float]](maxlen=REMEMBERED_VALUES)
        self._values = 0
        self._mean_g = 1.0
        self._variance = 0.0
        self._area = 0.0
        self._last_step_s = -inf
        self._crest = _Crest()
        self._candidate_s = 0.0
        self._agreed = 0
        self.walking = False
        self.period_s: float | None = None  # of a swing; None: nothing repeats

    def update(self, sample: MotionSample) -> StepSample | None:
        """Take one sample; return the steps that it completes, or that walking has ended."""
        if not self.intake.admits(sample):
            return None
        at_s, x_g, y_g, z_g = sample
        size = sqrt(x_g * x_g + y_g * y_g + z_g * z_g)
        if self._per_swing > 1:
            size = abs(size - 1.0)  # of a leg, its own swing and not the other foot's landing
        last = self._last
        self._last = (at_s, size)
        if last is None or not 0 < at_s - last[0] < LONGEST_HOLE_S:
            if last is not None and at_s < last[0]:
                self._reset()
            self._due_s = at_s + self._grid_s
            self._area = 0.0
            return None
        found = None
        from_s, was = last
        slope = (size - was) / (at_s - from_s)
        while self._due_s <= at_s:
            value = was + slope * (self._due_s - from_s)
            self._area += (was + value) / 2 * (self._due_s - from_s)
            found = self._take(self._due_s, self._area / self._grid_s) or found
            from_s, was = self._due_s, value
            self._area = 0.0
            self._due_s += self._grid_s
        self._area += (was + size) / 2 * (at_s - from_s)
        return found

    def _take(self, at_s: float, value: float) -> StepSample | None:
        """Take the mean over one grid interval."""
        self._values += 1
        share = max(self._grid_s / FORGETS_AFTER_S, 1 / self._values)
        self._mean_g += (value - self._mean_g) * share
        motion = value - self._mean_g
        power = motion * motion
        self._variance += (power - self._variance) * share
        self._recent.appendleft(motion)
        self._products = [
            was * keep + motion * then
            for was, keep, then in zip(self._products, self._keep, self._recent, strict=True)
        ]
        self._powers = [
            was * keep + power for was, keep in zip(self._powers, self._keep, strict=True)
        ]
        total = self._sums[-1][1] if self._sums else 0.0
        self._sums.append((at_s, total + value))
        found_s = self._find_period() if self._values % PERIOD_EACH_VALUES == 0 else self.period_s
        before = self.steps
        if found_s is not None and self.period_s is None and self._agrees(found_s):
            self.period_s = found_s
            self._crest = _Crest()
            # Gait is known late: count the steps that it was known by.
            known_s = max(FORGETS_AT_LEAST_S, FORGETS_AFTER_PERIODS * found_s)
            for index, (then_s, _) in enumerate(self._sums):
                if then_s > at_s - known_s:
                    self._look_for_crest(index)
        elif self.period_s is not None:
            self.period_s = found_s or self.period_s
            self._look_for_crest(len(self._sums) - 1)
        if self.period_s is None:
            return None
        if self.steps > before:
            self.walking = True
            cadence_spm = 60.0 * self._per_swing / self.period_s
            return StepSample(self._last_step_s, cadence_spm, self.steps, walking=True)
        if at_s - self._last_step_s > max(ENDS_AFTER_S, ENDS_AFTER_PERIODS * self.period_s):
            was_walking, self.walking = self.walking, False
            self.period_s = found_s
            if was_walking:
                return StepSample(at_s, 0.0, self.steps, walking=False)
        return None

    def _find_period(self) -> float | None:
        """Return the period at which the motion repeats best and its half least; None: no gait."""
        if self._variance < LEAST_MOTION_G**2:
            return None
        alike = [
            product / power for product, power in zip(self._products, self._powers, strict=True)
        ]
        lags = range(self._shortest, self._longest + 1)
        least = max(LEAST_LIKENESS, self._share_of_best * max(alike[lag] for lag in lags))
        contrasts = {
            lag: alike[lag] - (alike[lag // 2] + alike[(lag + 1) // 2]) / 2
            for lag in lags
            if alike[lag] >= least and alike[lag - 1] <= alike[lag] >= alike[lag + 1]
        }
        enough = max(self._least_contrast, SHARE_OF_CONTRAST * max(contrasts.values(), default=0.0))
        shortest = next((lag for lag, contrast in contrasts.items() if contrast >= enough), None)
        return None if shortest is None else shortest * self._grid_s

    def _agrees(self, found_s: float) -> bool:
        """Tell whether a first period has been found alike often enough: noise never is."""
        alike = abs(found_s - self._candidate_s) <= ALIKE * self._candidate_s
        self._candidate_s = found_s
        self._agreed = self._agreed + 1 if alike else 0
        return self._agreed >= AGREEMENTS

    def _look_for_crest(self, index: int) -> None:
        """Average half a period up to `index`, and count the crest that this completes."""
        assert self.period_s is not None
        width = max(1, round(self.period_s / 2 / self._grid_s))
        if index < width:
            return
        mean = (self._sums[index][1] - self._sums[index - width][1]) / width
        middle_s = self._sums[index][0] - width * self._grid_s / 2
        crest_s = self._crest.update(middle_s, mean, CREST_FALL * sqrt(self._variance))
        if crest_s is not None and crest_s - self._last_step_s >= CLOSEST_CREST * self.period_s:
            self._last_step_s = crest_s
            self.steps += self._per_swing


class _Crest:
    """Finds the highest point between two falls."""

    def __init__(self) -> None:
        """Begin on the way down."""
        self._rising = False
        self._at_s = 0.0
        self._value = inf

    def update(self, at_s: float, value: float, fall: float) -> float | None:
        """Take one value; return when the crest was that has now been left by `fall`."""
        if (value > self._value) == self._rising:
            self._at_s, self._value = at_s, value
        elif abs(value - self._value) > fall:
            crest_s = self._at_s if self._rising else None
            self._rising = not self._rising
            self._at_s, self._value = at_s, value
            return crest_s
        return None
