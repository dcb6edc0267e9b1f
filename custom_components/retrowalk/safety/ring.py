"""A guard that keeps what it heard in the half minute before and after it decided."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import override

from ..belt import BeltReport
from ..samples import MotionSample, StepSample
from .evidence import Decision, Phase, Response
from .guard import Guard
from .incident import AFTER_S, Heard, Incident, Situation
from .intake import Intake
from .thresholds import Placement

BEFORE_S = 30.0
# Own choices: two sensors at 200 Hz, and as much again afterwards.
MOST_BEFORE, MOST_KEPT = 12_000, 24_000


class RingGuard(Guard):
    """A guard that keeps what it hears for a while, and for good where it decided."""

    def __init__(
        self,
        now_s: Callable[[], float],
        wearables: Mapping[str, Placement],
        act: Callable[[Decision], None],
        *,
        on_incident: Callable[[Incident], None],
        can_slow: bool = True,
    ) -> None:
        """Guard, and hand on each incident as it begins; it grows until it is over."""
        super().__init__(now_s, wearables, self._decided, can_slow=can_slow)
        self._do = act
        self._on_incident = on_incident
        self._wearables = dict(wearables)
        self._intakes = {name: Intake() for name in wearables}
        self._before = Situation(Phase.NONE, None, None, gait_seen=False)
        self._heard = deque[Heard]()
        self._incident: Incident | None = None

    @override
    def on_motion(self, wearable_id: str, sample: MotionSample) -> None:
        """Take a sample of an accelerometer."""
        if self._intakes[wearable_id].admits(sample):
            self._hear(sample, wearable_id)
        super().on_motion(wearable_id, sample)

    @override
    def on_step(self, wearable_id: str, sample: StepSample) -> None:
        """Take a report of a step counter."""
        self._hear(sample, wearable_id)
        super().on_step(wearable_id, sample)

    @override
    def on_fall(self, wearable_id: str) -> None:
        """Take the word of a sensor that sees falls by itself."""
        self._hear(None, wearable_id)
        super().on_fall(wearable_id)

    @override
    def on_belt(self, report: BeltReport) -> None:
        """Take a report of the belt."""
        self._hear(Situation(self._phase, report.motion, report.steps, self._gait_seen))
        super().on_belt(report)

    @override
    def on_phase(self, phase: Phase) -> None:
        """Take what the session expects of the walker from now on."""
        report = self._belt.report
        belt, steps = (None, None) if report is None else (report.motion, report.steps)
        self._hear(Situation(phase, belt, steps, self._gait_seen))
        super().on_phase(phase)

    def _hear(
        self, what: MotionSample | StepSample | Situation | None, wearable_id: str | None = None
    ) -> None:
        heard = Heard(self._now_s(), what, wearable_id)
        ring = self._heard
        while ring and (ring[0].at_s < heard.at_s - BEFORE_S or len(ring) >= MOST_BEFORE):
            oldest = ring.popleft()
            if isinstance(oldest.what, Situation):
                self._before = oldest.what
        ring.append(heard)
        if (incident := self._incident) is not None:
            if heard.at_s <= incident.until_s and len(incident.heard) < MOST_KEPT:
                incident.heard.append(heard)
            else:
                self._incident = None

    def _decided(self, decision: Decision) -> None:
        """Let it be done first, and keep what led to it."""
        self._do(decision)
        incident = self._incident
        if incident is not None and decision.at_s <= incident.until_s:
            incident.add(decision)
        elif decision.response > Response.NONE:
            first_s = self._heard[0].at_s if self._heard else decision.at_s
            self._incident = incident = Incident(
                wearables=self._wearables,
                can_slow=self._can_slow,
                heard=[Heard(first_s, self._before), *self._heard],
                until_s=decision.at_s + AFTER_S,
            )
            incident.add(decision)
            self._on_incident(incident)
