"""The link to a machine: connecting, subscribing, reading what it is, and coming back.

Nothing here can move a belt, and nothing a machine sends or lacks can stop the set-up: what is
not there, not readable or not answered is left out.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Any, Final

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from ..clock import Clock, time_limit, wait
from ..gatt import (
    FIRMWARE_UUID,
    LINK_ERRORS,
    MAKER_UUID,
    MODEL_UUID,
    READ_LIMIT_S,
    ClientFactory,
    decode_text,
    paired,
)
from ..wire import DecodeError
from .codec import (
    CONTROL_POINT_UUID,
    FEATURE_UUID,
    INCLINATION_RANGE_UUID,
    SPEED_RANGE_UUID,
    STATUS_UUID,
    TRAINING_STATUS_UUID,
    TREADMILL_DATA_UUID,
    InclinationRange,
    MachineFeatures,
    SpeedRange,
    decode_features,
    decode_inclination_range,
    decode_speed_range,
)
from .profile import MachineProfile

CONNECT_LIMIT_S = 60.0  # proxies and retries of the client factory included
SUBSCRIBE_LIMIT_S = 5.0
DISCONNECT_LIMIT_S = 5.0
# After a drop some machines refuse for tens of seconds; the last pause is repeated.
RECONNECT_AFTER_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)

# The order counts: answers and status before the first record asks for a judgement.
_SUBSCRIBED: Final = (CONTROL_POINT_UUID, STATUS_UUID, TRAINING_STATUS_UUID, TREADMILL_DATA_UUID)
_NEEDED: Final = (CONTROL_POINT_UUID, TREADMILL_DATA_UUID)


class LinkError(Exception):
    """The machine could not be connected, or is no treadmill that can be controlled."""


@dataclass(frozen=True, kw_only=True)
class MachineInfo:
    """What a machine says of itself; None where it says nothing that can be read."""

    features: MachineFeatures | None = None
    speed_range: SpeedRange | None = None
    inclination_range: InclinationRange | None = None
    maker: str | None = None
    model: str | None = None
    firmware: str | None = None


_READ: Final[Mapping[str, tuple[str, Callable[[bytearray], object]]]] = {
    "features": (FEATURE_UUID, decode_features),
    "speed_range": (SPEED_RANGE_UUID, decode_speed_range),
    "inclination_range": (INCLINATION_RANGE_UUID, decode_inclination_range),
    "maker": (MAKER_UUID, decode_text),
    "model": (MODEL_UUID, decode_text),
    "firmware": (FIRMWARE_UUID, decode_text),
}


@dataclass(kw_only=True)
class Link:
    """One machine's link: up, lost and looked for again, or closed."""

    clock: Clock
    connect: ClientFactory
    profile: MachineProfile
    info: MachineInfo
    on_packet: Callable[[str, bytes], None]  # uuid, value
    on_subscribed: Callable[[], None]
    on_lost: Callable[[], None]
    wanted: bool = False  # whether the link is meant to be there, up or not
    _client: BleakClient | None = None
    _seeker: asyncio.Task[None] | None = None
    _connecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _closed: int = 0

    @property
    def up(self) -> bool:
        """Whether something can be written."""
        return self._client is not None

    async def open(self) -> None:
        """Connect now; looked for from then on. Raises LinkError if it is not there yet."""
        self.wanted = True
        await self._stop_seeking()
        try:
            await self._connect()
        except LinkError:
            self._seek()
            raise

    async def close(self) -> None:
        """Let go of the machine."""
        self.wanted = False
        self._closed += 1
        await self._stop_seeking()
        await self._let_go(self._client)

    async def write(self, payload: bytes) -> None:
        """Write to the control point. Raises one of LINK_ERRORS."""
        if (client := self._client) is None:
            raise ConnectionError("no link")
        point = client.services.get_characteristic(CONTROL_POINT_UUID)
        # Some control points know writing without response only.
        response = point is None or "write" in point.properties
        await paired(
            client,
            lambda: client.write_gatt_char(CONTROL_POINT_UUID, payload, response=response),
        )

    async def _connect(self) -> None:
        async with self._connecting:
            if self._client is not None:
                return
            client: BleakClient | None = None
            closed = self._closed
            up = False
            try:
                async with time_limit(self.clock, CONNECT_LIMIT_S):
                    client = await self.connect(self._dropped)
                if closed != self._closed:
                    raise LinkError("closed while connecting")
                self._client = client
                await self._subscribe(client)
                self.on_subscribed()
                await self._read(client)
                if self._client is not client:
                    raise LinkError("lost while connecting")
                up = True
            except LINK_ERRORS as error:
                raise LinkError(str(error) or type(error).__name__) from error
            finally:
                if not up:
                    await self._let_go(client)

    async def _subscribe(self, client: BleakClient) -> None:
        there = client.services.get_characteristic
        if missing := [uuid for uuid in _NEEDED if there(uuid) is None]:
            raise LinkError(f"not a treadmill that can be controlled: it lacks {missing}")
        preamble = self.profile.preamble
        if preamble is not None and there(preamble.uuid) is not None:
            async with time_limit(self.clock, SUBSCRIBE_LIMIT_S):
                await client.write_gatt_char(preamble.uuid, preamble.payload)
        for uuid in _SUBSCRIBED:
            if there(uuid) is None:
                continue
            try:
                async with time_limit(self.clock, SUBSCRIBE_LIMIT_S):
                    await client.start_notify(uuid, self._listener(uuid))
            except LINK_ERRORS:
                if uuid in _NEEDED:
                    raise
            await wait(self.clock, self.profile.subscription_spacing_s)

    def _listener(self, uuid: str) -> Callable[[BleakGATTCharacteristic, bytearray], None]:
        return lambda _, value: self.on_packet(uuid, bytes(value))

    async def _read(self, client: BleakClient) -> None:
        """Read what is there and can be read; what was known before stays."""
        said: dict[str, Any] = {}
        try:
            for name, (uuid, decode) in _READ.items():
                if (value := await self._value(client, uuid)) is not None:
                    with suppress(DecodeError):  # it has killed the set-up of other software
                        said[name] = decode(value)
            if (value := await self._value(client, TRAINING_STATUS_UUID)) is not None:
                self.on_packet(TRAINING_STATUS_UUID, bytes(value))
        except TimeoutError:
            pass  # a request that is not answered blocks all that follow
        self.info = replace(self.info, **said)

    async def _value(self, client: BleakClient, uuid: str) -> bytearray | None:
        """Read one characteristic; None where it is missing or refused."""
        if client.services.get_characteristic(uuid) is None:
            return None
        try:
            async with time_limit(self.clock, READ_LIMIT_S):
                return await client.read_gatt_char(uuid)
        except TimeoutError:
            raise
        except LINK_ERRORS:
            return None

    def _dropped(self, client: BleakClient) -> None:
        """Take note of a lost link."""
        if client is not self._client:
            return
        self._client = None
        self.on_lost()
        self._seek()

    def _seek(self) -> None:
        if self.wanted and (self._seeker is None or self._seeker.done()):
            self._seeker = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        """Look for the machine until it is there again."""
        pauses_s = chain(RECONNECT_AFTER_S, repeat(RECONNECT_AFTER_S[-1]))
        while not self.up:
            await wait(self.clock, next(pauses_s))
            with suppress(LinkError):
                await self._connect()

    async def _stop_seeking(self) -> None:
        seeker, self._seeker = self._seeker, None
        if seeker is not None:
            seeker.cancel()
            await asyncio.wait((seeker,))

    async def _let_go(self, client: BleakClient | None) -> None:
        if client is None:
            return
        if client is self._client:
            self._client = None
            self.on_lost()
        try:
            async with time_limit(self.clock, DISCONNECT_LIMIT_S):
                await client.disconnect()
        except LINK_ERRORS:
            return  # it is gone, or will be
