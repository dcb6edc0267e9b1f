"""A walker with wearables on a belt, in virtual time."""

from collections.abc import Iterable, Mapping

from custom_components.retrowalk.belt import BeltMotion, BeltReport
from custom_components.retrowalk.safety.evidence import Decision, Evidence, Phase
from custom_components.retrowalk.safety.guard import Guard
from custom_components.retrowalk.safety.thresholds import Placement
from custom_components.retrowalk.samples import MotionSample, StepSample
from tests.fake_clock import FakeClock

from .signals import Curve, samples

TICK_S = 0.25


class Scene:
    """Plays motion, reports of a pod and of the belt to a guard."""

    def __init__(self, wearables: Mapping[str, Placement], *, can_slow: bool = True) -> None:
        """Stand on a belt at rest."""
        self.clock = FakeClock()
        self.decisions: list[Decision] = []
        self.guard = Guard(self.clock.now_s, wearables, self.decisions.append, can_slow=can_slow)
        self.motion = BeltMotion.STOPPED
        self.belt_steps: int | None = None
        self.belt(BeltMotion.STOPPED)

    @property
    def seen(self) -> list[Evidence]:
        """What was decided on, in order; notes left out."""
        notes = {Evidence.STUMBLE, Evidence.STIRRED}
        return [one.evidence for one in self.decisions if one.evidence not in notes]

    def belt(self, motion: BeltMotion, steps: int | None = None) -> None:
        """Report the belt."""
        self.motion = motion
        now_s = self.clock.now_s()
        self.guard.on_belt(BeltReport(at_s=now_s, motion=motion, linked=True, steps=steps))

    def start(self) -> None:
        """Begin to walk on a belt that begins to move."""
        self.guard.on_phase(Phase.WALKING)
        self.belt(BeltMotion.STARTING)
        self.belt(BeltMotion.MOVING)

    def move(self, *curves: Curve, wearable_id: str = "strap") -> None:
        """Let a strap send these curves."""
        self.send(samples(*curves, start_s=self.clock.now_s() + 0.02), wearable_id)

    def send(self, stream: Iterable[MotionSample], wearable_id: str = "strap") -> None:
        """Let a strap send this stream, each sample as it is taken."""
        ticked_s = self.clock.now_s()
        for sample in stream:
            self.clock.advance(sample.at_s - self.clock.now_s())
            self.guard.on_motion(wearable_id, sample)
            if self.clock.now_s() - ticked_s >= TICK_S:
                ticked_s = self.clock.now_s()
                self.guard.tick()

    def pod(
        self, seconds: int, cadence_spm: float | None, *, steps: Iterable[int | None] = ()
    ) -> None:
        """Let a foot pod report once a second."""
        counted = list(steps) or [None] * seconds
        for second in range(seconds):
            self.wait(1.0)
            at_s = self.clock.now_s()
            self.guard.on_step("pod", StepSample(at_s, cadence_spm, counted[second]))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        end_s = self.clock.now_s() + seconds
        while self.clock.now_s() < end_s - 1e-9:
            self.clock.advance(min(TICK_S, end_s - self.clock.now_s()))
            self.guard.tick()
