"""A captured session comes over the air byte for byte, in its own time."""

import asyncio
from functools import partial

from bleak.backends.characteristic import BleakGATTCharacteristic
import pytest

from custom_components.retrowalk.clock import Clock
from simulator.profiles import CITYSPORTS
from simulator.radio import VirtualRadio
from simulator.replay import ReplayedTreadmill, session
from simulator.treadmill import DEFAULT_ADDRESS
from tests.captures import captures

from .bench import uuid

pytestmark = pytest.mark.virtual_time


@pytest.mark.parametrize(
    "name", ["citysports-A-second", "citysports-A-third", "cs-wp8-with-person"]
)
async def test_a_session(radio: VirtualRadio, clock: Clock, name: str) -> None:
    """Every notification arrives, in order, at its captured time."""
    packets = session(captures(), name)
    treadmill = ReplayedTreadmill(clock, packets, DEFAULT_ADDRESS, CITYSPORTS.advertisement)
    await radio.add(treadmill)
    client = radio.client(DEFAULT_ADDRESS)
    await client.connect()
    heard: list[tuple[float, str, bytes]] = []
    began_s = clock.now_s()

    def hear(short: str, _: BleakGATTCharacteristic, data: bytearray) -> None:
        heard.append((clock.now_s() - began_s, short, bytes(data)))

    for short in ("2ad3", "2ada", "2acd"):
        if client.services.get_characteristic(uuid(short)):
            await client.start_notify(uuid(short), partial(hear, short))
    await asyncio.sleep(treadmill.duration_s + 1)
    sent = [packet for packet in packets if packet.direction == "notify"]
    assert [(short, value) for _, short, value in heard] == [
        (packet.characteristic, packet.payload) for packet in sent
    ]
    assert [at_s for at_s, _, _ in heard] == pytest.approx(
        [packet.at_s for packet in sent], abs=0.001
    )
    if client.services.get_characteristic(uuid("2ad4")):
        assert await client.read_gatt_char(uuid("2ad4")) == bytes.fromhex("640058023200")
    answers: list[bytes] = []
    await client.start_notify(uuid("2ad9"), lambda _, data: answers.append(bytes(data)))
    await client.write_gatt_char(uuid("2ad9"), b"\x08\x01", response=True)
    await asyncio.sleep(1)
    assert treadmill.written == [b"\x08\x01"]
    assert answers == [b"\x80\x08\x01"]


async def test_a_link_lost_in_mid_session(radio: VirtualRadio, clock: Clock) -> None:
    """What is left of the session is not sent, and a read gives what was true by then."""
    packets = session(captures(), "citysports-A-second")
    treadmill = ReplayedTreadmill(clock, packets, DEFAULT_ADDRESS, CITYSPORTS.advertisement)
    await radio.add(treadmill)
    client = radio.client(DEFAULT_ADDRESS)
    await client.connect()
    assert await client.read_gatt_char(uuid("2ad3")) == bytes.fromhex("0101")
    await client.start_notify(uuid("2acd"), lambda *_: None)
    await asyncio.sleep(10)
    assert await client.read_gatt_char(uuid("2ad3")) == bytes.fromhex("010d")
    radio.drop_link(DEFAULT_ADDRESS)
    await asyncio.sleep(1)
    await client.connect()
    heard: list[bytes] = []
    await client.start_notify(uuid("2acd"), lambda _, data: heard.append(bytes(data)))
    await asyncio.sleep(60)
    assert not heard
