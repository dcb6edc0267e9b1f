"""Running Speed and Cadence (0x1814): foot pods, and some treadmills.

Source: RSCS v1.0. A pod's cadence is steps a minute on some and strides, half of it, on others:
this is the raw number.
"""

from dataclasses import dataclass
from enum import CONFORM, IntEnum, IntFlag, auto
from typing import Final

from ...wire import Reader, known, sig_uuid

SERVICE_UUID: Final = sig_uuid(0x1814)
MEASUREMENT_UUID: Final = sig_uuid(0x2A53)
FEATURE_UUID: Final = sig_uuid(0x2A54)
SENSOR_LOCATION_UUID: Final = sig_uuid(0x2A5D)

_HAS_STRIDE_LENGTH = 1 << 0
_HAS_TOTAL_DISTANCE = 1 << 1
_RUNNING = 1 << 2


class RscFeature(IntFlag, boundary=CONFORM):
    """What the pod can report; bits outside the standard are dropped."""

    STRIDE_LENGTH = auto()
    TOTAL_DISTANCE = auto()
    WALKING_OR_RUNNING = auto()
    CALIBRATION = auto()
    SEVERAL_LOCATIONS = auto()


class SensorLocation(IntEnum):
    """Where on a walker the sensor sits; the standard's other places are on a bicycle."""

    OTHER = 0
    TOP_OF_SHOE = 1
    IN_SHOE = 2
    HIP = 3
    CHEST = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class RscMeasurement:
    """One report of a pod; what it does not measure is None."""

    speed_mps: float
    cadence_spm: int
    stride_length_m: float | None = None
    total_distance_m: float | None = None
    running: bool


def decode_rsc_measurement(packet: bytes | bytearray) -> RscMeasurement:
    """Read 2A53."""
    reader = Reader(packet)
    flags = reader.uint(1)
    return RscMeasurement(
        speed_mps=reader.uint(2) / 256,
        cadence_spm=reader.uint(1),
        stride_length_m=reader.uint(2) / 100 if flags & _HAS_STRIDE_LENGTH else None,
        total_distance_m=reader.uint(4) / 10 if flags & _HAS_TOTAL_DISTANCE else None,
        running=bool(flags & _RUNNING),
    )


def decode_rsc_feature(packet: bytes | bytearray) -> RscFeature:
    """Read 2A54."""
    return RscFeature(Reader(packet).uint(2))


def decode_sensor_location(packet: bytes | bytearray) -> SensorLocation | int:
    """Read 2A5D."""
    return known(SensorLocation, Reader(packet).uint(1))
