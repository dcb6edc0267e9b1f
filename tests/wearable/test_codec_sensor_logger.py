"""Sensor Logger's bodies: captured from an Android phone, made up for iPhone and watches."""

from collections.abc import Callable
import itertools
import json
import random
from typing import Any

import pytest

from custom_components.retrowalk.wearable.codec.sensor_logger import (
    STANDARD_GRAVITY_MPS2 as G,
    Reading,
    SensorLoggerDecoder,
    StepCount,
)
from custom_components.retrowalk.wire import DecodeError
from tests.captures import captures

START_NS = 1_675_646_835_000_000_000


def entry(name: str, time_ms: int, **values: float) -> dict[str, Any]:
    """Return one entry of a payload."""
    return {"name": name, "time": START_NS + time_ms * 1_000_000, "values": values}


def body(*entries: dict[str, Any], session: str = "walk") -> bytes:
    """Return a whole body."""
    return json.dumps({"messageId": 1, "sessionId": session, "payload": entries}).encode()


def motion(*entries: dict[str, Any], ios_signs: bool = False) -> list[tuple[float, ...]]:
    """Return the acceleration that one body tells, in g."""
    readings = SensorLoggerDecoder(ios_signs=ios_signs).feed(body(*entries)).motion
    return [tuple(round(axis, 6) for axis in reading[1:]) for reading in readings]


def test_a_captured_body() -> None:
    """Acceleration without gravity and gravity make up 1 g of a phone that lies nearly still."""
    (captured, schema) = captures("HTTP POST JSON")
    batch = SensorLoggerDecoder().feed(json.dumps(captured["json"]))
    assert batch.sensors == set(captured["decoded"]["names"])
    ((time_ns, x_g, y_g, z_g),) = batch.motion
    assert time_ns == 1675646835546228200
    assert (x_g, y_g, z_g) == pytest.approx((0.0330588, 0.3599281, 0.9210501), abs=1e-6)
    assert batch.steps == []
    assert SensorLoggerDecoder().feed(json.dumps(schema["json"])).motion == []


def test_samples_are_put_in_order() -> None:
    """The app sends them as its sensors deliver them."""
    batch = SensorLoggerDecoder().feed(
        body(
            *(entry("totalacceleration", time_ms, x=time_ms, y=0, z=9.81) for time_ms in (9, 1, 5))
        )
    )
    assert [reading.time_ns - START_NS for reading in batch.motion] == [1e6, 5e6, 9e6]
    assert [round(reading.x_g * G) for reading in batch.motion] == [1, 5, 9]


def test_gravity_of_the_moment_is_added() -> None:
    """The two sensors need not tick together: the last gravity counts, or the first to come."""
    assert motion(
        entry("accelerometer", 1, x=0, y=0, z=0),
        entry("accelerometer", 12, x=0, y=0, z=0),
        entry("accelerometer", 25, x=0, y=0, z=G),
        entry("gravity", 20, x=0, y=0, z=G),
        entry("gravity", 10, x=0, y=G, z=0),
    ) == [(0, 1, 0), (0, 1, 0), (0, 0, 2)]


def test_acceleration_without_gravity_says_nothing_of_posture() -> None:
    """It is not taken, and what was sent is told, so that a flow can ask for the rest."""
    batch = SensorLoggerDecoder().feed(body(entry("accelerometer", 1, x=0, y=0, z=0)))
    assert batch.motion == []
    assert batch.sensors == {"accelerometer"}


def test_total_acceleration_is_taken_as_it_is() -> None:
    """Even where the two that make it up are there as well."""
    assert motion(
        entry("accelerometer", 1, x=0, y=0, z=0),
        entry("gravity", 1, x=0, y=0, z=G),
        entry("TotalAcceleration", 1, x=0, y=G, z=0),
    ) == [(0, 1, 0)]


@pytest.mark.parametrize("unit", [1, G])
def test_g_and_metres_are_told_apart(unit: float) -> None:
    """By what rest is, whatever the fall in the middle."""
    heights = [1, 1, 1, 0.1, 0.1, 6, 1, 1]
    assert motion(
        *(entry("totalacceleration", at, x=0, y=0, z=z * unit) for at, z in enumerate(heights))
    ) == [(0, 0, z) for z in heights]


def test_a_unit_holds_for_a_recording() -> None:
    """A small body in the middle of a fall would deny it; a new recording may bring a new one."""
    decoder = SensorLoggerDecoder()
    decoder.feed(body(entry("totalacceleration", 1, x=0, y=0, z=1)))
    (impact,) = decoder.feed(body(entry("totalacceleration", 2, x=0, y=0, z=6))).motion
    assert impact.z_g == 6
    (still,) = decoder.feed(body(entry("totalacceleration", 3, x=0, y=0, z=G), session="2")).motion
    assert still.z_g == pytest.approx(1)


@pytest.mark.parametrize("name", ["wristmotion", "Wrist Motion", "WristMotion"])
def test_a_watch(name: str) -> None:
    """Apple's units are g and point the other way; the standardised ones are Android's."""
    axes = ("accelerationX", "accelerationY", "accelerationZ", "gravityX", "gravityY", "gravityZ")
    apple = dict(zip(axes, (0.1, 0, -0.5, 0, 0, -1), strict=True))
    standard = dict(zip(axes, (-0.1 * G, 0, 0.5 * G, 0, 0, G), strict=True))
    assert motion(entry(name, 1, **apple)) == [(-0.1, 0, 1.5)]
    assert motion(entry(name, 1, **standard)) == [(-0.1, 0, 1.5)]
    assert motion(entry(name, 1, x=0.1, y=0, z=1)) == [(0.1, 0, 1)]


