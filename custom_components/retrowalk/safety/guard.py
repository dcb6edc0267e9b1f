"""The guard: what a walker's wearables and the belt show, fused into one graded response.

It decides in the call that delivers the sample which completes the pattern, and it only asks of the
belt what cannot start it. What follows from which evidence is the table in `evidence`.
"""

from collections.abc import Callable, Collection, Mapping

from ..belt import BeltReport
from ..samples import MotionSample, StepSample
from .belt_watch import BeltWatch
from .evidence import RULES, Decision, Evidence, Phase, WhyNot
from .sinking import MOVEMENT_S, STILL_FOR_S, TURNED_DEG, Sinking
from .step_loss import Loss
from .thresholds import Placement
from .watch import Finding, Watch

ARMED_BY_STEPS = 6
ARMED_AFTER_REST_S = 60.0  # the dismount
SILENT_AFTER_S = 2.0
LOST_AFTER_S = 5.0
GAIT_WITHIN_S = 8.0
GAIT_OF_WHO_MOVES_WITHIN_S = 16.0  # one foot at 45 steps a minute is known after 10 s
FEWEST_STEPS = 3
# Own choice: somebody who stands in place takes fewer steps than this in half a minute.
STEPS_AT_REST = 12
# Own choice: what one limb felt is forgotten, unless the steps are lost meanwhile.
LIMB_FALL_WITHIN_S = 5.0


