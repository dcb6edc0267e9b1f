"""Heart Rate Measurement (2A37) and Battery Level (2A19), as straps and pods send them.

Sources: HRS v1.0, BAS v1.0.
"""

from dataclasses import dataclass
from typing import Final

from ...wire import DecodeError, Reader, sig_uuid

SERVICE_UUID: Final = sig_uuid(0x180D)
MEASUREMENT_UUID: Final = sig_uuid(0x2A37)
BATTERY_LEVEL_UUID: Final = sig_uuid(0x2A19)

_WIDE_RATE = 1 << 0
_CONTACT = 1 << 1
_KNOWS_CONTACT = 1 << 2
_HAS_ENERGY = 1 << 3
_HAS_RR = 1 << 4


@dataclass(frozen=True, kw_only=True, slots=True)
class HeartRate:
    """One report of a strap; what it does not measure is None."""

    heart_rate_bpm: int
    skin_contact: bool | None = None
    energy_kj: int | None = None
    rr_s: tuple[float, ...] = ()  # times between beats, oldest first


def decode_heart_rate(packet: bytes | bytearray) -> HeartRate:
    """Read 2A37."""
    reader = Reader(packet)
    flags = reader.uint(1)
    return HeartRate(
        heart_rate_bpm=reader.uint(2 if flags & _WIDE_RATE else 1),
        skin_contact=bool(flags & _CONTACT) if flags & _KNOWS_CONTACT else None,
        energy_kj=reader.uint(2) if flags & _HAS_ENERGY else None,
        rr_s=tuple(reader.uint(2) / 1024 for _ in range(reader.left // 2))
        if flags & _HAS_RR
        else (),
    )


def decode_battery_level(packet: bytes | bytearray) -> int:
    """Read 2A19, in percent."""
    percent = Reader(packet).uint(1)
    if percent > 100:
        raise DecodeError(f"a battery at {percent} %")
    return percent
