"""The FTMS codec: captured and made-up packets, and what real machines get wrong."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bluetooth_sig.gatt.characteristics import treadmill_data as sig
from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.treadmill.codec import (
    PAUSE,
    REQUEST_CONTROL,
    RESET,
    START_OR_RESUME,
    STOP,
    Command,
    Feature,
    Halt,
    InclinationRange,
    MachineStatus,
    MachineType,
    Opcode,
    Response,
    Result,
    SpeedRange,
    StatusEvent,
    Target,
    TrainingState,
    TrainingStatus,
    TreadmillDataAssembler,
    decode_advertisement,
    decode_command,
    decode_features,
    decode_inclination_range,
    decode_machine_status,
    decode_response,
    decode_speed_range,
    decode_training_status,
    set_target_inclination,
    set_target_speed,
)
from custom_components.retrowalk.wire import DecodeError
from tests.captures import mutants, packets


def record(packet: str | bytes) -> dict[str, Any]:
    """Return what one packet says of the belt."""
    data = TreadmillDataAssembler().feed(
        bytes.fromhex(packet) if isinstance(packet, str) else packet
    )
    assert data is not None
    return {name: value for name, value in asdict(data).items() if value is not None}


def test_every_field_has_its_place_sign_and_unit() -> None:
    """All fields at once, each with bytes of its own."""
    assert record(
        "fe3f 0201 0403 070605 f1ff fbff 2c01 2301 4001 4101 1027 e803 0d 82 37 100e 0807 faff 9cff"
        "152700"
    ) == {
        "speed_kmh": 2.58,
        "average_speed_kmh": 7.72,
        "distance_m": 0x050607,
        "inclination_percent": -1.5,
        "ramp_angle_deg": -0.5,
        "elevation_gain_m": 30.0,
        "elevation_loss_m": 29.1,
        "pace_s_per_500m": 320,
        "average_pace_s_per_500m": 321,
        "energy_kcal": 10000,
        "energy_kcal_per_hour": 1000,
        "energy_kcal_per_minute": 13,
        "heart_rate_bpm": 130,
        "met": 5.5,
        "elapsed_s": 3600,
        "remaining_s": 1800,
        "force_n": -6,
        "power_w": -100,
        "steps": 10005,
    }


def test_what_is_not_available_is_left_out() -> None:
    """Each field's own marker, and Life Fitness's in a field that has none by the standard."""
    assert record("9810 6400 ff7f ff7f ff7f ff7f ffff ffff ff ff7f ff7f") == {"speed_kmh": 1.0}
    assert record("8800 6400 0000 ff7f 0100 ffff ff")["energy_kcal"] == 1


def test_the_largest_elevation_is_a_number() -> None:
    """Elevation is told to 0.1 m over the whole unsigned range."""
    assert record("1000 6400 ffff fe7f") == {
        "speed_kmh": 1.0,
        "elevation_gain_m": 6553.5,
        "elevation_loss_m": 3276.6,
    }


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        ("2004 6400 4001 3c00", {"pace_s_per_500m": 320, "elapsed_s": 60}),
        ("2004 6400 f0 3c00", {"pace_s_per_500m": 240, "elapsed_s": 60}),
        ("4004 6400 f0 3c00", {"average_pace_s_per_500m": 240, "elapsed_s": 60}),
        (
            "6004 6400 f0 f1 3c00",
            {"pace_s_per_500m": 240, "average_pace_s_per_500m": 241, "elapsed_s": 60},
        ),
        (
            "6020 6400 4001 4101 102700",
            {"pace_s_per_500m": 320, "average_pace_s_per_500m": 321, "steps": 10000},
        ),
        ("2020 6400 f0 102700", {"pace_s_per_500m": 240, "steps": 10000}),
    ],
)
def test_the_length_tells_the_size_of_a_pace(packet: str, expected: dict[str, int]) -> None:
    """Two bytes by the newer text, one by the older."""
    assert record(packet) == {"speed_kmh": 1.0, **expected}


@pytest.mark.parametrize("behind", ["00", "ffff", "010203", "00" * 20])
def test_bytes_behind_a_record_do_no_harm(behind: str) -> None:
    """Some machines send more than they promise."""
    assert record("0404 6400 140000 3c00" + behind) == record("0404 6400 140000 3c00")


@pytest.mark.parametrize("flags", ["00c0", "00e0"])
def test_reserved_flags_do_no_harm(flags: str) -> None:
    """Bits 14 and 15 mean nothing, and bit 13 is steps only where three bytes are left."""
    assert record(flags + "6400 0102") == {"speed_kmh": 1.0}


def test_of_a_record_cut_short_the_whole_fields_count() -> None:
    """Matrix and Technogym promise 30 bytes, and 20 arrive."""
    promised = "9e0d 5000 bd02 530100 0000 ff7f 7c00 0100 2300 ffff ff 69 ad00 3b00"
    whole, cut = record(promised), record(bytes.fromhex(promised)[:20])
    assert len(bytes.fromhex(promised)) == 27
    assert cut == {
        "speed_kmh": 0.8,
        "average_speed_kmh": 7.01,
        "distance_m": 339,
        "inclination_percent": 0.0,
        "elevation_gain_m": 12.4,
        "elevation_loss_m": 0.1,
        "energy_kcal": 35,
    }
    assert cut.items() < whole.items()


@pytest.mark.parametrize("packet", ["", "84", "8424", "842464", "1f00", "1f0084"])
def test_a_record_cut_in_its_first_field_is_an_error(packet: str) -> None:
    """A speed of 0 must be said, not assumed."""
    with pytest.raises(DecodeError):
        TreadmillDataAssembler().feed(bytes.fromhex(packet))


class TestParts:
    """Records of several notifications: the first two are a Technogym's."""

    FIRST = bytes.fromhex("1f0084012a00000000000001000000")
    LAST = bytes.fromhex("80064e020200ffffff372700")

    def test_parts_make_one_record(self) -> None:
        """The speed comes with the last part."""
        link = TreadmillDataAssembler()
        assert link.feed(self.FIRST) is None
        data = link.feed(self.LAST)
        assert data is not None
        assert (data.speed_kmh, data.average_speed_kmh, data.distance_m) == (5.9, 3.88, 42)
        assert (data.elevation_gain_m, data.met, data.elapsed_s) == (0.1, 5.5, 39)

    def test_more_than_two_parts(self) -> None:
        """Nothing limits them."""
        link = TreadmillDataAssembler()
        assert link.feed(bytes.fromhex("0100")) is None
        assert link.feed(bytes.fromhex("0104 3c00")) is None
        assert link.feed(bytes.fromhex("0500 2a0000")) is None
        assert link.feed(bytes.fromhex("0000 6400")) is not None

    def test_a_record_leaves_nothing_behind(self) -> None:
        """The next one begins anew."""
        link = TreadmillDataAssembler()
        link.feed(self.FIRST)
        link.feed(self.LAST)
        data = link.feed(bytes.fromhex("0000 6400"))
        assert data is not None
        assert data.distance_m is None

    def test_a_lost_link_takes_its_parts_along(self) -> None:
        """The other half would be of another moment."""
        link = TreadmillDataAssembler()
        link.feed(self.FIRST)
        link.reset()
        data = link.feed(self.LAST)
        assert data is not None
        assert data.distance_m is None

    def test_a_malformed_part_takes_the_others_along(self) -> None:
        """Half a record must not be completed by the next one."""
        link = TreadmillDataAssembler()
        link.feed(self.FIRST)
        with pytest.raises(DecodeError):
            link.feed(b"\x00")
        data = link.feed(self.LAST)
        assert data is not None
        assert data.distance_m is None


