"""One wearable under watch: its samples in, what they show out."""

from collections.abc import Iterator
from math import inf
from typing import NamedTuple

from ..samples import MotionSample, StepSample
from .aftermath import Aftermath
from .detector import BEFORE_PEAK_S, FallDetector, Impact
from .evidence import Evidence
from .motion import Motion
from .sinking import SinkDetector
from .step_loss import Loss, PodLoss, StepLoss
from .steps import LONGEST_HOLE_S, StepDetector
from .stillness import STILLNESS_OVER_S, Stillness
from .thresholds import THRESHOLDS, Placement

STUMBLE_STEPS_WITHIN_S = 2.0
STUMBLE_ALONE_S = 5.0  # a quick walker's heel strikes with each step
ONE_FALL_S = 3.0  # a body that falls strikes more than once
MOVES_WITHIN_S = 3.0  # a foot rests for 1.3 s of each 2.7 s at 45 steps a minute
REPORT_COUNTS_FOR_S = 2.0  # of a pod that says only its cadence


class Finding(NamedTuple):
    """What a wearable shows."""

    evidence: Evidence
    sample_at_s: float
    detail: object = None


class Watch:
    """What is known of one wearable."""

    def __init__(self, placement: Placement) -> None:
        """Watch a wearable worn at `placement`."""
        limits = THRESHOLDS[placement]
        self.placement = placement
        self.heard_s: float | None = None  # by the clock
        self.newest_s = 0.0  # by the sensor's time line
        self.steps = 0.0
        self._stops = limits.stops
        self._motion = Motion()
        self._falls = FallDetector(self._motion, limits)
        self._stillness = Stillness(self._motion)
        self._sinking = SinkDetector(self._motion, self._stillness)
        self._counter = StepDetector(limits)
        self._swings = StepLoss(limits)
        self._pod = PodLoss()
        self._has_motion = False
        self._counted: int | None = None
        self._aftermath: Aftermath | None = None
        self._struck_s: float | None = None
        self._last_struck_s = -inf
        self._fell_s: float | None = None

    @property
    def dropped(self) -> int:
        """How many samples were impossible or late."""
        return self._motion.intake.dropped

    def begin(self) -> None:
        """Take it that the walker walks from now on."""
        self._swings.begin(self.newest_s)

    def loss(self, now_s: float, *, struck: bool = False) -> Loss:
        """Tell how overdue the next step is; a pod is judged by the clock."""
        if self._has_motion:
            return self._swings.loss(self.newest_s, struck=struck)
        return self._pod.loss(now_s)

    @property
    def moves(self) -> bool:
        """Whether it moves as if it walked, in step or not."""
        return self._swings.moved_within(MOVES_WITHIN_S, self.newest_s)

    def on_step(self, sample: StepSample, now_s: float) -> None:
        """Take a report of a step counter; one that also sends motion is believed by its motion."""
        since_s = 0.0 if self.heard_s is None else min(now_s - self.heard_s, REPORT_COUNTS_FOR_S)
        self.heard_s = now_s
        if self._has_motion:
            return
        self.newest_s = sample.at_s
        new = 0.0
        if sample.steps is not None:
            new = 0.0 if self._counted is None else max(0, sample.steps - self._counted)
            self._counted = sample.steps
        elif sample.cadence_spm is not None:
            new = sample.cadence_spm / 60.0 * since_s
        self.steps += new
        walking = sample.walking
        if walking is None:
            walking = new > 0 if sample.cadence_spm is None else sample.cadence_spm > 0
        self._pod.report(now_s, walking=walking, cadence_spm=sample.cadence_spm)

    def on_motion(self, sample: MotionSample, now_s: float) -> Iterator[Finding]:
        """Take a sample of an accelerometer; yield what it completes."""
        moment = self._motion.take(sample)
        if moment is None:
            return
        at_s = moment.at_s
        if abs(at_s - self.newest_s) > LONGEST_HOLE_S:  # or a clock that jumped
            self._swings.unheard(at_s - self.newest_s)
        self._has_motion = True
        self.heard_s = now_s
        self.newest_s = at_s
        yield from self._on_steps(self._counter.update(sample))
        if self._stillness.update(moment):
            middle_s = at_s - STILLNESS_OVER_S / 2
            self._swings.lively(middle_s, self._stillness.spread_g, gait=self._counter.walking)
        impact = self._falls.update(moment)
        if impact is not None:
            yield from self._on_impact(impact)
        if not self._stops:
            return
        sinking = self._sinking.update(moment)
        if self._aftermath is not None:
            seen = self._aftermath.update(moment, self._stillness.since_s, self.steps)
            if seen is not None:
                yield Finding(seen, at_s)
            if at_s >= self._aftermath.until_s:
                self._aftermath = None
        elif sinking is not None:
            yield Finding(Evidence.SANK, at_s, sinking)

    def _on_steps(self, stepped: StepSample | None) -> Iterator[Finding]:
        if stepped is None or not stepped.walking:
            return
        at_s, counted = stepped.at_s, self._counter.steps
        new = counted - (self._counted or 0)
        self._counted = counted
        self.steps += new
        self._swings.step(at_s, new)
        if self._struck_s is not None and 0 < at_s - self._struck_s <= STUMBLE_STEPS_WITHIN_S:
            yield Finding(Evidence.STUMBLE, self.newest_s)
            self._struck_s = None

    def _on_impact(self, impact: Impact) -> Iterator[Finding]:
        if not impact.fell:
            alone = impact.peak_at_s - self._last_struck_s > STUMBLE_ALONE_S
            self._struck_s = impact.peak_at_s if alone else None
            self._last_struck_s = impact.peak_at_s
            return
        if self._fell_s is not None and 0 <= impact.at_s - self._fell_s < ONE_FALL_S:
            return
        self._fell_s = impact.at_s
        if self._stops:
            upright = self._motion.gravity_at(impact.peak_at_s - BEFORE_PEAK_S)
            self._aftermath = Aftermath(self._motion, upright, impact.at_s, self.steps)
        yield Finding(Evidence.FALL if self._stops else Evidence.LIMB_IMPACT, impact.at_s, impact)
