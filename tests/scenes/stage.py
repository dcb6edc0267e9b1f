"""A belt with a guard, and somebody on it who does as recorded: what is decided is done."""

from collections.abc import Iterator, Mapping
from itertools import repeat

from custom_components.retrowalk.belt import BeltMotion, BeltReport
from custom_components.retrowalk.safety.evidence import Decision, Evidence, Phase, Response
from custom_components.retrowalk.safety.guard import Guard
from custom_components.retrowalk.safety.thresholds import Placement
from custom_components.retrowalk.samples import MotionSample, StepSample
from simulator.belt_physics import BeltPhysics, BeltState
from tests.fake_clock import FakeClock
from tests.safety.signals import RATE_HZ, Vector

MOTIONS = {
    BeltState.IDLE: BeltMotion.STOPPED,
    BeltState.STARTING: BeltMotion.STARTING,
    BeltState.RUNNING: BeltMotion.MOVING,
    BeltState.STOPPING: BeltMotion.STOPPING,
}
NOTES = frozenset({Evidence.STUMBLE, Evidence.STIRRED})
TICK_EACH = round(0.25 * RATE_HZ)
REPORT_EACH = round(RATE_HZ)


class Stage:
    """One belt, one guard, and what the worn sensors are made to say."""

    def __init__(self, worn: Mapping[str, Placement]) -> None:
        """Begin with the belt at rest, and everybody silent."""
        self.clock = FakeClock()
        self.belt = BeltPhysics(self.clock)
        self.decisions: list[Decision] = []
        self.guard = Guard(self.clock.now_s, worn, self._act)
        self.streams: dict[str, Iterator[Vector | None]] = dict.fromkeys(worn, repeat(None))
        self.walks: dict[str, Iterator[Vector]] = {}  # what a sensor says while its wearer walks
        self.pods: dict[str, float | None] = {}  # steps a minute; None: silent
        self.onset_s = 0.0  # when what the guard should notice began
        self._turn = 0
        self._report()

    def act(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * RATE_HZ)):
            self._turn += 1
            self.clock.advance(1 / RATE_HZ)
            at_s = self.clock.now_s()
            for name, stream in self.streams.items():
                if name not in self.pods and (vector := next(stream)) is not None:
                    self.guard.on_motion(name, MotionSample(at_s, *vector))
            if self._turn % REPORT_EACH == 0:
                self._report()
                for name, cadence_spm in self.pods.items():
                    if cadence_spm is not None:
                        self.guard.on_step(name, StepSample(at_s, cadence_spm))
            if self._turn % TICK_EACH == 0:
                self.guard.tick()

    def start(self, speed_kmh: float = 1.3) -> None:
        """Begin a phase of walking: the belt takes its 3 s, and then its ramp."""
        self.guard.on_phase(Phase.WALKING)
        self.belt.start()
        self.belt.set_speed(speed_kmh)
        self._report()

    def rest(self, phase: Phase) -> None:
        """End a phase of walking by bringing the belt to rest."""
        self.guard.on_phase(phase)
        self.belt.stop()
        self._report()

    def begins_now(self) -> None:
        """Mark the moment that the guard's answer is counted from."""
        self.onset_s = self.clock.now_s()

    @property
    def gravest(self) -> Decision | None:
        """The first of the gravest decisions; notes left out."""
        told = [one for one in self.decisions if one.evidence not in NOTES]
        return max(told, key=lambda one: one.response, default=None)

    def _act(self, decision: Decision) -> None:
        """Do what the session would."""
        self.decisions.append(decision)
        if decision.response >= Response.PAUSE:
            self.rest(Phase.PAUSED)
        elif decision.response is Response.SLOW:
            self.belt.set_speed(self.belt.motor.min_speed_kmh)

    def _report(self) -> None:
        self.belt.advance(self.clock.now_s())
        motion = MOTIONS[self.belt.state]
        self.guard.on_belt(BeltReport(at_s=self.clock.now_s(), motion=motion, linked=True))
