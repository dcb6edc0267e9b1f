"""script/decode: each captured packet decodes as it did by hand, and no line is a crash."""

from collections.abc import Callable
import json
from pathlib import Path
import re
import subprocess
import sys
from typing import Any

import pytest

from custom_components.retrowalk.treadmill.codec import Result
from custom_components.retrowalk.wearable.codec.polar_control import (
    CONTROL_UUID,
    DATA_UUID,
    PmdStatus,
)
from tests.captures import CAPTURES, captures

type Record = dict[str, Any]

ROOT = Path(__file__).parent.parent


def run(lines: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Run what script/decode runs, with `options` to Python."""
    command = [sys.executable, *options, "-m", "script.rooms", "script.decode"]
    return subprocess.run(command, cwd=ROOT, input=lines, capture_output=True, check=True)  # noqa: S603


def decode(*lines: Record | bytes) -> list[Record]:
    """Return what `lines` decode to, a record each."""
    raw = b"".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines
    )
    return [json.loads(line) for line in run(raw).stdout.splitlines()]


def packet(characteristic: str, hexadecimal: str, session: Any = None) -> Record:
    """Return one request."""
    return {"characteristic": characteristic, "hex": hexadecimal, "session": session}


# From here to EXPECTED: the words of the captures in the words of interface and codec.

TREADMILL_DATA = {
    "speed_kmh": "speed_kmh",
    "avg_speed_kmh": "average_speed_kmh",
    "distance_m": "distance_m",
    "incline_pct": "inclination_percent",
    "ramp_deg": "ramp_angle_deg",
    "elev_gain_pos_m": "elevation_gain_m",
    "elev_gain_neg_m": "elevation_loss_m",
    "energy_kcal": "energy_kcal",
    "kcal_per_hour": "energy_kcal_per_hour",
    "kcal_per_min": "energy_kcal_per_minute",
    "heart_rate": "heart_rate_bpm",
    "met": "met",
    "elapsed_s": "elapsed_s",
    "remaining_s": "remaining_s",
    "bit13_steps_u24": "steps",
}
MEASUREMENTS = {"ACC": "acceleration", "ECG": "ecg"}


def snake(words: str) -> str:
    """Return a name as the codec has it: without what stands in brackets."""
    return re.sub("[^a-z]+", "_", words.split(" (", maxsplit=1)[0].lower())


def treadmill_data(decoded: Record) -> Record:
    """Translate 2ACD: a part is incomplete, and Life Fitness's own "not available" is noted."""
    if decoded.get("more_data"):
        return {"incomplete": True}
    absent = {"flags", "elev_gain_neg_raw"}
    if "elev_gain_neg_raw" in decoded:
        absent.add("elev_gain_neg_m")
    return {
        TREADMILL_DATA[name]: value
        for name, value in decoded.items()
        if name not in absent and value is not None
    }


def features(decoded: Record) -> Record:
    """Translate 2ACC."""
    return {
        "features": list(map(snake, decoded["machine"])),
        "targets": list(map(snake, decoded["target"])),
    }


def training_status(decoded: Record) -> Record:
    """Translate 2AD3: an empty text is none."""
    text = {"text": decoded["string"]} if decoded["string"] else {}
    return {"state": snake(decoded["status_name"]), **text}


def control_point(decoded: Record) -> Record:
    """Translate 2AD9: commands and responses."""
    if decoded["op"] == "Response":
        return {"request": snake(decoded["request_op"]), "result": snake(decoded["result"])}
    halt = {"halt": snake(decoded["param"])} if "param" in decoded else {}
    speed = {"speed_kmh": decoded["speed_kmh"]} if "speed_kmh" in decoded else {}
    return {"opcode": snake(decoded["op"]), **halt, **speed}


def status(decoded: Record) -> Record:
    """Translate 2ADA."""
    halt = {"halt": snake(decoded["param"])} if "param" in decoded else {}
    speed = {name: decoded[name] for name in ("target_speed_kmh",) if name in decoded}
    return {"event": snake(decoded["event"]), **halt, **speed}


def speed_range(decoded: Record) -> Record:
    """Translate 2AD4."""
    return {
        "min_speed_kmh": decoded["min_kmh"],
        "max_speed_kmh": decoded["max_kmh"],
        "speed_step_kmh": decoded["inc_kmh"],
    }


def advertisement(decoded: Record) -> Record:
    """Translate an advertisement, with or without service data."""
    record: Record = {}
    for ad in decoded["ads"]:
        if "name" in ad:
            record["name"] = ad["name"]
        if "uuid16" in ad:
            record["service_uuids"] = record.get("service_uuids", []) + ad["uuid16"]
        if "service" in ad:
            treadmill = ad["treadmill_bit_le"]
            types = {"machine_types": ["treadmill"]} if treadmill else {}
            record |= {"available": bool(ad["ftms_flags"]), **types, "treadmill": treadmill}
    return record


def rsc(decoded: Record) -> Record:
    """Translate 2A53: the speed was noted to four digits."""
    distance = {"total_distance_m": decoded["distance_m"]} if "distance_m" in decoded else {}
    return {
        "speed_mps": pytest.approx(decoded["speed_mps"], abs=5e-5),
        "cadence_spm": decoded["cadence"],
        "running": decoded["running"],
        **distance,
    }


def polar_control(decoded: Record) -> Record:
    """Translate features, requests and responses."""
    if decoded["kind"] == "features":
        return {"features": [MEASUREMENTS[name] for name in decoded["supports"]]}
    record: Record = {
        "operation": snake(decoded["op"]),
        "measurement": MEASUREMENTS[decoded["type"]],
    }
    if decoded["kind"] == "response":
        record["status"] = PmdStatus(decoded["error"]).name.lower()
        record["more_to_come"] = bool(decoded["more_frames"])
    if "settings" in decoded:
        record["settings"] = decoded["settings"]
    return record


EXPECTED: dict[str, Callable[[Record], Record]] = {
    "2acc": features,
    "2acd": treadmill_data,
    "2ad3": training_status,
    "2ad4": speed_range,
    "2ad9": control_point,
    "2ada": status,
    "adv": advertisement,
    "2a53": rsc,
    CONTROL_UUID: polar_control,
}


@pytest.fixture(scope="module")
def answers() -> list[Record]:
    """Return what script/decode itself says of all captures."""
    done = subprocess.run(  # noqa: S603
        [ROOT / "script/decode"], input=CAPTURES.read_bytes(), capture_output=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_capture_decodes_as_it_did_by_hand(answers: list[Record]) -> None:
    """Field by field, none more and none less; sessions in order, as one link."""
    rows = captures()
    assert len(answers) == len(rows) == 1162
    compared = 0
    for row, answer in zip(rows, answers, strict=True):
        if expected := EXPECTED.get(row["characteristic"]):
            compared += 1
            assert answer == expected(row["decoded"]), (row["device"], row["hex"])
    assert compared == 1150


def test_captured_frames_of_acceleration(answers: list[Record]) -> None:
    """By number of samples, the first two and the last, and how long they are."""
    frames = 0
    for row, answer in zip(captures(), answers, strict=True):
        if row["characteristic"] == DATA_UUID:
            frames += 1
            decoded, samples = row["decoded"], answer["samples_mg"]
            assert answer["timestamp_ns"] == decoded["timestamp_ns"]
            assert len(samples) == decoded["n_samples"]
            assert samples[:2] == [decoded["first"], decoded["second"]]
            assert samples[-1] == decoded["last"]
            if "mean_norm_mg" in decoded:
                norms = [sum(axis**2 for axis in sample) ** 0.5 for sample in samples]
                assert sum(norms) / len(norms) == pytest.approx(decoded["mean_norm_mg"], abs=0.05)
    assert frames == 8


def test_captured_bodies(answers: list[Record]) -> None:
    """The app's own body and the schema from its documentation."""
    captured, schema = answers[-2:]
    assert captured["sensors"] == sorted(set(captures()[-2]["decoded"]["names"]))
    assert [reading["time_ns"] for reading in captured["motion"]] == [1675646835546228200]
    assert schema == {"sensors": ["accelerometer", "location"], "motion": [], "steps": []}


def test_what_is_nobodys_known_characteristic_is_an_error(answers: list[Record]) -> None:
    """The only errors among the captures are the makers' own characteristics."""
    refused = [
        row["characteristic"]
        for row, answer in zip(captures(), answers, strict=True)
        if "error" in answer
    ]
    assert refused == ["vendor-unknown"] * 2


def test_a_session_is_one_link() -> None:
    """Parts find each other within a session, and only there."""
    first, last = "1f0084012a00000000000001000000", "80064e020200ffffff372700"
    assert decode(
        packet("2acd", first, "a"),
        packet("2acd", last, "b"),
        packet("2acd", last, "a"),
        packet("2acd", first),
        packet("2acd", last),
        packet("2acd", "1f", ["a"]),
    ) == [
        {"incomplete": True},
        {"speed_kmh": 5.9, "energy_kcal": 2, "met": 5.5, "elapsed_s": 39},
        {
            "speed_kmh": 5.9,
            "average_speed_kmh": 3.88,
            "distance_m": 42,
            "inclination_percent": 0.0,
            "ramp_angle_deg": 0.0,
            "elevation_gain_m": 0.1,
            "elevation_loss_m": 0.0,
            "energy_kcal": 2,
            "met": 5.5,
            "elapsed_s": 39,
        },
        {"incomplete": True},
        {"speed_kmh": 5.9, "energy_kcal": 2, "met": 5.5, "elapsed_s": 39},
        {"error": "ends after 1 bytes, inside a field of 2"},
    ]


def test_the_factor_of_a_start_holds_for_its_session() -> None:
    """A Verity Sense tells it in its answer."""
    frame = "02" + "00" * 8 + "80" + "001000000000"
    start = packet(CONTROL_UUID, "f00202000005010000803a", "verity")  # 1/1024
    _, with_factor, without = decode(
        start, packet(DATA_UUID, frame, "verity"), packet(DATA_UUID, frame)
    )
    assert with_factor["samples_mg"] == [[4000.0, 0.0, 0.0]]
    assert without["samples_mg"] == [[4096000.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("name", "hexadecimal", "record"),
    [
        ("2ACD", "00006400", {"speed_kmh": 1.0}),
        ("0x2acd", "00 00 64 00", {"speed_kmh": 1.0}),
        ("00002ACD-0000-1000-8000-00805F9B34FB", "00006400", {"speed_kmh": 1.0}),
        (CONTROL_UUID.upper(), "0302", {"operation": "stop", "measurement": "acceleration"}),
        ("polar_control", "0302", {"operation": "stop", "measurement": "acceleration"}),
        (
            "2ad5",
            "e2ff96000500",
            {
                "min_inclination_percent": -3.0,
                "max_inclination_percent": 15.0,
                "inclination_step_percent": 0.5,
            },
        ),
        ("2ad9", "8007fe", {"request": "start_or_resume", "result": 0xFE}),
        ("2a54", "0600", {"features": ["total_distance", "walking_or_running"]}),
        ("2a5d", "02", {"location": "in_shoe"}),
        ("2a37", "10480004", {"heart_rate_bpm": 72, "rr_s": [1.0]}),
        ("2a19", "64", {"battery_percent": 100}),
        (
            "adv",
            "010020",
            {"available": True, "machine_types": ["indoor_bike"], "treadmill": False},
        ),
        (
            "advertisement",
            "000001",
            {"available": False, "machine_types": ["treadmill"], "treadmill": True},
        ),
        ("advertisement", "020106", {}),
        (
            "advertisement",
            "0616261801010004095a0079000000",
            {
                "available": True,
                "machine_types": ["treadmill"],
                "treadmill": True,
                "name": "Z\0y",
            },
        ),
        (
            "sensor_logger",
            b'{"payload": [{"name": "pedometer", "time": 5, "values": {"steps": 7}}]}'.hex(),
            {"sensors": ["pedometer"], "motion": [], "steps": [{"time_ns": 5, "steps": 7}]},
        ),
    ],
)
def test_names_and_spellings(name: str, hexadecimal: str, record: Record) -> None:
    """Upper case, whole UUIDs, words."""
    assert decode(packet(name, hexadecimal)) == [record]


def test_bad_lines_are_answered_in_their_place() -> None:
    """One answer a line, whatever the line."""
    good = packet("2acd", "00006400")
    bad: list[Record | bytes] = [
        b"\n",
        b"no JSON\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b"9" * 5000 + b"\n",
        b"[]\n",
        b"null\n",
        {},
        {"characteristic": "2acd"},
        {"characteristic": 5, "hex": "00"},
        {"characteristic": "2acd", "hex": None},
        packet("2acd", "0"),
        packet("2acd", "zz"),
        packet("2acd", ""),
        packet("2ace", "00006400"),
        packet("", "00"),
        packet("advertisement", "05"),
        packet("advertisement", "26180101"),
        packet(DATA_UUID, "02"),
        packet("sensor_logger", "ff"),
        {"characteristic": "sensor_logger", "json": 5},
    ]
    records = decode(*(line for one in bad for line in (one, good)))
    assert records[1::2] == [{"speed_kmh": 1.0}] * len(bad)
    assert [list(record) for record in records[::2]] == [["error"]] * len(bad)


def test_home_assistant_is_not_woken() -> None:
    """Importing it takes a second."""
    done = run(json.dumps(packet("2ad9", "800201")).encode(), "-X", "importtime")
    assert json.loads(done.stdout)["result"] == Result.SUCCESS.name.lower()
    assert b"treadmill.codec" in done.stderr
    assert b"homeassistant" not in done.stderr
