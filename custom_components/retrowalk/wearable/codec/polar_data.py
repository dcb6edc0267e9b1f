"""Polar's frames of acceleration (PMD data): raw from the H10, compressed from the Verity Sense.

Source: Polar BLE SDK. Times are nanoseconds of the sensor's own clock since 2000; accelerations
are milli-g, gravity included.
"""

from dataclasses import dataclass
from itertools import accumulate
from struct import Struct

from ...wire import DecodeError, Reader
from .polar_control import Measurement

_HEADER = Struct("<BQB")  # measurement, time, frame type
_SAMPLE = Struct("<hhh")
_WIDEST_DELTA_BIT = 17  # between two numbers of 16 bits

type Sample = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class AccelerationFrame:
    """The samples of one notification, oldest first."""

    timestamp_ns: int  # of the last sample
    samples_mg: list[Sample]


def decode_acceleration(packet: bytes | bytearray, factor: float = 1.0) -> AccelerationFrame:
    """Read a frame of the data characteristic; `factor` is that of the response to the start."""
    # By struct and not by Reader: ten straps at 200 Hz are to leave the processor alone.
    if len(packet) < _HEADER.size:
        raise DecodeError(f"{len(packet)} bytes are no frame")
    measurement, timestamp_ns, frame_type = _HEADER.unpack_from(packet)
    if measurement != Measurement.ACCELERATION:
        raise DecodeError(f"a frame of measurement {measurement}, not of acceleration")
    body = bytes(packet[_HEADER.size :])
    match frame_type:
        case 0x01:
            samples = _raw_samples(body)
        case 0x80:
            # This kind counts in g, the next in milli-g.
            samples = _delta_samples(body, factor * 1000)
        case 0x81:
            samples = _delta_samples(body, factor)
        case _:
            raise DecodeError(f"an unknown frame type 0x{frame_type:02x}")
    return AccelerationFrame(timestamp_ns=timestamp_ns, samples_mg=samples)


def _raw_samples(body: bytes) -> list[Sample]:
    """Read samples of three 16-bit numbers."""
    if not body or len(body) % _SAMPLE.size:
        raise DecodeError(f"{len(body)} bytes are no whole samples")
    return list(_SAMPLE.iter_unpack(body))


def _delta_samples(body: bytes, factor: float) -> list[Sample]:
    """Read a whole sample and groups of differences, each group with its own width in bits."""
    if len(body) < _SAMPLE.size:
        raise DecodeError(f"{len(body)} bytes hold no reference sample")
    samples = [_SAMPLE.unpack_from(body)]
    reader = Reader(body[_SAMPLE.size :])
    while reader.left:
        width, count = reader.uint(1), reader.uint(1)
        if not 0 < width <= _WIDEST_DELTA_BIT:
            raise DecodeError(f"differences of {width} bits")
        bits = width * count * 3
        packed = int.from_bytes(reader.take((bits + 7) // 8), "little")
        mask, sign = (1 << width) - 1, 1 << (width - 1)
        deltas = [((packed >> at & mask) ^ sign) - sign for at in range(0, bits, width)]
        x, y, z = samples.pop()  # which accumulate() gives back as the first
        samples += zip(
            accumulate(deltas[0::3], initial=x),
            accumulate(deltas[1::3], initial=y),
            accumulate(deltas[2::3], initial=z),
            strict=True,
        )
    if factor == 1:
        return samples
    return [(x * factor, y * factor, z * factor) for x, y, z in samples]