def test_an_iphone() -> None:
    """Its metres cannot be told from Android's: the walker says that the signs are Apple's."""
    phone = (entry("accelerometer", 1, x=1, y=0, z=0), entry("gravity", 1, x=0, y=0, z=-G))
    assert motion(*phone, ios_signs=True) == [(round(-1 / G, 6), 0, 1)]


def test_a_watch_that_lags_is_not_replaced_by_the_phone() -> None:
    """They are on different parts of the body."""
    watch = {f"{kind}{axis}": 0.6 for kind in ("acceleration", "gravity") for axis in "XYZ"}
    phone = (entry("accelerometer", 1, x=1, y=0, z=0), entry("gravity", 1, x=0, y=0, z=G))
    decoder = SensorLoggerDecoder()
    assert len(decoder.feed(body(entry("wristmotion", 1, **watch), *phone)).motion) == 1
    assert decoder.feed(body(*phone)).motion == []
    assert len(decoder.feed(body(*phone, session="phone alone")).motion) == 1


def test_a_pedometer() -> None:
    """Counted since the recording began."""
    batch = SensorLoggerDecoder().feed(
        body(entry("pedometer", 900, steps=12), entry("pedometer", 100, steps=4.0))
    )
    assert batch.steps == [
        StepCount(START_NS + 100_000_000, 4),
        StepCount(START_NS + 900_000_000, 12),
    ]


TIME = '{"payload": [{"name": "gravity", "time": VALUE}]}'
VALUES = '{"payload": [{"name": "gravity", "time": 1, "values": VALUE}]}'
TOTAL = '{"payload": [{"name": "totalacceleration", "time": 1, "values": {"x": VALUE}}]}'
NESTED = "[" * 900 + "1" + "]" * 900


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"payload": 5}',
        '{"payload": "motion"}',
        '{"payload": [5]}',
        '{"payload": [{"time": 1}]}',
        '{"payload": [{"name": 5, "time": 1}]}',
        '{"payload": [{"name": "gravity"}]}',
        '{"payload": [{"name": "pedometer", "time": 1}]}',
        *(TIME.replace("VALUE", value) for value in ('"now"', "true", "1e400", "NaN", NESTED)),
        *(VALUES.replace("VALUE", value) for value in ("null", "5", '"x"')),
        *(
            TOTAL.replace("VALUE", value)
            for value in ('1, "y": 2', '"1"', "[1]", "-Infinity", "9" * 400, "9" * 5000, NESTED)
        ),
    ],
    ids=itertools.count(),
)
def test_malformed_bodies(malformed: str) -> None:
    """Each is refused whole."""
    with pytest.raises(DecodeError):
        SensorLoggerDecoder().feed(malformed)
    with pytest.raises(DecodeError):
        SensorLoggerDecoder().feed(malformed.encode())


def test_a_malformed_body_leaves_the_next_alone() -> None:
    """What it held is dropped, and nothing else."""
    decoder = SensorLoggerDecoder()
    with pytest.raises(DecodeError):
        decoder.feed(body(entry("totalacceleration", 1, x=0, y=0)))
    with pytest.raises(DecodeError):
        decoder.feed(b"\xff\xfe\x00")
    still = body(entry("totalacceleration", 1, x=0, y=0, z=1))
    assert decoder.feed(still).motion == [Reading(START_NS + 1_000_000, 0, 0, 1)]


def test_an_odd_session_is_a_session() -> None:
    """Nothing says that its id is a text, or shallow."""
    decoder = SensorLoggerDecoder()
    for session in ("5", "null", NESTED, NESTED):
        assert decoder.feed(f'{{"sessionId": {session}, "payload": []}}').motion == []


def mutated(chance: random.Random, message: Any) -> Any:
    """Return `message` with something in it replaced, taken away or wrapped."""
    oddities: tuple[Any, ...] = (
        None,
        True,
        -1,
        0.5,
        1e400,
        float("nan"),
        10**30,
        "x",
        "",
        [],
        {},
        [[]],
        {"x": []},
    )
    if chance.random() < 0.15:
        return chance.choice(oddities)
    if isinstance(message, dict) and message:
        name = chance.choice(list(message))
        rest = {key: value for key, value in message.items() if key != name}
        return rest if chance.random() < 0.1 else rest | {name: mutated(chance, message[name])}
    if isinstance(message, list) and message:
        at = chance.randrange(len(message))
        return [*message[:at], mutated(chance, message[at]), *message[at + 1 :]]
    return message


def test_no_mutated_body_raises_anything_else(count: Callable[[int, int], int]) -> None:
    """Bodies are taken or refused, nothing else; with their bytes changed as well."""
    chance = random.Random(2026)
    wrist = {f"{kind}{axis}": 0.5 for kind in ("acceleration", "gravity") for axis in "XYZ"}
    seeds = [
        json.loads(seed)
        for seed in (
            json.dumps(captures("HTTP POST JSON")[0]["json"]),
            body(entry("wristmotion", 1, **wrist), entry("pedometer", 1, steps=1)),
            body(*(entry("totalacceleration", at, x=0, y=0, z=1) for at in range(3))),
        )
    ]
    decoder = SensorLoggerDecoder()
    refused = taken = 0
    for number in range(count(2_000, 100_000)):
        raw = bytearray(json.dumps(mutated(chance, seeds[number % len(seeds)])).encode())
        if chance.random() < 0.2:
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            decoder.feed(raw)
            taken += 1
        except DecodeError:
            refused += 1
    assert min(taken, refused) > count(200, 10_000)
