"""All that is known of the belt, and what happened to it: reports and status in, events out.

Pure: every call brings its time. The client carries out what follows from an event.
"""

from collections.abc import Mapping
import math
from typing import Final

from ..belt import BeltEvent, BeltEventKind, BeltMotion, BeltReport
from .codec import MachineStatus, StatusEvent, TrainingState, TrainingStatus, TreadmillData
from .motion import SETTLING_S, Motion, Rise
from .profile import MachineProfile
from .speed import kmh_per_unit
from .watch import DistanceWatch, SpeedWatch, diagnose, tolerance_kmh

# By the standard a client is not told of its own commands; CITYSPORTS tells, after 0.1 s.
ECHO_S = 5.0

_STOPPED: Final = frozenset({TrainingState.IDLE, TrainingState.POST_WORKOUT})
_EVENTS_OF: Final[Mapping[Rise | None, tuple[BeltEvent, ...]]] = {
    None: (),
    Rise.STARTED: (),
    Rise.CALLED_OFF: (
        BeltEvent(kind=BeltEventKind.RUNAWAY, detail="moved after its start was called off"),
    ),
    Rise.ON_CONNECTING: (BeltEvent(kind=BeltEventKind.RUNAWAY, detail="moved when we connected"),),
    Rise.AT_CONSOLE: (BeltEvent(kind=BeltEventKind.CONSOLE_STARTED),),
}


_NO_DATA: Final = TreadmillData(speed_kmh=0.0)


