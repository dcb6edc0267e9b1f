"""Polar's measurement service: captured from an H10, made up for the Verity Sense."""

from collections.abc import Callable
from functools import partial
import struct
from time import process_time

from hypothesis import given, strategies as st
from polar_python.parsers import parse_polar_data  # type: ignore[import-untyped]
import pytest

from custom_components.retrowalk.wearable.codec.polar_control import (
    CONTROL_UUID,
    DATA_UUID,
    GET_ACCELERATION_SETTINGS,
    STOP_ACCELERATION,
    Measurement,
    Operation,
    PmdFeature,
    PmdRequest,
    PmdResponse,
    PmdStatus,
    Setting,
    decode_control,
    start_acceleration,
)
from custom_components.retrowalk.wearable.codec.polar_data import decode_acceleration
from custom_components.retrowalk.wire import DecodeError
from tests.captures import captures, mutants, packets

type Triple = tuple[int, int, int]

request = partial(PmdRequest, measurement=Measurement.ACCELERATION)
response = partial(PmdResponse, measurement=Measurement.ACCELERATION)
AXIS = st.integers(-0x8000, 0x7FFF)


def raw_frame(samples: list[Triple]) -> bytes:
    """Return a frame as the H10 sends it."""
    body = b"".join(struct.pack("<hhh", *sample) for sample in samples)
    return b"\x02" + (599616035520846242).to_bytes(8, "little") + b"\x01" + body


def delta_frame(frame_type: int, first: Triple, groups: list[tuple[int, list[Triple]]]) -> bytes:
    """Return a frame as the Verity Sense sends it: a sample, and groups of (width, differences)."""
    frame = b"\x02" + bytes(8) + bytes((frame_type,)) + struct.pack("<hhh", *first)
    for width_bit, differences in groups:
        numbers = [number for sample in differences for number in sample]
        packed = sum(
            (number & (1 << width_bit) - 1) << at * width_bit for at, number in enumerate(numbers)
        )
        size = (len(numbers) * width_bit + 7) // 8
        frame += bytes((width_bit, len(differences))) + packed.to_bytes(size, "little")
    return frame


def as_polar_python_reads(frame: bytes, factor: float = 1.0) -> list[Triple]:
    """Return the samples, in whole milli-g."""
    samples: list[Triple] = parse_polar_data(bytearray(frame), lambda _: factor).data
    return samples


def test_requests() -> None:
    """The bytes that a captured app writes, and those that the Verity Sense wants."""
    assert bytes.fromhex("0102") == GET_ACCELERATION_SETTINGS
    assert bytes.fromhex("0302") == STOP_ACCELERATION
    start = "0202 00013200 01011000 02010800"
    assert start_acceleration(sample_rate_hz=50, range_g=8) == bytes.fromhex(start)
    start = "0202 00013400 01011000 02010800 040103"
    assert start_acceleration(sample_rate_hz=52, range_g=8, channels=3) == bytes.fromhex(start)


def test_requests_are_read_as_they_were_written() -> None:
    """As a virtual sensor reads them."""
    assert decode_control(STOP_ACCELERATION) == request(operation=Operation.STOP)
    assert decode_control(start_acceleration(sample_rate_hz=200, range_g=8)) == request(
        operation=Operation.START,
        settings={
            Setting.SAMPLE_RATE_HZ: (200,),
            Setting.RESOLUTION_BIT: (16,),
            Setting.RANGE_G: (8,),
        },
    )


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (
            "f00302 00 00",
            response(operation=Operation.STOP, status=PmdStatus.SUCCESS),
        ),
        (
            "f00302 06",
            response(operation=Operation.STOP, status=PmdStatus.ALREADY_IN_STATE),
        ),
        (
            "f00202 00 00 01",
            response(operation=Operation.START, status=PmdStatus.SUCCESS),
        ),
        (
            "f00202 00 00 0501 0000003f",
            response(operation=Operation.START, status=PmdStatus.SUCCESS, factor=0.5),
        ),
        (
            "f00102 00 01 0002 1900 3200 0101 1000 0301 e8030000 0401 03 09ff",
            response(
                operation=Operation.GET_SETTINGS,
                status=PmdStatus.SUCCESS,
                more_to_come=True,
                settings={
                    Setting.SAMPLE_RATE_HZ: (25, 50),
                    Setting.RESOLUTION_BIT: (16,),
                    Setting.RANGE_MILLIUNIT: (1000,),
                    Setting.CHANNELS: (3,),
                },
            ),
        ),
        ("f07704 ee", PmdResponse(operation=0x77, measurement=4, status=0xEE)),
    ],
)
def test_responses(packet: str, expected: PmdResponse) -> None:
    """With a reserved byte behind, a factor, an unknown setting, and numbers of Polar's own."""
    assert decode_control(bytes.fromhex(packet)) == expected


def test_features() -> None:
    """An H10's, and what one also sends as an indication."""
    h10 = bytes.fromhex("0f05000000000000000000000000000000")
    assert decode_control(h10) == PmdFeature.ECG | PmdFeature.ACCELERATION
    assert decode_control(b"\x0f\xff") == PmdFeature(0x6F)


@pytest.mark.parametrize(
    "packet", ["", "0f", "f0", "f00202", "f001020000 0002 1900", "f00202 0000 0501 0000c07f"]
)
def test_malformed_control(packet: str) -> None:
    """Cut short, and a factor that is not a number."""
    with pytest.raises(DecodeError):
        decode_control(bytes.fromhex(packet))


def test_captured_frames_as_polar_python_reads_them() -> None:
    """Real frames of an H10, and Polar's own test vector of a compressed one."""
    frames = packets(DATA_UUID)
    assert len(frames) == 8
    for frame in frames:
        assert decode_acceleration(frame).samples_mg == as_polar_python_reads(frame)


