"""Polar's measurement service (PMD): what is asked of an H10 or a Verity Sense, and its answers.

Sources: Polar BLE SDK, "Online measurement" v1.0, and captures of an H10.
"""

from dataclasses import dataclass, field
from enum import CONFORM, IntEnum, IntFlag
import math
import struct
from typing import Final, Literal

from ...wire import DecodeError, Reader, known

SERVICE_UUID: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL_UUID: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA_UUID: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

_FEATURES = 0x0F
_RESPONSE = 0xF0
_RESOLUTION_BIT = 16


class Operation(IntEnum):
    """What can be asked of the sensor."""

    GET_SETTINGS = 1
    START = 2
    STOP = 3


class Measurement(IntEnum):
    """What a request, a response or a frame is about."""

    ECG = 0
    PPG = 1
    ACCELERATION = 2
    PP_INTERVAL = 3
    GYROSCOPE = 5
    MAGNETOMETER = 6


class PmdFeature(IntFlag, boundary=CONFORM):
    """What the sensor can stream; bits that Polar has not published are dropped."""

    ECG = 1 << Measurement.ECG
    PPG = 1 << Measurement.PPG
    ACCELERATION = 1 << Measurement.ACCELERATION
    PP_INTERVAL = 1 << Measurement.PP_INTERVAL
    GYROSCOPE = 1 << Measurement.GYROSCOPE
    MAGNETOMETER = 1 << Measurement.MAGNETOMETER


class PmdStatus(IntEnum):
    """What the sensor says came of a request."""

    SUCCESS = 0
    INVALID_OPERATION = 1
    INVALID_MEASUREMENT = 2
    NOT_SUPPORTED = 3
    INVALID_LENGTH = 4
    INVALID_PARAMETER = 5
    ALREADY_IN_STATE = 6
    INVALID_RESOLUTION = 7
    INVALID_SAMPLE_RATE = 8
    INVALID_RANGE = 9
    INVALID_MTU = 10
    INVALID_CHANNELS = 11
    INVALID_STATE = 12
    CHARGING = 13


class Setting(IntEnum):
    """The settings of a stream."""

    SAMPLE_RATE_HZ = 0
    RESOLUTION_BIT = 1
    RANGE_G = 2
    RANGE_MILLIUNIT = 3
    CHANNELS = 4
    FACTOR = 5


_SETTING_SIZES: dict[int, Literal[1, 2, 4]] = {
    Setting.SAMPLE_RATE_HZ: 2,
    Setting.RESOLUTION_BIT: 2,
    Setting.RANGE_G: 2,
    Setting.RANGE_MILLIUNIT: 4,
    Setting.CHANNELS: 1,
    Setting.FACTOR: 4,
}

type Settings = dict[Setting, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PmdRequest:
    """A request as a sensor reads it."""

    operation: Operation | int
    measurement: Measurement | int
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class PmdResponse:
    """A sensor's answer to a request."""

    operation: Operation | int
    measurement: Measurement | int
    status: PmdStatus | int
    more_to_come: bool = False
    settings: Settings = field(default_factory=dict)
    factor: float | None = None  # what the numbers of compressed frames are multiplied by


GET_ACCELERATION_SETTINGS: Final = bytes((Operation.GET_SETTINGS, Measurement.ACCELERATION))
STOP_ACCELERATION: Final = bytes((Operation.STOP, Measurement.ACCELERATION))


def start_acceleration(*, sample_rate_hz: int, range_g: int, channels: int | None = None) -> bytes:
    """Build the request for a stream of 16 bits; the Verity wants its 3 channels named."""
    settings = {
        Setting.SAMPLE_RATE_HZ: sample_rate_hz,
        Setting.RESOLUTION_BIT: _RESOLUTION_BIT,
        Setting.RANGE_G: range_g,
    }
    if channels is not None:
        settings[Setting.CHANNELS] = channels
    return bytes((Operation.START, Measurement.ACCELERATION)) + b"".join(
        bytes((setting, 1)) + value.to_bytes(_SETTING_SIZES[setting], "little")
        for setting, value in settings.items()
    )


def decode_control(packet: bytes | bytearray) -> PmdFeature | PmdRequest | PmdResponse:
    """Read what is read from, written to or indicated by the control characteristic.

    Features may also come as an indication that nobody asked for.
    """
    reader = Reader(packet)
    first = reader.uint(1)
    if first == _FEATURES:
        return PmdFeature(reader.uint(1))
    if first != _RESPONSE:
        measurement = known(Measurement, reader.uint(1))
        settings = _decode_settings(reader)
        return PmdRequest(
            operation=known(Operation, first), measurement=measurement, settings=settings
        )
    operation = known(Operation, reader.uint(1))
    measurement = known(Measurement, reader.uint(1))
    status = known(PmdStatus, reader.uint(1))
    more_to_come = reader.left > 0 and reader.uint(1) > 0
    settings = _decode_settings(reader)
    return PmdResponse(
        operation=operation,
        measurement=measurement,
        status=status,
        more_to_come=more_to_come,
        factor=_decode_factor(settings.pop(Setting.FACTOR, ())),
        settings=settings,
    )


def _decode_settings(reader: Reader) -> Settings:
    """Read settings: a type, a count, and so many values."""
    settings: Settings = {}
    # The H10 ends its answer to a start with one reserved byte.
    while reader.left > 1:
        number = reader.uint(1)
        if (size := _SETTING_SIZES.get(number)) is None:
            break  # of unknown size: nothing behind it can be read
        settings[Setting(number)] = tuple(reader.uint(size) for _ in range(reader.uint(1)))
    return settings


def _decode_factor(values: tuple[int, ...]) -> float | None:
    """Read the setting that is a float in the bits of an integer."""
    if not values:
        return None
    factor: float = struct.unpack("<f", values[0].to_bytes(4, "little"))[0]
    if not (math.isfinite(factor) and factor > 0):
        raise DecodeError(f"a factor of {factor}")
    return factor
