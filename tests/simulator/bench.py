"""A treadmill on the radio, and a client that writes down all it hears."""

import asyncio
from functools import partial
import struct

from bleak.backends.characteristic import BleakGATTCharacteristic

from custom_components.retrowalk.clock import Clock
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS, VirtualTreadmill


def uuid(short: str) -> str:
    """Return the long form of a 16-bit UUID."""
    return f"0000{short}-0000-1000-8000-00805f9b34fb"


class Bench:
    """A treadmill, its belt, and the client's ear."""

    def __init__(self, radio: VirtualRadio, treadmill: VirtualTreadmill, clock: Clock) -> None:
        """Connect nothing yet."""
        self.treadmill = treadmill
        self.belt = treadmill.belt
        self.client = radio.client(DEFAULT_ADDRESS)
        self.heard: list[tuple[float, str, bytes]] = []
        self._clock = clock

    async def connect(self, *, spacing_s: float = 0.2) -> None:
        """Connect and subscribe to everything."""
        await self.client.connect()
        for short in ("2acd", "2ad3", "2ad9", "2ada"):
            if self.client.services.get_characteristic(uuid(short)):
                await self.client.start_notify(uuid(short), partial(self._hear, short))
                await asyncio.sleep(spacing_s)

    async def write(self, command: str, *, response: bool = True) -> bytes | None:
        """Write to the control point and return the answer that comes within 10 s."""
        before = len(self.heard)
        await self.client.write_gatt_char(uuid("2ad9"), bytes.fromhex(command), response=response)
        for _ in range(100):
            await asyncio.sleep(0.1)
            for _, short, value in self.heard[before:]:
                if short == "2ad9":
                    return value
        return None

    async def start(self, speed_kmh: float | None = None) -> None:
        """Take control, start, and go on to a speed, whatever the machine answers."""
        await self.write("00")
        await self.write("07")
        await asyncio.sleep(6)
        if speed_kmh is not None:
            await self.write((b"\x02" + struct.pack("<H", round(speed_kmh * 100))).hex())
            await asyncio.sleep(15)

    def said(self, short: str) -> list[bytes]:
        """Return what was heard of one characteristic."""
        return [value for _, name, value in self.heard if name == short]

    @property
    def reported_kmh(self) -> list[float]:
        """The speeds reported, of machines that send them first."""
        return [struct.unpack_from("<H", value, 2)[0] / 100 for value in self.said("2acd")]

    def _hear(self, short: str, _: BleakGATTCharacteristic, data: bytearray) -> None:
        self.heard.append((self._clock.now_s(), short, bytes(data)))
