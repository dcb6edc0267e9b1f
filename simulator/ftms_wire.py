"""The Fitness Machine Service as a treadmill speaks it, written apart from the integration's codec.

Values are whole numbers in the wire's units (0.01 km/h, m, 0.1 %, s, kcal).
"""

from collections.abc import Iterable, Mapping

# Field of Treadmill Data (2ACD) in the wire's order: flag bit, and the size of each value in
# bytes, negative where signed. Steps are no field of the standard: makers use a reserved bit.
_RECORD: dict[str, tuple[int, tuple[int, ...]]] = {
    "speed": (0, (2,)),
    "average_speed": (1, (2,)),
    "distance": (2, (3,)),
    "inclination": (3, (-2, -2)),
    "elevation": (4, (2, 2)),
    "pace": (5, (2,)),
    "average_pace": (6, (2,)),
    "energy": (7, (2, 2, 1)),
    "heart_rate": (8, (1,)),
    "met": (9, (1,)),
    "elapsed": (10, (2,)),
    "remaining": (11, (2,)),
    "force": (12, (-2, -2)),
    "steps": (13, (3,)),
}
FEATURE_BITS = {
    "average_speed": 0,
    "distance": 2,
    "inclination": 3,
    "elevation": 4,
    "pace": 5,
    "steps": 6,
    "energy": 9,
    "heart_rate": 10,
    "met": 11,
    "elapsed": 12,
    "remaining": 13,
    "force": 15,
}
TARGET_BITS = {"speed": 0, "inclination": 1, "training_time": 9}

# Control Point (2AD9)
REQUEST_CONTROL = 0x00
RESET = 0x01
SET_SPEED = 0x02
SET_INCLINATION = 0x03
START = 0x07
STOP = 0x08
SET_TRAINING_TIME = 0x0D
SUCCESS = 0x01
NOT_SUPPORTED = 0x02
INVALID_PARAMETER = 0x03
FAILED = 0x04
NOT_PERMITTED = 0x05

# Fitness Machine Status (2ADA)
WAS_RESET = b"\x01"
STOPPED = b"\x02\x01"
PAUSED = b"\x02\x02"
STOPPED_BY_KEY = b"\x03"
STARTED = b"\x04"
CONTROL_LOST = b"\xff"

# Training Status (2AD3)
IDLE = 0x01
MANUAL = 0x0D
PRE_WORKOUT = 0x0E
POST_WORKOUT = 0x0F


def _pack(sizes: Iterable[int], values: Iterable[int]) -> bytes:
    return b"".join(
        value.to_bytes(abs(size), "little", signed=size < 0)
        for size, value in zip(sizes, values, strict=True)
    )


def treadmill_data(fields: Iterable[str], values: Mapping[str, tuple[int, ...]]) -> bytes:
    """Return a record (or a part of one, if `speed` is not among the fields)."""
    wanted = set(fields)
    flags = sum(1 << bit for name, (bit, _) in _RECORD.items() if bit and name in wanted)
    if "speed" not in wanted:
        flags |= 1  # bit 0 is the other way round: more is to come
    parts = [_pack(sizes, values[name]) for name, (_, sizes) in _RECORD.items() if name in wanted]
    return _pack((2,), (flags,)) + b"".join(parts)


def feature(fields: Iterable[str], targets: Iterable[str]) -> bytes:
    """Return 2ACC: what is reported and what may be set."""
    return _pack(
        (4, 4),
        (
            sum(1 << FEATURE_BITS[name] for name in fields if name in FEATURE_BITS),
            sum(1 << TARGET_BITS[name] for name in targets),
        ),
    )


def speed_range(minimum: int, maximum: int, step: int) -> bytes:
    """Return 2AD4."""
    return _pack((2, 2, 2), (minimum, maximum, step))


def inclination_range(minimum: int, maximum: int, step: int) -> bytes:
    """Return 2AD5."""
    return _pack((-2, -2, 2), (minimum, maximum, step))


def response(opcode: int, result: int) -> bytes:
    """Return a response of the control point."""
    return bytes((0x80, opcode, result))


def speed_changed(speed: int) -> bytes:
    """Return 2ADA for a new target speed."""
    return b"\x05" + _pack((2,), (speed,))


def inclination_changed(inclination: int) -> bytes:
    """Return 2ADA for a new target inclination."""
    return b"\x06" + _pack((-2,), (inclination,))


def advertisement(
    name: str, service_data: bytes | None = b"\x01\x01\x00", *, services: Iterable[int] = (0x1826,)
) -> bytes:
    """Return raw advertising data; the service data's default says: available, a treadmill."""
    parts = [b"\x01\x06", b"\x03" + b"".join(_pack((2,), (uuid,)) for uuid in services)]
    if service_data is not None:
        parts.append(b"\x16\x26\x18" + service_data)
    if name:
        parts.append(b"\x09" + name.encode())
    return b"".join(bytes((len(part),)) + part for part in parts)
