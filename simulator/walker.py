"""Somebody on the belt: walks as fast as it runs, and falls when told to, as recorded falls did.

What the worn sensors measure is asked of one walker, so that they agree with one another.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from math import cos, pi, sin

from custom_components.retrowalk.clock import Clock

from .recordings import Trial, Vector

# Own choice: 51 steps a minute at 0.8 km/h, 58 at 1.3 (0.8 mph), 82 at 3.
_CADENCE_AT_REST_SPM = 40.0
_CADENCE_SPM_PER_KMH = 14.0
_SLOWEST_KMH = 0.2
_REMEMBERED_S = 60.0
_STILL: Vector = (1.0, 0.0, 0.0)  # upright: gravity along x, as the recordings have it


class Walker:
    """One walker on one belt."""

    def __init__(self, clock: Clock, speed_kmh: Callable[[], float]) -> None:
        """Stand on a belt whose speed is told by `speed_kmh`."""
        self.heart_rate_bpm = 92
        self._clock = clock
        self._speed_kmh = speed_kmh
        self._trial: Trial | None = None
        self._trial_began_s = self._plays_since_s = 0.0
        # The steps taken by each time that somebody looked.
        self._walked: deque[tuple[float, float, float]] = deque([(clock.now_s(), 0.0, 0.0)])

    @property
    def cadence_spm(self) -> float:
        """How fast the walker steps now."""
        speed_kmh = self._speed_kmh()
        if self.is_down or speed_kmh < _SLOWEST_KMH:
            return 0.0
        return _CADENCE_AT_REST_SPM + _CADENCE_SPM_PER_KMH * speed_kmh

    @property
    def steps(self) -> float:
        """How many steps were taken, the one under way in part."""
        self._walk()
        return self._walked[-1][1]

    @property
    def is_down(self) -> bool:
        """Whether the walker falls, or lies where a fall ended."""
        trial = self._playing(self._clock.now_s())
        return trial is not None and trial.is_fall

    def play(self, trial: Trial, from_s: float = 0.0) -> None:
        """Do from now on what was recorded from `from_s` on; after a fall, lie there."""
        self._walk()
        self._plays_since_s = self._clock.now_s()
        self._trial, self._trial_began_s = trial, self._plays_since_s - from_s

    def get_up(self) -> None:
        """Stand again."""
        self._trial = None

    def acceleration_g(self, at_s: float) -> Vector:
        """Return what a sensor on the trunk measured at a time of the last minute."""
        if at_s >= self._plays_since_s and (trial := self._playing(at_s)):
            return trial.at(at_s - self._trial_began_s)
        self._walk()
        index = max(bisect_right(self._walked, at_s, key=lambda look: look[0]), 1)
        before_s, steps, cadence_spm = self._walked[index - 1]
        if index < len(self._walked):
            cadence_spm = self._walked[index][2]
        if cadence_spm == 0:
            return _STILL
        step = 2 * pi * (steps + cadence_spm / 60 * (at_s - before_s))
        return (
            1.0 + 0.18 * cos(step) + 0.05 * cos(2 * step),
            0.06 * sin(step / 2),  # from foot to foot
            0.08 * sin(step),
        )

    def _walk(self) -> None:
        """Take the steps since somebody looked last."""
        now_s, cadence_spm = self._clock.now_s(), self.cadence_spm
        before_s, steps, _ = self._walked[-1]
        if now_s > before_s:
            self._walked.append((now_s, steps + cadence_spm / 60 * (now_s - before_s), cadence_spm))
            while self._walked[0][0] < now_s - _REMEMBERED_S:
                self._walked.popleft()

    def _playing(self, at_s: float) -> Trial | None:
        trial = self._trial
        if trial and not trial.is_fall and at_s - self._trial_began_s > trial.seconds:
            return None
        return trial