class Guard:
    """The guard of one walker on one belt."""

    def __init__(
        self,
        now_s: Callable[[], float],
        wearables: Mapping[str, Placement],
        act: Callable[[Decision], None],
        *,
        can_slow: bool = True,
        heeds: Collection[Evidence] = tuple(Evidence),
    ) -> None:
        """Watch `wearables`, and `act` at once; `now_s` is the clock's.

        Where the machine's unit is not certain it cannot be slowed, and is stopped instead.
        Evidence that is not heeded is passed over: for replays of recordings made without a belt.
        """
        self._now_s = now_s
        self._act = act
        self._can_slow = can_slow
        self._heeds = frozenset(heeds)
        self._watches = {name: Watch(placement) for name, placement in wearables.items()}
        self._belt = BeltWatch()
        self._phase = Phase.NONE
        self._gait_seen = False
        self._expects_steps_since_s = now_s()
        self._steps_before: dict[str, float] = {}
        self._limb_until_s: dict[str, float] = {}
        self._told = set[tuple[str | None, Evidence]]()

    # What comes in

    def on_motion(self, wearable_id: str, sample: MotionSample) -> None:
        """Take a sample of an accelerometer."""
        now_s = self._now_s()
        watch = self._watches[wearable_id]
        for finding in watch.on_motion(sample, now_s):
            self._on_finding(wearable_id, finding)
        self._look_at_steps(now_s)

    def on_step(self, wearable_id: str, sample: StepSample) -> None:
        """Take a report of a step counter."""
        now_s = self._now_s()
        self._watches[wearable_id].on_step(sample, now_s)
        self._look_at_steps(now_s)

    def on_fall(self, wearable_id: str) -> None:
        """Take the word of a sensor that sees falls by itself."""
        self._decide(Evidence.FALL, wearable_id)

    def on_belt(self, report: BeltReport) -> None:
        """Take a report of the belt."""
        now_s = self._now_s()
        if self._belt.update(report, now_s):
            self._expect_steps(now_s)
        self.tick()

    def on_phase(self, phase: Phase) -> None:
        """Take what the session expects of the walker from now on."""
        if phase is self._phase:
            return
        if self._phase is Phase.NONE:
            self._gait_seen = False
        self._phase = phase
        self._expect_steps(self._now_s())

    def tick(self) -> None:
        """Look at what time alone shows; to be called several times a second."""
        now_s = self._now_s()
        self._look_at_silence(now_s)
        self._look_at_steps(now_s)
        self._look_at_gait(now_s)
        stands = self._walks and self._belt.counter_stands(now_s, self._expects_steps_since_s)
        self._tell_once(Evidence.BELT_STEPS_LOST, None, stands)

    def take_gait_as_seen(self) -> None:
        """Take it that gait was seen: for replays that begin in the middle of a walk."""
        self._gait_seen = True

    def take_as_armed(self) -> None:
        """Take it that the walker walked up to now: for replays made without a belt."""
        self.take_gait_as_seen()
        for name, watch in self._watches.items():
            watch.begin()
            self._steps_before[name] = watch.steps - ARMED_BY_STEPS

    # What it says of itself

    @property
    def armed(self) -> bool:
        """Whether a fall would be noticed now."""
        return not self.why_not

    @property
    def why_not(self) -> WhyNot | None:
        """Why a fall would not be noticed now."""
        if not self._watches:
            return WhyNot.NO_WEARABLE
        if all(watch.heard_s is None for watch in self._watches.values()):
            return WhyNot.NO_DATA
        now_s = self._now_s()
        if not any(self._fresh(watch, now_s) for watch in self._watches.values()):
            return WhyNot.SENSOR_SILENT
        if self._left(now_s):
            return WhyNot.BELT_AT_REST
        return None if self._gait_seen else WhyNot.NO_GAIT

    @property
    def dropped(self) -> int:
        """How many samples were impossible or late."""
        return sum(watch.dropped for watch in self._watches.values())

    # How it looks

    @property
    def _walks(self) -> bool:
        """Whether the walker ought to be walking."""
        return self._phase is Phase.WALKING and self._belt.runs

    def _left(self, now_s: float) -> bool:
        """Tell whether the walk is over for long enough to have stepped off."""
        if self._phase is not Phase.NONE:
            return False
        rest_since_s = self._belt.rest_since_s
        if self._belt.report is None:
            return True
        return rest_since_s is not None and now_s - rest_since_s > ARMED_AFTER_REST_S

    @property
    def _comes_to_a_stand(self) -> bool:
        """Whether the walker is stopping as expected: the last steps measure like sinking down."""
        rest_since_s = self._belt.rest_since_s
        return self._phase in {Phase.TURNING, Phase.STANDING} and (
            rest_since_s is None or self._now_s() - rest_since_s < MOVEMENT_S + STILL_FOR_S
        )

    def _fresh(self, watch: Watch, now_s: float) -> bool:
        return watch.heard_s is not None and now_s - watch.heard_s < SILENT_AFTER_S

    def _expect_steps(self, now_s: float) -> None:
        """Count the steps from now on."""
        self._expects_steps_since_s = now_s
        self._steps_before = {name: watch.steps for name, watch in self._watches.items()}

    def _steps_since(self, name: str) -> float:
        return self._watches[name].steps - self._steps_before.get(name, 0.0)

    def _loss(self, now_s: float, struck: Watch | None = None) -> Loss:
        """Return the least loss of all that see steps: a quiet wrist on the rail sees none."""
        seeing = [
            watch
            for watch in self._watches.values()
            if watch.placement is not Placement.WRIST and self._fresh(watch, now_s)
        ]
        if struck is not None:
            seeing = seeing or [struck]
        return min(
            (watch.loss(now_s, struck=struck is not None) for watch in seeing), default=Loss.NONE
        )

    def _look_at_steps(self, now_s: float) -> None:
        """Look for steps that ought to have come."""
        steps = max(map(self._steps_since, self._watches), default=0.0)
        if not self._gait_seen and self._belt.moving_since_s is not None:
            self._gait_seen = steps >= ARMED_BY_STEPS
        counts = self._gait_seen and self._walks and steps >= FEWEST_STEPS
        loss = self._loss(now_s) if counts else Loss.NONE
        self._tell_once(Evidence.STEPS_LATE, None, loss >= Loss.LATE)
        self._tell_once(Evidence.STEPS_LOST, None, loss >= Loss.LOST)
        for name, until_s in list(self._limb_until_s.items()):
            if now_s > until_s:
                del self._limb_until_s[name]
            elif self._loss(now_s, self._watches[name]) >= Loss.LATE:
                del self._limb_until_s[name]
                self._decide(Evidence.LIMB_FALL, name)

    def _look_at_silence(self, now_s: float) -> None:
        """Look for sensors that were heard and fell silent."""
        for name, watch in self._watches.items():
            silent_s = 0.0
            if watch.heard_s is not None and self._phase not in {Phase.NONE, Phase.PAUSED}:
                silent_s = now_s - watch.heard_s
            self._tell_once(Evidence.SENSOR_SILENT, name, silent_s >= SILENT_AFTER_S)
            self._tell_once(Evidence.SENSOR_LOST, name, silent_s >= LOST_AFTER_S)

    def _look_at_gait(self, now_s: float) -> None:
        """Look whether the steps follow the belt."""
        waited_s = now_s - self._expects_steps_since_s
        counting = [name for name, watch in self._watches.items() if self._fresh(watch, now_s)]
        steps = max(map(self._steps_since, counting), default=0.0)
        sees = any(self._watches[name].placement is not Placement.WRIST for name in counting)
        moves = any(self._watches[name].moves for name in counting)
        within_s = GAIT_OF_WHO_MOVES_WITHIN_S if moves else GAIT_WITHIN_S
        none = self._walks and sees and waited_s >= within_s and steps < FEWEST_STEPS
        self._tell_once(Evidence.NO_GAIT, None, none)
        rests = self._phase is Phase.STANDING and self._belt.rest_since_s is not None
        self._tell_once(Evidence.NOT_THIS_WALKER, None, rests and steps >= STEPS_AT_REST)

    def _on_finding(self, name: str, finding: Finding) -> None:
        """Take what a wearable shows."""
        evidence = finding.evidence
        armed = self._gait_seen and not self._left(self._now_s())
        if isinstance(finding.detail, Sinking):
            armed = armed and self._phase not in {Phase.NONE, Phase.PAUSED}
            upright = finding.detail.turn_deg < TURNED_DEG
            armed = armed and not (upright and self._comes_to_a_stand)
        if not armed:
            return
        if evidence is Evidence.LIMB_IMPACT:
            self._limb_until_s[name] = self._now_s() + LIMB_FALL_WITHIN_S
        self._decide(evidence, name, finding)

    def _tell_once(self, evidence: Evidence, name: str | None, seen: bool) -> None:
        """Decide when something begins to be seen."""
        if not seen:
            self._told.discard((name, evidence))
        elif (name, evidence) not in self._told:
            self._told.add((name, evidence))
            self._decide(evidence, name)

    def _decide(self, evidence: Evidence, name: str | None, finding: Finding | None = None) -> None:
        """Act on `evidence` by the table."""
        if evidence not in self._heeds:
            return
        rule = RULES[evidence]
        self._act(
            Decision(
                at_s=self._now_s(),
                evidence=evidence,
                response=rule.response if self._can_slow else rule.unit_unknown or rule.response,
                alert=rule.alert,
                wearable_id=name,
                sample_at_s=None if finding is None else finding.sample_at_s,
                detail=None if finding is None else finding.detail,
            )
        )
