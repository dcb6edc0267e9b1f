"""A bench for the client: a machine behind bleak's interface that does just what a test says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from bleak import BleakClient
from bleak.exc import BleakError

from custom_components.retrowalk.belt import BeltEvent, BeltEventKind, BeltMotion, BeltReport
from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.gatt import FIRMWARE_UUID, MAKER_UUID, MODEL_UUID
from custom_components.retrowalk.treadmill.client import Treadmill
from custom_components.retrowalk.treadmill.codec import (
    CONTROL_POINT_UUID,
    FEATURE_UUID,
    INCLINATION_RANGE_UUID,
    SPEED_RANGE_UUID,
    STATUS_UUID,
    TRAINING_STATUS_UUID,
    TREADMILL_DATA_UUID,
)
from custom_components.retrowalk.treadmill.profile import MachineProfile, SpeedUnit

KNOWN = MachineProfile(key="known", unit=SpeedUnit.KMH)
SUCCESS = 1


@dataclass
class FakeCharacteristic:
    """What the client looks at."""

    uuid: str
    properties: list[str] = field(default_factory=lambda: ["write", "indicate"])


@dataclass
class FakeMachine:
    """A BleakClient whose machine is in the test's hand."""

    clock: Clock
    values: dict[str, bytes] = field(
        default_factory=lambda: {
            FEATURE_UUID: bytes.fromhex("0414000001000000"),
            SPEED_RANGE_UUID: bytes.fromhex("640058023200"),  # 1 to 6 by 0.5 km/h
            INCLINATION_RANGE_UUID: bytes.fromhex("000064000a00"),  # 0 to 10 by 1 %
            TRAINING_STATUS_UUID: bytes.fromhex("0001"),
            MAKER_UUID: b"Maker",
            MODEL_UUID: b"Model\0",
            FIRMWARE_UUID: b"",
        }
    )
    answers: dict[int, int | None] = field(default_factory=dict)  # by opcode; None: no answer
    write_errors: list[Exception] = field(default_factory=list)  # for the next writes
    subscribe_errors: dict[str, Exception] = field(default_factory=dict)
    read_hangs: set[str] = field(default_factory=set)
    write_hangs: bool = False
    lacks: set[str] = field(default_factory=set)
    extra: set[str] = field(default_factory=set)
    properties: list[str] = field(default_factory=lambda: ["write", "indicate"])
    written: list[tuple[float, bytes]] = field(default_factory=list)
    responses: list[bool] = field(default_factory=list)
    subscribed_at_s: dict[str, float] = field(default_factory=dict)
    disconnect_error: Exception | None = None
    disconnects: int = 0
    listeners: dict[str, Callable[[Any, bytearray], None]] = field(default_factory=dict)
    dropped: Callable[[Any], None] = print

    @property
    def services(self) -> FakeMachine:
        """The client asks its services for characteristics: here they are one."""
        return self

    def get_characteristic(self, uuid: str) -> FakeCharacteristic | None:
        """Return a characteristic that is there."""
        there = {*self.values, CONTROL_POINT_UUID, STATUS_UUID, TREADMILL_DATA_UUID, *self.extra}
        return FakeCharacteristic(uuid, self.properties) if uuid in there - self.lacks else None

    async def start_notify(self, uuid: str, listener: Callable[[Any, bytearray], None]) -> None:
        """Subscribe."""
        if error := self.subscribe_errors.get(uuid):
            raise error
        self.subscribed_at_s[uuid] = self.clock.now_s()
        self.listeners[uuid] = listener

    async def read_gatt_char(self, uuid: str) -> bytearray:
        """Read."""
        if uuid in self.read_hangs:
            await asyncio.Event().wait()
        if not (value := self.values[uuid]) and uuid != FIRMWARE_UUID:
            raise BleakError("read refused")
        return bytearray(value)

    async def write_gatt_char(self, uuid: str, payload: bytes, response: bool = True) -> None:
        """Write, note it, and answer as the test wants it."""
        self.written.append((self.clock.now_s(), bytes(payload)))
        self.responses.append(response)
        if self.write_errors:
            raise self.write_errors.pop(0)
        if self.write_hangs:
            await asyncio.Event().wait()
        result = self.answers.get(payload[0], SUCCESS)
        if uuid == CONTROL_POINT_UUID and result is not None:
            self.answer(payload[0], result)

    async def disconnect(self) -> None:
        """Let go."""
        self.disconnects += 1
        if self.disconnect_error is not None:
            raise self.disconnect_error
        self.dropped(self)

    # The test's hand

    @property
    def commands(self) -> list[bytes]:
        """What was written to the control point, but for requests for control."""
        return [payload for _, payload in self.written if payload != b"\x00"]

    def answer(self, opcode: int, result: int) -> None:
        """Answer a command."""
        self.say(CONTROL_POINT_UUID, bytes((0x80, opcode, result)))

    def say(self, uuid: str, value: bytes) -> None:
        """Notify."""
        self.listeners[uuid](None, bytearray(value))

    def status(self, value: str) -> None:
        """Notify a machine status."""
        self.say(STATUS_UUID, bytes.fromhex(value))

    def report(self, speed_kmh: float, distance_m: int = 0) -> None:
        """Notify a record of speed and distance."""
        value = (4).to_bytes(2, "little") + round(speed_kmh * 100).to_bytes(2, "little")
        self.say(TREADMILL_DATA_UUID, value + distance_m.to_bytes(3, "little"))

    def drop(self) -> None:
        """Lose the link."""
        self.listeners.clear()
        self.dropped(self)