u8, u16, u24 = st.integers(0, 0xFE), st.integers(0, 0x7FFE), st.integers(0, 0xFFFFFF)
s16 = st.integers(-0x8000, 0x7FFE)
# Those of the oracle's fields that the standard sends one by one, and in groups.
GROUPS = (
    {"average_speed": (u16, 100, "average_speed_kmh")},
    {"total_distance": (u24, 1, "distance_m")},
    {
        "inclination": (s16, 10, "inclination_percent"),
        "ramp_angle_setting": (s16, 10, "ramp_angle_deg"),
    },
    {
        "positive_elevation_gain": (u16, 10, "elevation_gain_m"),
        "negative_elevation_gain": (u16, 10, "elevation_loss_m"),
    },
    {"instantaneous_pace": (u16, 1, "pace_s_per_500m")},
    {"average_pace": (u16, 1, "average_pace_s_per_500m")},
    {
        "total_energy": (u16, 1, "energy_kcal"),
        "energy_per_hour": (u16, 1, "energy_kcal_per_hour"),
        "energy_per_minute": (u8, 1, "energy_kcal_per_minute"),
    },
    {"heart_rate": (u8, 1, "heart_rate_bpm")},
    {"metabolic_equivalent": (u8, 10, "met")},
    {"elapsed_time": (u16, 1, "elapsed_s")},
    {"remaining_time": (u16, 1, "remaining_s")},
    {"force_on_belt": (s16, 1, "force_n"), "power_output": (s16, 1, "power_w")},
)


