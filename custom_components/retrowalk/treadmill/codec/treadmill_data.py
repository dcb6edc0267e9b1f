"""Treadmill Data (2ACD): what the belt does, about once a second.

A record is a flags word and the fields it promises, in the order of the table below. It may come
in several notifications. Source: FTMS v1.0 4.9 and the SIG's GATT Specification Supplement.
"""

from dataclasses import dataclass
from typing import Any, Literal

from ...wire import DecodeError, Reader


@dataclass(frozen=True, kw_only=True, slots=True)
class TreadmillData:
    """One whole record; what the machine did not send, or marked as not available, is None."""

    speed_kmh: float
    average_speed_kmh: float | None = None
    distance_m: int | None = None
    inclination_percent: float | None = None
    ramp_angle_deg: float | None = None
    elevation_gain_m: float | None = None
    elevation_loss_m: float | None = None
    pace_s_per_500m: int | None = None
    average_pace_s_per_500m: int | None = None
    energy_kcal: int | None = None
    energy_kcal_per_hour: int | None = None
    energy_kcal_per_minute: int | None = None
    heart_rate_bpm: int | None = None  # 0 where nobody holds the sensor
    met: float | None = None
    elapsed_s: int | None = None
    remaining_s: int | None = None
    force_n: int | None = None
    power_w: int | None = None
    steps: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    """One field on the wire."""

    name: str
    size: Literal[1, 2, 3] = 2
    signed: bool = False
    per_unit: int = 1  # raw counts in one unit of the name
    absent: int | None = None  # the raw value that says "not available"


# The place of a group is its flag bit.
_LAYOUT: tuple[tuple[_Field, ...], ...] = (
    (_Field(name="speed_kmh", per_unit=100),),
    (_Field(name="average_speed_kmh", per_unit=100),),
    (_Field(name="distance_m", size=3),),
    (
        _Field(name="inclination_percent", signed=True, per_unit=10, absent=0x7FFF),
        _Field(name="ramp_angle_deg", signed=True, per_unit=10, absent=0x7FFF),
    ),
    (
        # The standard knows no "not available" here; Life Fitness sends that of signed fields.
        _Field(name="elevation_gain_m", per_unit=10, absent=0x7FFF),
        _Field(name="elevation_loss_m", per_unit=10, absent=0x7FFF),
    ),
    (_Field(name="pace_s_per_500m"),),
    (_Field(name="average_pace_s_per_500m"),),
    (
        _Field(name="energy_kcal", absent=0xFFFF),
        _Field(name="energy_kcal_per_hour", absent=0xFFFF),
        _Field(name="energy_kcal_per_minute", size=1, absent=0xFF),
    ),
    (_Field(name="heart_rate_bpm", size=1),),
    (_Field(name="met", size=1, per_unit=10),),
    (_Field(name="elapsed_s"),),
    (_Field(name="remaining_s"),),
    (
        _Field(name="force_n", signed=True, absent=0x7FFF),
        _Field(name="power_w", signed=True, absent=0x7FFF),
    ),
    # Reserved by the SIG; UREVO, KingSmith and CITYSPORTS count steps here.
    (_Field(name="steps", size=3),),
)
_SHORT_PACES = {
    name: _Field(name=name, size=1) for name in ("pace_s_per_500m", "average_pace_s_per_500m")
}
_MORE_DATA = 1


class TreadmillDataAssembler:
    """Puts the records of one link together from their notifications."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self._fields: dict[str, Any] = {}

    def feed(self, packet: bytes | bytearray) -> TreadmillData | None:
        """Return the record that `packet` completes, None while more parts are to come.

        Raises DecodeError and forgets what it held where the packet is malformed.
        """
        fields, self._fields = self._fields, {}
        reader = Reader(packet)
        flags = reader.uint(2)
        fields |= _decode_fields(flags, reader)
        if flags & _MORE_DATA:
            self._fields = fields
            return None
        return TreadmillData(**fields)

    def reset(self) -> None:
        """Forget a partial record: its other parts went with the link."""
        self._fields = {}


def _decode_fields(flags: int, reader: Reader) -> dict[str, Any]:
    """Read what `flags` promise, as far as it arrived."""
    # More Data is the one flag that takes a field away: the speed comes with the last part.
    present = flags ^ _MORE_DATA
    promised = [field for bit, group in enumerate(_LAYOUT) if present >> bit & 1 for field in group]
    # The standard's own revisions disagree on the size of a pace: the length tells.
    short = [_SHORT_PACES.get(field.name, field) for field in promised]
    if _length(promised) > reader.left >= _length(short):
        promised = short
    fields: dict[str, Any] = {}
    for field in promised:
        if field.size > reader.left:
            # Matrix and Technogym promise 30 bytes and send 20: what did arrive is good.
            if field is promised[0]:
                raise DecodeError(f"ends before {field.name}")
            break
        raw = reader.sint(2) if field.signed else reader.uint(field.size)
        if raw != field.absent:
            fields[field.name] = raw if field.per_unit == 1 else raw / field.per_unit
    return fields


def _length(fields: list[_Field]) -> int:
    """Return the bytes that `fields` take."""
    return sum(field.size for field in fields)
