"""A machine of the simulator without a radio, behind bleak's interface: quick to walk on."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from bleak import BleakClient
from bleak.exc import BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.treadmill.codec import (
    CONTROL_POINT_UUID,
    SPEED_RANGE_UUID,
    STATUS_UUID,
    TRAINING_STATUS_UUID,
    TREADMILL_DATA_UUID,
)
from simulator import ftms_wire as wire
from simulator.belt_physics import BeltPhysics, BeltState
from simulator.control_point import ControlPoint
from simulator.profiles import Acknowledgement, Profile
from simulator.telemetry import Telemetry
from tests.treadmill.bench import FakeCharacteristic

TRANSIT_S = 0.02  # of a write or a notification
SILENT_BELOW_KMH = 0.6
CONSOLE = {
    "start": wire.STARTED,
    "stop": wire.STOPPED,
    "pause": wire.PAUSED,
    "key_out": wire.STOPPED_BY_KEY,
    "key_in": wire.WAS_RESET,
}


class QuickMachine:
    """A BleakClient and the machine at its other end."""

    def __init__(self, clock: Clock, profile: Profile) -> None:
        """Stand there, unconnected."""
        motor = profile.motor
        self.profile = profile
        self.belt = BeltPhysics(clock, motor, counts_need_walker=profile.counts_need_walker)
        self.belt.cadence_spm = 80.0
        self.belt.on_console = self._console
        self.refuses_until_s = 0.0
        self.written: list[tuple[float, bytes]] = []  # to the control point
        self.on_write: Callable[[bytes], None] = lambda _: None
        self._clock = clock
        self._control = ControlPoint(self.belt, profile, self._say, self.drop)
        self._telemetry = Telemetry(self.belt, profile)
        self._training_status = self._telemetry.training_status()
        self._listeners: dict[str, Callable[[Any, bytearray], None]] = {}
        self._dropped: Callable[[BleakClient], None] | None = None
        self._number = 0  # counts them: what was sent on one does not arrive on the next
        self._answering = False
        speeds = (motor.min_speed_kmh, motor.max_speed_kmh, motor.speed_step_kmh)
        self._values = {
            SPEED_RANGE_UUID: wire.speed_range(*(round(speed * 100) for speed in speeds)),
            TRAINING_STATUS_UUID: self._telemetry.training_status(),
        }

    @property
    def link(self) -> int | None:
        """The number of the link, if there is one."""
        return self._number if self._dropped else None

    async def connect(self, dropped: Callable[[BleakClient], None]) -> BleakClient:
        """Connect, unless the machine wants nobody."""
        await asyncio.sleep(TRANSIT_S)
        if self._clock.now_s() < self.refuses_until_s:
            raise BleakError("refused")
        self._dropped = dropped
        self._number += 1
        self._report(self._number)
        if self.profile.starts_on_connect:
            self.belt.start("started_on_connect")
        return cast("BleakClient", self)

    def drop(self) -> None:
        """Lose the link."""
        dropped, self._dropped = self._dropped, None
        self._listeners.clear()
        self._control.controlled = self._answering = False
        if dropped is not None:
            dropped(cast("BleakClient", self))

    def take_control_away(self) -> None:
        """Give control to a second app."""
        self._control.controlled = False
        self._say(wire.CONTROL_LOST)

    # What bleak's client can do

    @property
    def services(self) -> QuickMachine:
        """The client asks its services for characteristics: here they are one."""
        return self

    def get_characteristic(self, uuid: str) -> FakeCharacteristic | None:
        """Return a characteristic that is there."""
        there = {*self._values, CONTROL_POINT_UUID, STATUS_UUID, TREADMILL_DATA_UUID}
        lacks = {f"0000{short}-0000-1000-8000-00805f9b34fb" for short in self.profile.lacks}
        return FakeCharacteristic(uuid) if uuid in there - lacks else None

    async def start_notify(self, uuid: str, listener: Callable[[Any, bytearray], None]) -> None:
        """Subscribe."""
        await self._travel()
        self._listeners[uuid] = listener
        if uuid == STATUS_UUID and self.profile.stale_status:
            self._say(self.profile.stale_status)

    async def read_gatt_char(self, uuid: str) -> bytearray:
        """Read."""
        await self._travel()
        return bytearray(self._values[uuid])

    async def write_gatt_char(self, _: str, payload: bytes, *, response: bool) -> None:
        """Write to the control point."""
        await self._travel()
        self.on_write(payload)
        self.written.append((self._clock.now_s(), payload))
        if self.profile.att_error is not None:
            raise BleakGATTProtocolError(BleakGATTProtocolErrorCode(self.profile.att_error))
        if self._answering and not self.profile.lenient:
            raise BleakGATTProtocolError(BleakGATTProtocolErrorCode.PROCEDURE_ALREADY_IN_PROGRESS)
        result = self._control.obey(payload[0], payload[1:])
        if self.profile.acknowledgement is Acknowledgement.INDICATION:
            self._answering = True
            answer = wire.response(payload[0], result)
            after_s = self.profile.acknowledges_after_s
            self._clock.call_later(after_s, partial(self._answer, self._number, answer))

    async def disconnect(self) -> None:
        """Let go."""
        self.drop()

    async def _travel(self) -> None:
        link = self.link
        await asyncio.sleep(TRANSIT_S)
        if link != self.link:
            raise BleakError("the link was lost")

    def _answer(self, link: int, answer: bytes) -> None:
        if link == self.link:
            self._answering = False
            self._hear(CONTROL_POINT_UUID, answer)

    def _say(self, status: bytes) -> None:
        self._clock.call_later(TRANSIT_S, partial(self._hear, STATUS_UUID, status))

    def _hear(self, uuid: str, value: bytes) -> None:
        if listener := self._listeners.get(uuid):
            listener(None, bytearray(value))

    def _console(self, event: str) -> None:
        if event == "speed":
            self._say(wire.speed_changed(round(self.belt.target_kmh * 100)))
        else:
            self._say(CONSOLE[event])

    def _report(self, link: int) -> None:
        if link != self.link:
            return
        self._clock.call_later(self.profile.report_interval_s, partial(self._report, link))
        runaway_kmh, running = self.profile.runs_away_to_kmh, BeltState.RUNNING
        if runaway_kmh and self.belt.state is running and not self.belt.runs_away:
            self.belt.run_away(runaway_kmh)
        silent = self.profile.silent_on_stop and self.belt.state in {
            BeltState.STOPPING,
            BeltState.IDLE,
        }
        if not (silent and self.belt.speed_kmh < SILENT_BELOW_KMH):
            for record in self._telemetry.records():
                self._hear(TREADMILL_DATA_UUID, record)
        if (status := self._telemetry.training_status()) != self._training_status:
            self._training_status = status
            self._hear(TRAINING_STATUS_UUID, status)
