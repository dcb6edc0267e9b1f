"""What is asked of the belt: a start through the gate, and targets within range and cap."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
import math

from ..belt import BeltEvent, BeltEventKind, BeltLimits, BeltMotion, BeltReport, GateShut
from ..clock import Clock
from .codec import START_OR_RESUME, set_target_inclination, set_target_speed
from .command import Command, Outcome
from .control import ControlPoint
from .link import MachineInfo
from .motion import AT_REST
from .profile import MachineProfile, SpeedUnit
from .speed import SpeedGrid, SpeedRefused, speed_grid
from .state import BeltState
from .watch import tolerance_kmh

# What needs no telling: it is as it should be, or the belt itself will show it.
_TOLD = frozenset({"start", "set_speed", "set_inclination"})
_QUIET = frozenset({Outcome.DONE, Outcome.NO_ANSWER, Outcome.OVERTAKEN, Outcome.POINTLESS})


class Orders:
    """All commands but stop, on their way to the control point."""

    def __init__(
        self,
        *,
        clock: Clock,
        profile: MachineProfile,
        state: BeltState,
        write: Callable[[bytes], Awaitable[None]],
        take_gate: Callable[[], bool],
        stop: Callable[[], None],
        on_event: Callable[[BeltEvent], None],
        info: Callable[[], MachineInfo],
    ) -> None:
        """Take the way to the machine, the gate, and what is known of the belt."""
        self.control = ControlPoint(
            clock=clock, profile=profile, write=write, on_outcome=self._came_out
        )
        self._clock = clock
        self._info = info
        self._profile = profile
        self._state = state
        self._take_gate = take_gate
        self._stop = stop
        self._on_event = on_event
        self._cap_kmh: float | None = None  # until one is set, the lowest speed
        self._wish_kmh = 0.0  # asked for once a starting belt moves

    @property
    def limits(self) -> BeltLimits:
        """What the machine says it can do, and the defaults where it says nothing."""
        inclination = self._info().inclination_range
        limits = self._grid.limits()
        if inclination is None:
            return limits
        return replace(
            limits,
            max_inclination_percent=inclination.max_inclination_percent,
            inclination_step_percent=inclination.inclination_step_percent,
        )

    def start(self) -> None:
        """Start from rest at the lowest speed. Takes an opening of the gate, or raises GateShut."""
        if not self._take_gate():
            raise GateShut("nobody at the belt has opened the start gate")
        try:
            target_raw = self._grid.raw(0.0, self._cap)
        except SpeedRefused as error:
            self.refuse("start", str(error))
            return
        now = self._now()
        if not now.linked or now.motion not in AT_REST or now.key_out:
            why = "the safety key is out" if now.key_out else "the belt is not known to be at rest"
            self.refuse("start", why)
            return
        self._wish_kmh = 0.0
        self._state.start(now.at_s, target_raw)
        self.control.send(
            Command(
                name="start",
                payload=START_OR_RESUME,
                # Some machines take a second start for a pause.
                before_write=lambda: self._now().motion is BeltMotion.STARTING,
                takes_control=True,
            )
        )

    def set_cap(self, speed_kmh: float) -> None:
        """Set the speed that no command may exceed from now on."""
        self._cap_kmh = self._state.cap_kmh = speed_kmh

    def set_speed(self, speed_kmh: float) -> None:
        """Ask a moving belt for a speed: capped, rounded down to the machine's step."""
        now = self._now()
        if now.motion is BeltMotion.STARTING:
            self._wish_kmh = speed_kmh
        elif now.motion is BeltMotion.MOVING:
            if self._profile.unit is SpeedUnit.UNKNOWN:
                self._set_speed_of_unknown_unit(speed_kmh, now.speed_kmh or 0.0)
            else:
                self._send_speed(speed_kmh)

    def moves(self) -> None:
        """Ask a belt that has just started for the speed that was wished meanwhile."""
        self._send_speed(self._wish_kmh)

    def set_inclination(self, percent: float) -> None:
        """Ask for an inclination within the machine's range."""
        span = self._info().inclination_range
        if span is None or not math.isfinite(percent):
            self.refuse("set_inclination", "the machine has no inclination to set")
            return
        within = max(span.min_inclination_percent, min(percent, span.max_inclination_percent))
        self.control.send(Command(name="set_inclination", payload=set_target_inclination(within)))

    def refuse(self, name: str, why: str) -> None:
        """Say that something was refused, and why."""
        self._on_event(BeltEvent(kind=BeltEventKind.REFUSED, detail=f"{name}: {why}"))

    @property
    def _grid(self) -> SpeedGrid:
        return speed_grid(self._profile, self._info().speed_range)

    @property
    def _cap(self) -> float:
        return self._grid.limits().min_speed_kmh if self._cap_kmh is None else self._cap_kmh

    def _now(self) -> BeltReport:
        at_s = self._clock.now_s()
        self._state.motion.judge(at_s)
        return self._state.report(at_s)

    def _send_speed(self, speed_kmh: float) -> None:
        try:
            target_raw = self._grid.raw(speed_kmh, self._cap)
        except SpeedRefused as error:
            self.refuse("set_speed", str(error))
            return

        def before_write() -> bool:
            """Move no belt from rest, and heed a cap that came meanwhile."""
            now = self._now()
            if now.motion is not BeltMotion.MOVING or self._grid.kmh(target_raw) > self._cap + 1e-6:
                return False
            self._state.ask(now.at_s, target_raw)
            return True

        payload = set_target_speed(target_raw / 100)
        self.control.send(Command(name="set_speed", payload=payload, before_write=before_write))

    def _set_speed_of_unknown_unit(self, wish_kmh: float, speed_kmh: float) -> None:
        """Only stop: where km/h may be read as mph, "slower" can accelerate."""
        if wish_kmh < speed_kmh - tolerance_kmh(wish_kmh):
            self._stop()

    def _came_out(self, command: Command, outcome: Outcome) -> None:
        """Take what came of a command."""
        # A refused request for control does no harm, and of a stop the belt itself tells.
        if outcome in _QUIET or command.name not in _TOLD:
            return
        if command.name == "start":
            self._state.motion.start_failed(self._clock.now_s())
        self.refuse(command.name, outcome)