def test_a_compressed_frame() -> None:
    """Polar's test vector, with a byte of their own comment corrected."""
    frame = decode_acceleration(bytes.fromhex("02650000000000000081f1ff1400f00306017b0f08"))
    assert frame.timestamp_ns == 101
    assert frame.samples_mg == [(-15, 20, 1008), (-20, 17, 1008)]


def test_the_factor() -> None:
    """Type 0x80 counts in g, type 0x81 in milli-g."""
    differences = [(4, [(1, -8, 7)])]
    in_g = decode_acceleration(delta_frame(0x80, (4096, 0, -4096), differences), 0.000244140625)
    assert in_g.samples_mg == [(1000.0, 0.0, -1000.0), (1000.244140625, -1.953125, -998.291015625)]
    in_mg = decode_acceleration(delta_frame(0x81, (100, 0, -100), differences), 0.5)
    assert in_mg.samples_mg == [(50.0, 0.0, -50.0), (50.5, -4.0, -46.5)]


@given(samples=st.lists(st.tuples(AXIS, AXIS, AXIS), min_size=1, max_size=40))
def test_raw_frames(samples: list[Triple]) -> None:
    """Any number of samples, of any size."""
    frame = decode_acceleration(raw_frame(samples))
    assert frame.timestamp_ns == 599616035520846242
    assert frame.samples_mg == samples == as_polar_python_reads(raw_frame(samples))


@given(
    data=st.data(),
    first=st.tuples(AXIS, AXIS, AXIS),
    widths=st.lists(st.integers(2, 17), max_size=4),
)
def test_compressed_frames(data: st.DataObject, first: Triple, widths: list[int]) -> None:
    """Any width and count, of groups that need not end at a whole byte."""
    groups = []
    expected = [first]
    for width_bit in widths:
        number = st.integers(-(1 << width_bit - 1), (1 << width_bit - 1) - 1)
        differences = data.draw(st.lists(st.tuples(number, number, number), max_size=9))
        groups.append((width_bit, differences))
        for difference in differences:
            (x, y, z), (more_x, more_y, more_z) = expected[-1], difference
            expected.append((x + more_x, y + more_y, z + more_z))
    frame = delta_frame(0x81, first, groups)
    assert decode_acceleration(frame).samples_mg == expected == as_polar_python_reads(frame)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "01",
        "01 0000 0000",
        "01 0000 0000 0000 00",
        "81 0000 0000",
        "81 0000 0000 0000 06",
        "81 0000 0000 0000 06 01 7b0f",
        "81 0000 0000 0000 00 ff",
        "81 0000 0000 0000 20 01 00000000 00000000 00000000",
        "02 0000 0000 0000",
    ],
)
def test_malformed_frames(body: str) -> None:
    """Cut short, differences of no bits or too many, and a kind that no accelerometer sends."""
    with pytest.raises(DecodeError):
        decode_acceleration(b"\x02" + bytes(8) + bytes.fromhex(body))


def test_a_frame_of_something_else() -> None:
    """An ECG comes over the same characteristic."""
    with pytest.raises(DecodeError):
        decode_acceleration(b"\x00" + raw_frame([(0, 0, 1000)])[1:])


def test_no_mutated_frame_raises_anything_else(count: Callable[[int, int], int]) -> None:
    """Frames and answers are taken or refused, nothing else."""
    seeds = packets(DATA_UUID) + packets(CONTROL_UUID)
    seeds += [delta_frame(0x80, (1, 2, 3), [(6, [(1, 2, 3)] * 9), (3, [(1, 2, 3)] * 5)])]
    refused = taken = 0
    for packet in mutants(seeds, count(20_000, 1_000_000)):
        for decode in (decode_acceleration, decode_control):
            try:
                decode(packet)
                taken += 1
            except DecodeError:
                refused += 1
    assert min(taken, refused) > count(2_000, 100_000)


def test_the_settings_of_a_captured_h10() -> None:
    """It can be run at 200 Hz and 8 g."""
    (reply, *_) = (
        decode_control(bytes.fromhex(row["hex"]))
        for row in captures(CONTROL_UUID)
        if row["decoded"].get("op") == "get settings" and row["decoded"]["type"] == "ACC"
    )
    assert isinstance(reply, PmdResponse)
    assert reply.settings[Setting.SAMPLE_RATE_HZ] == (25, 50, 100, 200)
    assert reply.settings[Setting.RANGE_G] == (2, 4, 8)


def best_cpu_s(*decoders: Callable[[bytes], object], frames: list[bytes]) -> list[float]:
    """Return each decoder's least processor time for `frames`, measured in turns."""
    best = [1.0] * len(decoders)
    for _ in range(20):
        for place, decode in enumerate(decoders):
            began = process_time()
            for frame in frames * 20:
                decode(frame)
            best[place] = min(best[place], (process_time() - began) / 20)
    return best


def test_five_times_as_fast_as_polar_python() -> None:
    """One second at 200 Hz, raw, in less than 2 ms; and compressed frames like the Verity's."""
    walk = [(index % 7, -index % 11, 1000 - index % 5) for index in range(36)]
    steps = [(index % 7 - 3, index % 11 - 5, index % 5 - 2) for index in range(25)]
    ours, theirs = best_cpu_s(
        decode_acceleration, as_polar_python_reads, frames=[raw_frame(walk)] * 6
    )
    assert ours < 0.002
    assert theirs > 5 * ours
    ours, theirs = best_cpu_s(
        decode_acceleration,
        as_polar_python_reads,
        frames=[delta_frame(0x81, (0, 0, 1000), [(5, steps), (4, steps)])],
    )
    assert theirs > 5 * ours
