"""A strap's client without a radio, fed by hand as fast as a test likes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
import struct
from typing import Any, cast

from bleak import BleakClient

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.samples import MotionSample
from custom_components.retrowalk.wearable.codec.polar_control import CONTROL_UUID, Operation
from custom_components.retrowalk.wearable.polar import PolarStrap
from custom_components.retrowalk.wearable.state import Listeners
from simulator.polar_strap import raw_body

FRAME_S = 0.18


def frames(count: int, each_s: float = FRAME_S) -> Iterator[bytes]:
    """Yield frames of an H10 that is worn and moved."""
    for number in range(count):
        samples = [(900 + (number + at) % 200, at, -number % 50) for at in range(36)]
        clock_ns = round((6e8 + number * each_s) * 1e9)
        yield struct.pack("<BQ", 2, clock_ns) + raw_body(samples)


class _Sensor:
    """A BleakClient that grants whatever is asked of it, by the strap's own way in."""

    def __init__(self, rate_hz: int) -> None:
        self._settings = struct.pack("<BBHBBH", 0, 1, rate_hz, 2, 1, 8)
        self._listeners: dict[str, Callable[[Any, bytearray], None]] = {}
        self.services = self

    def get_characteristic(self, uuid: str) -> str | None:
        return uuid if uuid.startswith("fb005c8") else None

    async def start_notify(self, uuid: str, listener: Callable[[Any, bytearray], None]) -> None:
        self._listeners[uuid] = listener

    async def write_gatt_char(self, uuid: str, payload: bytes, response: bool) -> None:
        more = self._settings if payload[0] == Operation.GET_SETTINGS else b"\x01"
        answer = bytes((0xF0, payload[0], payload[1], 0, 0)) + more
        self._listeners[CONTROL_UUID](None, bytearray(answer))

    async def disconnect(self) -> None:
        pass


@asynccontextmanager
async def hand_fed(
    clock: Clock, *, rate_hz: int = 200, listeners: Listeners | None = None
) -> AsyncIterator[tuple[PolarStrap, list[MotionSample]]]:
    """Give a strap that streams, and the samples that it tells."""
    motion: list[MotionSample] = []

    async def connect(_: Callable[[BleakClient], None]) -> BleakClient:
        return cast("BleakClient", _Sensor(rate_hz))

    def ignore(_: object) -> None:
        pass

    strap = PolarStrap(
        clock=clock,
        connect=connect,
        listeners=listeners or Listeners(on_motion=motion.append, on_step=ignore, on_state=ignore),
    )
    await strap.open()
    for _ in range(20):
        await asyncio.sleep(0)
    assert strap.stream is not None
    yield strap, motion
    await strap.close()
