"""The procedures of a treadmill's control point (2AD9): what it obeys, and what it answers."""

from collections.abc import Callable

from . import ftms_wire as wire
from .belt_physics import BeltPhysics, BeltState
from .profiles import Profile


class ControlPoint:
    """Commands in, results out; `say` sends a status, `hang_up` drops the link."""

    def __init__(
        self,
        belt: BeltPhysics,
        profile: Profile,
        say: Callable[[bytes], None],
        hang_up: Callable[[], None],
    ) -> None:
        """Move `belt` as `profile` does."""
        self.controlled = False
        self.unlocked = not profile.preamble
        self._belt = belt
        self._profile = profile
        self._say = say
        self._hang_up = hang_up
        self._stops_to_ignore = profile.ignored_stops
        self._starts_to_refuse = profile.refused_starts
        self._procedures: dict[int, Callable[[bytes], int]] = {
            wire.REQUEST_CONTROL: self._take_control,
            wire.RESET: self._reset,
            wire.SET_SPEED: self._set_speed,
            wire.SET_INCLINATION: self._set_inclination,
            wire.START: self._start,
            wire.STOP: self._stop,
            wire.SET_TRAINING_TIME: self._set_training_time,
        }

    def obey(self, opcode: int, parameter: bytes) -> int:
        """Carry a command out and return its result code."""
        procedure = self._procedures.get(opcode)
        if procedure is None:
            return wire.NOT_SUPPORTED
        free = self.controlled or self._profile.lenient or opcode == wire.REQUEST_CONTROL
        if not free or not self.unlocked:
            return wire.NOT_PERMITTED
        return procedure(parameter)

    def _done(self, status: bytes) -> int:
        if self._profile.status_on_own_commands:
            self._say(status)
        return wire.SUCCESS

    def _take_control(self, _: bytes) -> int:
        if self._profile.refuses_control:
            return wire.NOT_PERMITTED
        self.controlled = True
        return wire.SUCCESS

    def _reset(self, _: bytes) -> int:
        self._belt.stop("reset")
        self.controlled = False
        return wire.SUCCESS

    def _start(self, _: bytes) -> int:
        belt = self._belt
        if not belt.key_in:
            return wire.FAILED
        if self._starts_to_refuse:
            self._starts_to_refuse -= 1
            return wire.NOT_PERMITTED
        belt.advance(belt.clock.now_s())
        if belt.state in (BeltState.IDLE, BeltState.STOPPING):
            belt.start()
        elif self._profile.toggles_on_start:
            belt.stop("toggled", pause=True)
            return wire.SUCCESS
        elif not self._profile.lenient:
            return wire.FAILED
        return self._done(self._profile.start_status)

    def _set_speed(self, parameter: bytes) -> int:
        profile, motor, belt = self._profile, self._profile.motor, self._belt
        units = int.from_bytes(parameter[:2], "little")
        lowest, highest = round(motor.min_speed_kmh * 100), round(motor.max_speed_kmh * 100)
        if len(parameter) < 2 or not lowest <= units <= highest:
            return wire.INVALID_PARAMETER
        belt.advance(belt.clock.now_s())
        if belt.state is BeltState.STARTING and profile.drops_link_on_early_speed:
            self._hang_up()
            return wire.FAILED
        if belt.state is not BeltState.RUNNING:
            return wire.FAILED
        if profile.refuses_speed:
            return wire.NOT_PERMITTED
        if not profile.ignores_speed:
            belt.set_speed(units / 100 * profile.kmh_per_unit)
        return self._done(wire.speed_changed(units))

    def _set_inclination(self, parameter: bytes) -> int:
        maximum = self._profile.motor.max_inclination_percent
        if maximum is None:
            return wire.NOT_SUPPORTED
        units = int.from_bytes(parameter[:2], "little", signed=True)
        if len(parameter) < 2 or not 0 <= units <= maximum * 10:
            return wire.INVALID_PARAMETER
        self._belt.set_inclination(units / 10)
        return self._done(wire.inclination_changed(units))

    def _stop(self, parameter: bytes) -> int:
        if parameter[:1] not in (b"\x01", b"\x02"):
            return wire.INVALID_PARAMETER
        profile, belt, pause = self._profile, self._belt, parameter[0] == 2
        belt.advance(belt.clock.now_s())
        if belt.state is BeltState.IDLE and not profile.lenient:
            return wire.FAILED
        if pause and profile.ignores_pause:
            return wire.SUCCESS
        if not pause and self._stops_to_ignore:
            self._stops_to_ignore -= 1
            return wire.SUCCESS
        belt.stop("pause" if pause else "stop", pause=pause)
        return self._done(wire.PAUSED if pause else wire.STOPPED)

    def _set_training_time(self, parameter: bytes) -> int:
        if not self._profile.obeys_training_time:
            return wire.NOT_SUPPORTED
        if len(parameter) < 2:
            return wire.INVALID_PARAMETER
        self._belt.stop_after(int.from_bytes(parameter[:2], "little"))
        return wire.SUCCESS
