"""Foot pods and heart-rate straps: the characteristics that the Bluetooth SIG assigned."""

from collections.abc import Callable

from bluetooth_sig.gatt.characteristics.heart_rate_measurement import (
    HeartRateMeasurementCharacteristic,
)
from bluetooth_sig.gatt.characteristics.rsc_measurement import RSCMeasurementCharacteristic
from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.wearable.codec.heart_rate import (
    HeartRate,
    decode_battery_level,
    decode_heart_rate,
)
from custom_components.retrowalk.wearable.codec.rsc import (
    RscFeature,
    RscMeasurement,
    SensorLocation,
    decode_rsc_feature,
    decode_rsc_measurement,
    decode_sensor_location,
)
from custom_components.retrowalk.wire import DecodeError
from tests.captures import mutants


@pytest.mark.parametrize(
    ("packet", "measurement"),
    [
        ("005c0030", RscMeasurement(speed_mps=92 / 256, cadence_spm=48, running=False)),
        (
            "02b900338a020000",
            RscMeasurement(
                speed_mps=185 / 256, cadence_spm=51, total_distance_m=65.0, running=False
            ),
        ),
        (
            "0700019e280010270000",
            RscMeasurement(
                speed_mps=1.0,
                cadence_spm=158,
                stride_length_m=0.4,
                total_distance_m=1000.0,
                running=True,
            ),
        ),
        ("f80001005555", RscMeasurement(speed_mps=1.0, cadence_spm=0, running=False)),
    ],
)
def test_rsc_measurement(packet: str, measurement: RscMeasurement) -> None:
    """At 0.8 mph, on a Technogym, with everything, and with reserved flags and bytes behind."""
    assert decode_rsc_measurement(bytes.fromhex(packet)) == measurement


@given(
    flags=st.integers(0, 7),
    body=st.binary(min_size=9, max_size=9),
)
def test_rsc_measurement_as_another_codec_reads_it(flags: int, body: bytes) -> None:
    """bluetooth-sig is the oracle."""
    size = 3 + 2 * (flags & 1) + 4 * (flags >> 1 & 1)
    packet = bytes((flags,)) + body[:size]
    ours = decode_rsc_measurement(packet)
    theirs = RSCMeasurementCharacteristic().parse_value(bytearray(packet))
    assert ours.speed_mps == theirs.instantaneous_speed
    assert ours.cadence_spm == theirs.instantaneous_cadence
    assert ours.stride_length_m == theirs.instantaneous_stride_length
    assert ours.total_distance_m == theirs.total_distance
    assert ours.running == theirs.is_running


def test_rsc_feature_and_location() -> None:
    """Bits and places that no walker has are let pass."""
    assert decode_rsc_feature(bytes.fromhex("06f0")) == (
        RscFeature.TOTAL_DISTANCE | RscFeature.WALKING_OR_RUNNING
    )
    assert decode_sensor_location(b"\x02") is SensorLocation.IN_SHOE
    assert decode_sensor_location(b"\x05") == 5


@pytest.mark.parametrize(
    ("packet", "heart_rate"),
    [
        ("0048", HeartRate(heart_rate_bpm=72)),
        ("012c01", HeartRate(heart_rate_bpm=300)),
        ("0448", HeartRate(heart_rate_bpm=72, skin_contact=False)),
        ("0648", HeartRate(heart_rate_bpm=72, skin_contact=True)),
        (
            "1848 0a00 0004 0002",
            HeartRate(heart_rate_bpm=72, energy_kj=10, rr_s=(1.0, 0.5)),
        ),
        ("1048 0004 00", HeartRate(heart_rate_bpm=72, rr_s=(1.0,))),
        ("0048 0004", HeartRate(heart_rate_bpm=72)),
    ],
)
def test_heart_rate(packet: str, heart_rate: HeartRate) -> None:
    """Each flag for itself, half an interval, and bytes behind."""
    assert decode_heart_rate(bytes.fromhex(packet)) == heart_rate


@given(
    flags=st.integers(0, 0x1F),
    body=st.binary(min_size=4, max_size=4),
    rr=st.lists(st.binary(min_size=2, max_size=2), max_size=4),
)
def test_heart_rate_as_another_codec_reads_it(flags: int, body: bytes, rr: list[bytes]) -> None:
    """bluetooth-sig is the oracle."""
    size = 1 + (flags & 1) + 2 * (flags >> 3 & 1)
    packet = bytes((flags,)) + body[:size] + (b"".join(rr) if flags & 0x10 else b"")
    ours = decode_heart_rate(packet)
    theirs = HeartRateMeasurementCharacteristic().parse_value(bytearray(packet))
    assert ours.heart_rate_bpm == theirs.heart_rate
    assert ours.energy_kj == theirs.energy_expended
    assert ours.rr_s == theirs.rr_intervals
    contact = {None: 0, False: 1, True: 2}
    assert contact[ours.skin_contact] == theirs.sensor_contact


def test_battery_level() -> None:
    """Percent, and not more of them than there are."""
    assert decode_battery_level(b"\x01") == 1
    assert decode_battery_level(b"\x64") == 100
    with pytest.raises(DecodeError):
        decode_battery_level(b"\x65")


def test_no_mutated_packet_raises_anything_else(count: Callable[[int, int], int]) -> None:
    """Every decoder takes what is good, refuses what is not, and says so in one way."""
    seeds = [bytes.fromhex(packet) for packet in ("0700019e280010270000", "1f4800010a0000040002")]
    decoders = (
        decode_rsc_measurement,
        decode_heart_rate,
        decode_rsc_feature,
        decode_sensor_location,
        decode_battery_level,
    )
    refused = taken = 0
    for packet in mutants(seeds, count(4_000, 200_000)):
        for decode in decoders:
            try:
                decode(packet)
                taken += 1
            except DecodeError:
                refused += 1
    assert min(taken, refused) > count(1_000, 50_000)