@given(data=st.data(), speed=u16, groups=st.lists(st.sampled_from(GROUPS), unique_by=id))
def test_what_another_codec_encodes_is_decoded(
    data: st.DataObject, speed: int, groups: list[dict[str, Any]]
) -> None:
    """bluetooth-sig is the oracle, for all fields and numbers on which the standard is clear."""
    theirs: dict[str, Any] = {"instantaneous_speed": speed / 100}
    ours = {"speed_kmh": speed / 100}
    for group in groups:
        for name, (raws, per_unit, our_name) in group.items():
            raw = data.draw(raws)
            theirs[name] = ours[our_name] = raw / per_unit if per_unit > 1 else raw
    encoded = sig.TreadmillDataCharacteristic().build_value(
        sig.TreadmillData(flags=sig.TreadmillDataFlags(0), **theirs)
    )
    assert record(bytes(encoded)) == ours


def test_commands() -> None:
    """The bytes that the captured apps write."""
    assert REQUEST_CONTROL == b"\x00"
    assert RESET == b"\x01"
    assert START_OR_RESUME == b"\x07"
    assert STOP == b"\x08\x01"
    assert PAUSE == b"\x08\x02"
    assert set_target_speed(1.5) == bytes.fromhex("029600")
    assert set_target_inclination(-1.5) == bytes.fromhex("03f1ff")


def test_speeds_are_rounded() -> None:
    """0.8 mph is 1.287 km/h; and no speed up to 20 km/h loses a hundredth on its way."""
    assert set_target_speed(0.8 * 1.609344) == bytes((2, 129, 0))
    for hundredths in range(2001):
        assert set_target_speed(hundredths / 100)[1:] == hundredths.to_bytes(2, "little")


@pytest.mark.parametrize("speed_kmh", [-0.01, 655.36, float("inf")])
def test_a_speed_that_cannot_be_said_is_refused(speed_kmh: float) -> None:
    """Wrapping around would be worse than any error."""
    with pytest.raises(OverflowError):
        set_target_speed(speed_kmh)


@given(speed=st.integers(0, 0xFFFF), inclination=st.integers(-0x8000, 0x7FFF))
def test_commands_are_read_as_they_were_written(speed: int, inclination: int) -> None:
    """From this end of the link to the other."""
    assert decode_command(set_target_speed(speed / 100)) == Command(
        opcode=Opcode.SET_TARGET_SPEED, speed_kmh=speed / 100
    )
    assert decode_command(set_target_inclination(inclination / 10)) == Command(
        opcode=Opcode.SET_TARGET_INCLINATION, inclination_percent=inclination / 10
    )


def test_commands_without_a_number() -> None:
    """With KingSmith's byte behind one, and one that no treadmill of ours is sent."""
    assert decode_command(b"\x07\x01") == Command(opcode=Opcode.START_OR_RESUME)
    assert decode_command(STOP) == Command(opcode=Opcode.STOP_OR_PAUSE, halt=Halt.STOP)
    assert decode_command(b"\x11\x00") == Command(opcode=0x11)


def test_responses() -> None:
    """A result outside the standard is no success, and no reason to wait on."""
    assert decode_response(bytes.fromhex("800201")) == Response(
        request=Opcode.SET_TARGET_SPEED, result=Result.SUCCESS
    )
    assert decode_response(bytes.fromhex("8007fe00")) == Response(
        request=Opcode.START_OR_RESUME, result=0xFE
    )
    for malformed in ("", "80", "8002", "000201"):
        with pytest.raises(DecodeError):
            decode_response(bytes.fromhex(malformed))


@pytest.mark.parametrize(
    ("packet", "status"),
    [
        ("01", MachineStatus(event=StatusEvent.RESET)),
        ("0201", MachineStatus(event=StatusEvent.STOPPED_OR_PAUSED_BY_USER, halt=Halt.STOP)),
        ("020200", MachineStatus(event=StatusEvent.STOPPED_OR_PAUSED_BY_USER, halt=Halt.PAUSE)),
        ("03", MachineStatus(event=StatusEvent.STOPPED_BY_SAFETY_KEY)),
        ("040000", MachineStatus(event=StatusEvent.STARTED_OR_RESUMED_BY_USER)),
        ("059600", MachineStatus(event=StatusEvent.TARGET_SPEED_CHANGED, target_speed_kmh=1.5)),
        (
            "06f1ff",
            MachineStatus(
                event=StatusEvent.TARGET_INCLINATION_CHANGED, target_inclination_percent=-1.5
            ),
        ),
        ("ff", MachineStatus(event=StatusEvent.CONTROL_PERMISSION_LOST)),
        ("0e1027", MachineStatus(event=0x0E)),
    ],
)
def test_machine_status(packet: str, status: MachineStatus) -> None:
    """What happened at the machine."""
    assert decode_machine_status(bytes.fromhex(packet)) == status


