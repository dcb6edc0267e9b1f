"""What every Bluetooth link here shares: how it may fail, reading with an end, and pairing."""

from collections.abc import Awaitable, Callable
from typing import Final

from bleak import BleakClient
from bleak.exc import BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode

from .clock import Clock, time_limit
from .wire import DecodeError, sig_uuid

# Connects, and calls what is handed in when the link is lost.
type ClientFactory = Callable[[Callable[[BleakClient], None]], Awaitable[BleakClient]]

# What a link can raise, whichever its backend.
LINK_ERRORS: Final = (BleakError, TimeoutError, OSError, EOFError, NotImplementedError)

MAKER_UUID: Final = sig_uuid(0x2A29)
MODEL_UUID: Final = sig_uuid(0x2A24)
FIRMWARE_UUID: Final = sig_uuid(0x2A26)

READ_LIMIT_S = 3.0

_WANTS_PAIRING: Final = frozenset(
    {
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
    }
)


def decode_text(packet: bytes | bytearray) -> str | None:
    """Read a string of the device information; None where it is empty."""
    return packet.decode(errors="replace").strip("\0 ") or None


def wants_pairing(error: BleakError) -> bool:
    """Tell whether a request was refused because the two are not paired."""
    if isinstance(error, BleakGATTProtocolError):
        return error.code in _WANTS_PAIRING
    # A proxy and Windows pass the reason on as text alone.
    text = str(error).lower()
    return "insufficient authentication" in text or "insufficient encryption" in text


async def paired[T](client: BleakClient, request: Callable[[], Awaitable[T]]) -> T:
    """Make a request; where the device wants pairing first, pair and make it again."""
    try:
        return await request()
    except BleakError as error:
        if not wants_pairing(error):
            raise
    await client.pair()
    return await request()


async def read[T](
    client: BleakClient, clock: Clock, uuid: str, decode: Callable[[bytearray], T]
) -> T | None:
    """Read a characteristic; None where it is missing, refused or malformed.

    Raises TimeoutError: a request that is not answered blocks all that follow.
    """
    if client.services.get_characteristic(uuid) is None:
        return None
    try:
        async with time_limit(clock, READ_LIMIT_S):
            return decode(await client.read_gatt_char(uuid))
    except TimeoutError:
        raise
    except (DecodeError, *LINK_ERRORS):
        return None
