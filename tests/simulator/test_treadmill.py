"""The treadmill as a client meets it, and as its rubber really runs."""

import asyncio
import struct

import pytest

from custom_components.retrowalk.clock import Clock
from simulator.belt_physics import BeltState
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS

from .bench import Bench, uuid

pytestmark = pytest.mark.virtual_time


async def test_the_ranges(bench: Bench) -> None:
    """The ranges are those of the motor."""
    assert await bench.client.read_gatt_char(uuid("2ad4")) == struct.pack("<HHH", 80, 1200, 10)
    assert await bench.client.read_gatt_char(uuid("2ad5")) == struct.pack("<hhH", 0, 100, 5)
    assert await bench.client.read_gatt_char(uuid("2ad3")) == b"\x00\x01"
    assert await bench.client.read_gatt_char(uuid("2a24")) == b"Plain"


async def test_start_speed_stop(bench: Bench, clock: Clock) -> None:
    """A whole walk: control, start, a faster speed, stop; the ramps are the captured ones."""
    belt = bench.belt
    belt.cadence_spm = 60.0
    assert await bench.write("07") == b"\x80\x07\x05"  # control was not asked for
    assert await bench.write("00") == b"\x80\x00\x01"
    assert await bench.write("02c800") == b"\x80\x02\x04"  # at rest
    assert belt.speed_kmh == 0
    started_s = clock.now_s()
    assert await bench.write("07") == b"\x80\x07\x01"
    assert [entry.event for entry in belt.log][-1] == "start"
    await asyncio.sleep(5)
    assert belt.speed_kmh == 0.8
    assert belt.speed_at(started_s + 2.9) == 0
    assert await bench.write("02c800") == b"\x80\x02\x01"
    assert await bench.write("026400") == b"\x80\x02\x01"
    assert await bench.write("02c800") == b"\x80\x02\x01"
    assert await bench.write("02b10f") == b"\x80\x02\x03"  # 40.17 km/h
    await asyncio.sleep(60)
    assert belt.speed_kmh == 2.0
    stopped_s = clock.now_s()
    assert await bench.write("0801") == b"\x80\x08\x01"
    await asyncio.sleep(10)
    assert belt.speed_at(stopped_s + 1) == pytest.approx(1.7)
    assert belt.speed_at(stopped_s + 6.6) == pytest.approx(0.02, abs=0.001)
    assert belt.speed_at(stopped_s + 7) == 0
    assert belt.speed_kmh == 0
    assert belt.state is BeltState.IDLE
    assert belt.travel_m == pytest.approx(2.0 / 3.6 * 66, rel=0.05)
    # What it said of it
    assert bench.said("2ad3") == [b"\x00\x0e", b"\x00\x0d", b"\x00\x0f", b"\x00\x01"]
    assert bench.said("2ada") == []  # its own client is not told
    assert max(bench.reported_kmh) == 2.0
    assert bench.reported_kmh[-1] == 0
    assert next(entry.value for entry in belt.log if entry.event == "control_point") == b"\x07"


async def test_reports_come_once_a_second(bench: Bench) -> None:
    """Within 30 s there are 30."""
    bench.heard.clear()
    await asyncio.sleep(30)
    assert len(bench.said("2acd")) in (29, 30, 31)


async def test_commands_out_of_order(bench: Bench) -> None:
    """Starting twice and stopping at rest fail; nonsense is told from the unknown."""
    await bench.write("00")
    assert await bench.write("0801") == b"\x80\x08\x04"
    assert await bench.write("07") == b"\x80\x07\x01"
    assert await bench.write("07") == b"\x80\x07\x04"
    assert await bench.write("0805") == b"\x80\x08\x03"
    assert await bench.write("55") == b"\x80\x55\x02"
    assert await bench.write("031e00") == b"\x80\x03\x01"
    assert bench.belt.inclination_percent == 3.0
    assert await bench.write("03e803") == b"\x80\x03\x03"