@pytest.mark.parametrize("packet", ["", "02", "05", "0596", "06"])
def test_machine_status_cut_short(packet: str) -> None:
    """An event without its value is none."""
    with pytest.raises(DecodeError):
        decode_machine_status(bytes.fromhex(packet))


@pytest.mark.parametrize(
    ("packet", "status", "countdown_s"),
    [
        ("0101", TrainingStatus(state=TrainingState.IDLE), None),
        ("0001", TrainingStatus(state=TrainingState.IDLE), None),
        ("000d5555", TrainingStatus(state=TrainingState.MANUAL_MODE), None),
        ("030e33", TrainingStatus(state=TrainingState.PRE_WORKOUT, text="3"), 3),
        ("010e3300", TrainingStatus(state=TrainingState.PRE_WORKOUT, text="3"), 3),
        ("010d33", TrainingStatus(state=TrainingState.MANUAL_MODE, text="3"), None),
        ("010e476f21", TrainingStatus(state=TrainingState.PRE_WORKOUT, text="Go!"), None),
        ("010eff", TrainingStatus(state=TrainingState.PRE_WORKOUT, text="\ufffd"), None),
        ("0042", TrainingStatus(state=0x42), None),
    ],
)
def test_training_status(packet: str, status: TrainingStatus, countdown_s: int | None) -> None:
    """With the text flag set and no text, text that is none, and a countdown."""
    decoded = decode_training_status(bytes.fromhex(packet))
    assert decoded == status
    assert decoded.countdown_s == countdown_s


def test_features() -> None:
    """Unknown bits say nothing."""
    features = decode_features(bytes.fromhex("4c1200f0010000f0"))
    assert features.features == (
        Feature.TOTAL_DISTANCE
        | Feature.INCLINATION
        | Feature.STEP_COUNT
        | Feature.EXPENDED_ENERGY
        | Feature.ELAPSED_TIME
    )
    assert features.targets == Target.SPEED
    last = decode_features(bytes.fromhex("0000010000000100"))
    assert (last.features, last.targets) == (Feature.USER_DATA, Target.CADENCE)


def test_ranges() -> None:
    """Speeds and inclinations."""
    assert decode_speed_range(bytes.fromhex("640058023200")) == SpeedRange(
        min_speed_kmh=1.0, max_speed_kmh=6.0, speed_step_kmh=0.5
    )
    assert decode_inclination_range(bytes.fromhex("e2ff96000500")) == InclinationRange(
        min_inclination_percent=-3.0, max_inclination_percent=15.0, inclination_step_percent=0.5
    )


@pytest.mark.parametrize(
    ("service_data", "machine_types", "is_treadmill"),
    [
        ("010100", MachineType.TREADMILL, True),
        ("010001", MachineType.TREADMILL, True),
        ("0101", MachineType.TREADMILL, True),
        ("012100", MachineType.TREADMILL | MachineType.INDOOR_BIKE, True),
        ("012000", MachineType.INDOOR_BIKE, False),
        ("010020", MachineType.INDOOR_BIKE, False),
        ("0110", MachineType.ROWER, False),
        ("010000", MachineType(0), False),
        ("01c0ff", MachineType.TREADMILL | MachineType(0x3E), True),
    ],
)
def test_advertisement(service_data: str, machine_types: MachineType, is_treadmill: bool) -> None:
    """The machine type as the standard has it, swapped, and of one byte."""
    advertisement = decode_advertisement(bytes.fromhex(service_data))
    assert advertisement.available
    assert advertisement.machine_types == machine_types
    assert advertisement.is_treadmill is is_treadmill


def test_advertisement_of_a_machine_in_use() -> None:
    """Bit 0 of the flags is clear."""
    assert not decode_advertisement(b"\x00\x01\x00").available


def test_no_mutated_packet_raises_anything_else(count: Callable[[int, int], int]) -> None:
    """Every decoder takes what is good, refuses what is not, and says so in one way."""
    seeds = [
        packet
        for characteristic in ("2acc", "2acd", "2ad3", "2ad4", "2ad9", "2ada")
        for packet in packets(characteristic)
    ]
    decoders: list[Callable[[bytes], object]] = [
        TreadmillDataAssembler().feed,
        decode_advertisement,
        decode_command,
        decode_features,
        decode_inclination_range,
        decode_machine_status,
        decode_response,
        decode_speed_range,
        decode_training_status,
    ]
    taken = dict.fromkeys(decoders, 0)
    packets_drawn = count(20_000, 1_000_000)
    for packet in mutants(seeds, packets_drawn):
        for decode in decoders:
            try:
                decode(packet)
                taken[decode] += 1
            except DecodeError:
                pass
    assert all(0 < times < packets_drawn for times in taken.values())
