"""A wearable with a Bluetooth link: its packets decoded or dropped, and what each kind sends."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, override

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from ..clock import Clock, time_limit
from ..gatt import (
    FIRMWARE_UUID,
    LINK_ERRORS,
    MAKER_UUID,
    MODEL_UUID,
    ClientFactory,
    decode_text,
    paired,
    read,
)
from ..wire import DecodeError
from .codec.heart_rate import (
    BATTERY_LEVEL_UUID,
    MEASUREMENT_UUID as HEART_RATE_UUID,
    HeartRate,
    decode_battery_level,
    decode_heart_rate,
)
from .codec.rsc import SENSOR_LOCATION_UUID, decode_sensor_location
from .link import Link
from .state import Listeners, StepCounter
from .wearable import Wearable

SUBSCRIBE_LIMIT_S = 5.0
KEPT = 50

_INFO: Final[Mapping[str, tuple[str, Callable[[bytearray], object]]]] = {
    "maker": (MAKER_UUID, decode_text),
    "model": (MODEL_UUID, decode_text),
    "firmware": (FIRMWARE_UUID, decode_text),
    "location": (SENSOR_LOCATION_UUID, decode_sensor_location),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Malformed:
    """A packet that broke its format."""

    at_s: float
    uuid: str
    value: bytes
    error: str


class LinkedWearable(Wearable):
    """A foot pod or a strap; a subclass adds what only its kind sends."""

    needed: tuple[str, ...] = ()  # characteristics without which the link is of no use

    def __init__(
        self,
        *,
        clock: Clock,
        connect: ClientFactory,
        listeners: Listeners,
        steps: int = 0,
        count_steps: StepCounter | None = None,
    ) -> None:
        """Link nothing yet."""
        super().__init__(clock=clock, listeners=listeners, steps=steps, count_steps=count_steps)
        self.dropped: Counter[str] = Counter()  # malformed packets, by characteristic
        self.malformed: deque[Malformed] = deque(maxlen=KEPT)
        self.link = Link(clock=clock, connect=connect, serve=self._serve, on_lost=self._lost)
        # What is subscribed to: how it is read, and who takes it.
        self._heeded: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], None]]] = {
            BATTERY_LEVEL_UUID: (decode_battery_level, self._take_battery),
            HEART_RATE_UUID: (decode_heart_rate, self._take_heart_rate),
        }

    @override
    async def open(self) -> None:
        """Look for the wearable, and keep the link until `close`. Never raises."""
        self.link.open()

    @override
    async def close(self) -> None:
        """Let go of the wearable."""
        await self.link.close()
        await super().close()

    def on_packet(self, uuid: str, value: bytes) -> None:
        """Take what the wearable sends; what is malformed is counted and dropped."""
        decode, take = self._heeded[uuid]
        try:
            message = decode(value)
        except DecodeError as error:
            self.dropped[uuid] += 1
            at_s = self._clock.now_s()
            self.malformed.append(Malformed(at_s=at_s, uuid=uuid, value=value, error=str(error)))
            return
        take(message)

    async def _serve(self, client: BleakClient) -> None:
        """Subscribe to what is there, and read what the wearable is."""
        for uuid in self._heeded:
            if client.services.get_characteristic(uuid) is None:
                if uuid in self.needed:
                    raise ConnectionError(f"it lacks {uuid}")
                continue
            try:
                await self._subscribe(client, uuid)
            except LINK_ERRORS:
                if uuid in self.needed:
                    raise
        self._update(connected=True)
        said: dict[str, Any] = {}
        with suppress(TimeoutError):  # a request that is not answered blocks all that follow
            for name, (uuid, decode) in _INFO.items():
                if (value := await read(client, self._clock, uuid, decode)) is not None:
                    said[name] = value
            battery = await read(client, self._clock, BATTERY_LEVEL_UUID, decode_battery_level)
            self._update(battery_percent=battery)
        self._update(info=replace(self.state.info, **said))

    async def _subscribe(self, client: BleakClient, uuid: str) -> None:
        def listener(_: BleakGATTCharacteristic, value: bytearray) -> None:
            self.on_packet(uuid, bytes(value))

        async with time_limit(self._clock, SUBSCRIBE_LIMIT_S):
            await paired(client, lambda: client.start_notify(uuid, listener))

    def _lost(self) -> None:
        """Take note of a lost link; what the wearable is, and how full it was, stays known."""
        self._update(connected=False, heart_rate_bpm=None, problem=None)
        self._silent()

    def _take_battery(self, percent: int) -> None:
        self._update(battery_percent=percent)

    def _take_heart_rate(self, heart: HeartRate) -> None:
        # Off the skin a strap goes on sending what it measured last, or 0.
        worn = heart.heart_rate_bpm > 0 and heart.skin_contact is not False
        self._update(heart_rate_bpm=heart.heart_rate_bpm if worn else None)