async def test_a_link_loss_stops_nothing(bench: Bench, radio: VirtualRadio) -> None:
    """The belt runs on at its last speed, and control has to be asked for again."""
    await bench.write("00")
    await bench.write("07")
    await asyncio.sleep(10)
    radio.drop_link(DEFAULT_ADDRESS)
    await asyncio.sleep(60)
    assert bench.belt.speed_kmh == 0.8
    await bench.connect()
    assert await bench.write("0801") == b"\x80\x08\x05"
    await bench.write("00")
    assert await bench.write("0801") == b"\x80\x08\x01"


async def test_the_console_and_the_key(bench: Bench, clock: Clock) -> None:
    """What a person does at the machine is told by status."""
    belt = bench.belt
    belt.press_start()
    await asyncio.sleep(8)
    belt.press_plus()
    belt.press_plus()
    belt.press_minus()
    await asyncio.sleep(5)
    assert belt.speed_kmh == pytest.approx(0.9)
    belt.press_pause()
    await asyncio.sleep(5)
    belt.press_start()
    await asyncio.sleep(10)
    pulled_s = clock.now_s()
    belt.pull_key()
    await asyncio.sleep(2)
    assert belt.speed_at(pulled_s + 0.8 / 1.5 + 0.01) == 0
    await bench.write("00")
    assert await bench.write("07") == b"\x80\x07\x04"
    belt.press_start()
    assert belt.speed_kmh == 0
    belt.insert_key()
    await asyncio.sleep(5)
    assert belt.speed_kmh == 0
    bench.treadmill.take_control_away()
    await asyncio.sleep(1)
    assert bench.said("2ada") == [
        bytes.fromhex(status)
        for status in ("04", "055a00", "056400", "055a00", "0202", "04", "03", "01", "ff")
    ]
    assert await bench.write("07") == b"\x80\x07\x05"


@pytest.mark.parametrize("profile", ["citysports"])
async def test_a_captured_pad(bench: Bench) -> None:
    """The setpoint is reported at once; on stopping the truth comes out, which is faster.

    Captured (session citysports-A-init): from 4.0 down to 1.0 within 5 s, stopped 4 s later, and
    the report goes 1.0, 1.2, 1.1, 1.1, 1.0, 1.0, 0.9.
    """
    client = bench.client
    assert await client.read_gatt_char(uuid("2ad4")) == bytes.fromhex("640058023200")
    assert await client.read_gatt_char(uuid("2acc")) == bytes.fromhex("4412000001000000")
    assert await client.read_gatt_char(uuid("2ad3")) == bytes.fromhex("0101")
    assert await bench.write("07") == b"\x80\x07\x01"
    await asyncio.sleep(5)
    assert bench.reported_kmh[-1] == 1.0
    assert await bench.write("029001") == b"\x80\x02\x01"
    await asyncio.sleep(0.2)
    assert bench.reported_kmh[-1] == 4.0
    assert bench.belt.speed_kmh < 1.3
    await asyncio.sleep(10)
    for command in ("025e01", "022c01", "02fa00", "02c800", "029600", "026400"):
        await bench.write(command)
        await asyncio.sleep(0.85)
    await asyncio.sleep(2.7)
    assert bench.reported_kmh[-1] == 1.0
    assert bench.belt.speed_kmh == pytest.approx(1.3, abs=0.1)
    await bench.write("0801")
    await asyncio.sleep(0.3)
    assert bench.reported_kmh[-1] == pytest.approx(1.2, abs=0.1)
    assert bench.said("2acd")[0] == bytes.fromhex("842400000000000000ffffff0000000000")
    assert bench.said("2ad3") == [bytes.fromhex(status) for status in ("010e", "010d", "010f")]
    assert bench.said("2ada")[0] == b"\x04"
    assert bench.said("2ada")[-1] == b"\x02\x01"