class BeltState:
    """What the belt does, what was asked of it, and what its console did."""

    def __init__(self, profile: MachineProfile) -> None:
        """Know nothing yet."""
        self.motion = Motion(profile)
        self.cap_kmh = math.inf
        self.target_kmh: float | None = None  # None: nobody asked through us
        self._profile = profile
        self._watch = SpeedWatch(profile.ramp_kmh_per_s)
        self._distance_watch = DistanceWatch()
        self._asked: dict[int, float] = {}  # target speeds of ours in 0.01 km/h, and when
        self._data = _NO_DATA
        self._key_out: bool | None = None

    def linked(self, at_s: float) -> None:
        """Take the link as up."""
        self._key_out = None
        self._distance_watch.clear()
        self.motion.linked(at_s)

    def start(self, at_s: float, target_raw: int) -> None:
        """Note that a start was sent, to the lowest speed."""
        self.motion.start(at_s)
        self.ask(at_s, target_raw)

    def ask(self, at_s: float, target_raw: int) -> None:
        """Note that a target speed was sent, in hundredths of the machine's unit."""
        recent = {raw: when for raw, when in self._asked.items() if at_s - when <= ECHO_S}
        self._asked = recent | {target_raw: at_s}
        self._aim(at_s, self._kmh(target_raw))

    def stop(self, at_s: float) -> None:
        """Note that a stop was sent."""
        self.target_kmh = None
        self.motion.stop(at_s)

    def record(self, at_s: float, data: TreadmillData) -> list[BeltEvent]:
        """Take a whole record."""
        before = self.motion.now
        speed_kmh = data.speed_kmh * kmh_per_unit(self._profile.report_unit)
        self._data = data
        rise = self.motion.record(at_s, speed_kmh, data.distance_m)
        events = list(_EVENTS_OF[rise])
        if self.motion.now is BeltMotion.STOPPED:
            self.target_kmh = None
            if before is BeltMotion.MOVING:
                events.append(BeltEvent(kind=BeltEventKind.CONSOLE_STOPPED))
        if self.motion.now is not BeltMotion.MOVING:
            self._distance_watch.clear()
            return events
        if rise is Rise.STARTED:
            self._aim(at_s, self.target_kmh or 0.0)
        return events + self._watched(at_s, speed_kmh, data.distance_m)

    def status(self, at_s: float, status: MachineStatus) -> list[BeltEvent]:
        """Take a machine status (2ADA)."""
        linked_at_s = self.motion.linked_at_s
        if linked_at_s is None or at_s - linked_at_s < SETTLING_S:
            return []  # KingSmith replays its last status on subscribing
        match status.event:
            case StatusEvent.STOPPED_OR_PAUSED_BY_USER:
                return self._halted(at_s)
            case StatusEvent.RESET:
                return self._halted(at_s) + self._key(out=False)
            case StatusEvent.STOPPED_BY_SAFETY_KEY:
                self._halted(at_s)
                return self._key(out=True)
            case StatusEvent.STARTED_OR_RESUMED_BY_USER:
                return self._key(out=False)
            case StatusEvent.TARGET_SPEED_CHANGED:
                return self._retargeted(at_s, round((status.target_speed_kmh or 0.0) * 100))
            case StatusEvent.CONTROL_PERMISSION_LOST:
                return [BeltEvent(kind=BeltEventKind.CONTROL_LOST)]
            case _:
                return []

    def training(self, at_s: float, status: TrainingStatus) -> None:
        """Take a training status (2AD3)."""
        if status.state in _STOPPED:
            self.motion.said_stopped(at_s)

    def report(self, at_s: float) -> BeltReport:
        """Return what is known at `at_s`."""
        motion, data = self.motion, self._data
        return BeltReport(
            at_s=at_s,
            motion=motion.now,
            linked=motion.linked_at_s is not None,
            speed_kmh=motion.speed_kmh if motion.fresh(at_s) else None,
            target_speed_kmh=self.target_kmh,
            inclination_percent=data.inclination_percent,
            distance_m=data.distance_m,
            steps=data.steps,
            rest_since_s=motion.rest_since_s if motion.fresh(at_s) else None,
            key_out=self._key_out,
        )

    def _kmh(self, raw: int) -> float:
        return raw * kmh_per_unit(self._profile.unit) / 100

    def _aim(self, at_s: float, target_kmh: float) -> None:
        self.target_kmh = target_kmh
        self._watch.retarget(at_s, target_kmh, self.motion.speed_kmh or 0.0)

    def _watched(self, at_s: float, speed_kmh: float, distance_m: float | None) -> list[BeltEvent]:
        """Hold a moving belt against what was asked; a belt run from its console is its own."""
        ratio = (
            None if distance_m is None else self._distance_watch.add(at_s, speed_kmh, distance_m)
        )
        target_kmh = self.target_kmh
        if target_kmh is None:
            return []
        event = self._watch.judge(at_s, speed_kmh, target_kmh, falling=self.motion.history.falling)
        if event is None and ratio is not None:
            counted_kmh = speed_kmh * ratio
            if counted_kmh > speed_kmh + tolerance_kmh(speed_kmh):
                problem = diagnose(counted_kmh, target_kmh, by_distance=True)
                event = BeltEvent(
                    kind=BeltEventKind.RUNAWAY,
                    speed_kmh=counted_kmh,
                    detail=f"by its distance {problem}",
                )
        if event is None:
            return []
        if event.kind is BeltEventKind.CONSOLE_SPEED:
            self._aim(at_s, speed_kmh)
        return [event]

    def _halted(self, at_s: float) -> list[BeltEvent]:
        """Take a stop at the console. TP1 tells of one on starting: only a moving belt counts."""
        self.motion.said_stopped(at_s)
        if self.motion.now is not BeltMotion.MOVING:
            return []  # ours, or nothing to stop
        self.stop(at_s)
        return [BeltEvent(kind=BeltEventKind.CONSOLE_STOPPED)]

    def _key(self, *, out: bool) -> list[BeltEvent]:
        before, self._key_out = self._key_out, out
        if before is out or (before is None and not out):
            return []
        return [BeltEvent(kind=BeltEventKind.KEY_OUT if out else BeltEventKind.KEY_BACK)]

    def _retargeted(self, at_s: float, target_raw: int) -> list[BeltEvent]:
        """Take a change of the target speed, by us or at the console."""
        echo = at_s - self._asked.get(target_raw, at_s - ECHO_S) < ECHO_S
        if echo or self.motion.now is not BeltMotion.MOVING:
            return []
        target_kmh = self._kmh(target_raw)
        if self.target_kmh is not None and target_kmh > self.cap_kmh:
            return [
                BeltEvent(
                    kind=BeltEventKind.RUNAWAY,
                    speed_kmh=target_kmh,
                    detail="set above the cap at the console",
                )
            ]
        if self.target_kmh is not None:
            self._aim(at_s, target_kmh)
        return [BeltEvent(kind=BeltEventKind.CONSOLE_SPEED, speed_kmh=target_kmh)]