class Bench:
    """A client, its machine and what the client told."""

    def __init__(self, clock: Clock) -> None:
        """Set up an honest machine whose unit is known, before a gate that is open."""
        self.clock = clock
        self.machine = FakeMachine(clock)
        self.gate_open = True
        self.reports: list[BeltReport] = []
        self.events: list[BeltEvent] = []
        self.connect_errors: list[Exception] = []
        self.connects_at_s: list[float] = []
        self.arrives = asyncio.Event()  # a machine that is there arrives at once
        self.arrives.set()
        self.treadmill = self.client()

    def client(
        self,
        profile: MachineProfile = KNOWN,
        power_off: Callable[[], Awaitable[bool]] | None = None,
    ) -> Treadmill:
        """Make a client for the machine."""
        self.treadmill = Treadmill(
            connect=self._connect,
            clock=self.clock,
            take_gate=lambda: self.gate_open,
            on_report=self.reports.append,
            on_event=self.events.append,
            profile=profile,
            power_off=power_off,
        )
        return self.treadmill

    async def _connect(self, dropped: Callable[[BleakClient], None]) -> BleakClient:
        self.connects_at_s.append(self.clock.now_s())
        if self.connect_errors:
            raise self.connect_errors.pop(0)
        await self.arrives.wait()
        self.machine.dropped = dropped
        return cast("BleakClient", self.machine)

    def motion(self) -> BeltMotion:
        """Return what the belt is known to do."""
        return self.treadmill.report.motion

    @property
    def kinds(self) -> list[BeltEventKind]:
        """The kinds of the events so far."""
        return [event.kind for event in self.events]

    async def connected(self, speeds: tuple[float, ...] = (0,) * 5) -> Bench:
        """Connect, with a machine that then reports."""
        await self.treadmill.connect()
        await self.run(*speeds)
        return self

    async def run(self, *speeds_kmh: float, distance_m: int = 0, every_s: float = 1.0) -> None:
        """Report these speeds, one a second."""
        for speed_kmh in speeds_kmh:
            self.machine.report(speed_kmh, distance_m)
            await asyncio.sleep(every_s)

    async def moving(self, speed_kmh: float = 1.0, cap_kmh: float = 4.0) -> Bench:
        """Connect and start."""
        await self.connected()
        self.treadmill.set_cap(cap_kmh)
        self.treadmill.start()
        await self.run(0, 0, 1.0)
        if speed_kmh != 1.0:
            self.treadmill.set_speed(speed_kmh)
        await self.run(speed_kmh, speed_kmh)
        self.machine.written.clear()
        return self
