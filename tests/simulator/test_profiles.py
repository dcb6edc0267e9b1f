"""Each oddity shows, as a client and as the belt would show it."""

import asyncio
import struct

from bleak.exc import BleakError, BleakGATTProtocolError
import pytest

from custom_components.retrowalk.clock import Clock
from simulator.belt_physics import BeltState
from simulator.profiles import PROFILES
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS, VirtualTreadmill

from .bench import Bench, uuid

pytestmark = pytest.mark.virtual_time


def machine(name: str) -> pytest.MarkDecorator:
    """Run a test against one profile."""
    return pytest.mark.parametrize("profile", [name])


@pytest.mark.parametrize("name", PROFILES)
async def test_every_machine_can_be_connected_to(
    radio: VirtualRadio, clock: Clock, name: str
) -> None:
    """Each serves what it does not lack, and reports."""
    await radio.add(VirtualTreadmill(clock, PROFILES[name]))
    client = radio.client(DEFAULT_ADDRESS)
    await client.connect()
    for short in ("2acc", "2acd", "2ad3", "2ad4", "2ad5", "2ad9", "2ada"):
        served = client.services.get_characteristic(uuid(short))
        assert (served is None) == (short in PROFILES[name].lacks)
        if served and "read" in served.properties:
            await client.read_gatt_char(served)
    reports: list[bytes] = []
    await client.start_notify(uuid("2acd"), lambda _, data: reports.append(bytes(data)))
    await asyncio.sleep(2.5)
    assert len(reports) >= 2


@machine("reads_mph")
async def test_reads_mph(bench: Bench) -> None:
    """2 km/h become 2 mph, and it says so."""
    await bench.start(2.0)
    assert bench.belt.speed_kmh == pytest.approx(3.219, abs=0.001)
    assert bench.reported_kmh[-1] == 3.22


@machine("reads_mph_and_echoes")
async def test_reads_mph_and_echoes(bench: Bench) -> None:
    """2 km/h become 2 mph, and only the distance gives it away."""
    await bench.start(2.0)
    assert bench.belt.speed_kmh == pytest.approx(3.219, abs=0.001)
    assert bench.reported_kmh[-1] == 2.0


@machine("toggle_start")
async def test_toggle_start(bench: Bench) -> None:
    """A second start answers success and stops the belt."""
    await bench.start()
    assert await bench.write("07") == b"\x80\x07\x01"
    await asyncio.sleep(5)
    assert bench.belt.speed_kmh == 0


@machine("control_refused")
async def test_control_refused(bench: Bench) -> None:
    """No command is answered but by a status, and all are obeyed."""
    assert await bench.write("00") is None
    assert await bench.write("07") is None
    assert bench.said("2ada") == [b"\x04"]
    assert bench.belt.speed_kmh == 0.8


@machine("slow_control")
async def test_slow_control(bench: Bench, clock: Clock) -> None:
    """Control is granted after 3 s; a command before that is one too many."""
    began_s = clock.now_s()
    asking = asyncio.create_task(bench.write("00"))
    await asyncio.sleep(1)
    with pytest.raises(BleakGATTProtocolError) as raised:
        await bench.client.write_gatt_char(uuid("2ad9"), b"\x07", response=True)
    assert raised.value.code == 0xFE
    assert await asking == b"\x80\x00\x01"
    assert clock.now_s() - began_s == pytest.approx(3.0, abs=0.15)


@machine("no_acknowledgement")
async def test_no_acknowledgement(bench: Bench) -> None:
    """It obeys and says nothing."""
    assert await bench.write("07") is None
    assert bench.belt.speed_kmh == 0.8


@machine("start_refused_twice")
async def test_start_refused_twice(bench: Bench) -> None:
    """The third start works."""
    await bench.write("00")
    answers = [await bench.write("07") for _ in range(3)]
    assert answers == [b"\x80\x07\x05", b"\x80\x07\x05", b"\x80\x07\x01"]


@machine("att_errors")
async def test_att_errors(bench: Bench) -> None:
    """Each write fails."""
    with pytest.raises(BleakGATTProtocolError):
        await bench.write("00")


@machine("write_without_response")
async def test_write_without_response(bench: Bench) -> None:
    """The control point takes commands, and no requests."""
    served = bench.client.services.get_characteristic(uuid("2ad9"))
    assert served is not None
    assert "write" not in served.properties
    assert await bench.write("00", response=False) == b"\x80\x00\x01"


@machine("needs_pairing")
async def test_needs_pairing(bench: Bench) -> None:
    """The control point is shut until the two have paired."""
    with pytest.raises(BleakGATTProtocolError):
        await bench.write("00")
    await bench.client.pair()
    assert await bench.write("00") == b"\x80\x00\x01"


@machine("needs_preamble")
async def test_needs_preamble(bench: Bench) -> None:
    """Nothing is permitted before the maker's bytes."""
    await bench.write("00")
    assert await bench.write("07") == b"\x80\x07\x05"
    await bench.client.write_gatt_char(uuid("fff2"), b"\xaa\x01\x00\x01\x55", response=True)
    await bench.write("00")
    assert await bench.write("07") == b"\x80\x07\x01"


async def test_lost_subscriptions(radio: VirtualRadio, clock: Clock) -> None:
    """Of subscriptions in quick succession only the first counts."""
    treadmill = VirtualTreadmill(clock, PROFILES["lost_subscriptions"])
    await radio.add(treadmill)
    bench = Bench(radio, treadmill, clock)
    await bench.connect(spacing_s=0)
    with pytest.raises(BleakGATTProtocolError) as raised:
        await bench.write("00")
    assert raised.value.code == 0xFD
    await bench.client.disconnect()
    await bench.connect(spacing_s=0.15)
    assert await bench.write("00") == b"\x80\x00\x01"


@machine("stale_status")
async def test_stale_status(bench: Bench) -> None:
    """An old status comes on subscribing."""
    assert bench.said("2ada") == [b"\x02\x01"]


@machine("wrong_start_status")
async def test_wrong_start_status(bench: Bench) -> None:
    """It says "stopped" when it starts."""
    await bench.start()
    assert bench.said("2ada") == [b"\x02\x01"]
    assert bench.belt.speed_kmh == 0.8


@machine("refuses_after_drop")
async def test_refuses_after_drop(bench: Bench, radio: VirtualRadio) -> None:
    """For 40 s after a lost link it wants nobody."""
    radio.drop_link(DEFAULT_ADDRESS)
    await asyncio.sleep(30)
    with pytest.raises(BleakError):
        await bench.client.connect()
    await asyncio.sleep(10)
    await bench.client.connect()


@machine("early_speed_drops_link")
async def test_early_speed_drops_link(bench: Bench) -> None:
    """A speed before the belt moves costs the link; after that it is fine."""
    await bench.write("00")
    await bench.write("07")
    await bench.client.write_gatt_char(uuid("2ad9"), b"\x02\xc8\x00", response=True)
    await asyncio.sleep(0.2)
    assert not bench.client.is_connected
    await bench.connect()
    await bench.write("00")
    await asyncio.sleep(5)
    assert await bench.write("02c800") == b"\x80\x02\x01"


@machine("silent_stop")
async def test_silent_stop(bench: Bench) -> None:
    """A falling speed, then silence, then "stopped"; and it speaks again at the next start."""
    await bench.start(2.0)
    bench.heard.clear()
    await bench.write("0801")
    await asyncio.sleep(10)
    assert 0 not in bench.reported_kmh
    assert min(bench.reported_kmh) < 1.9
    assert bench.said("2ada") == [b"\x02\x01"]
    assert bench.said("2ad3") == [b"\x00\x0f", b"\x00\x01"]
    bench.heard.clear()
    await bench.start()
    assert bench.reported_kmh[-1] == 0.8


@machine("spurious_zero")
async def test_spurious_zero(bench: Bench) -> None:
    """Single reports of 0 while the belt runs."""
    await bench.start(2.0)
    assert 0 in bench.reported_kmh[-8:]
    assert bench.belt.speed_kmh == 2.0


@machine("frozen_telemetry")
async def test_frozen_telemetry(bench: Bench) -> None:
    """After 10 s of movement the report is the same for ever."""
    await bench.start(2.0)
    await bench.write("0801")
    await asyncio.sleep(20)
    assert bench.belt.speed_kmh == 0
    assert len(set(bench.said("2acd")[-20:])) == 1
    assert bench.reported_kmh[-1] > 0


@machine("ignored_speed")
async def test_ignored_speed(bench: Bench) -> None:
    """A speed is acknowledged and nothing happens."""
    await bench.start()
    assert await bench.write("02c800") == b"\x80\x02\x01"
    await asyncio.sleep(10)
    assert bench.belt.speed_kmh == 0.8


@pytest.mark.parametrize(
    ("profile", "commands"),
    [
        ("ignored_stop", None),
        ("ignored_first_stop", ["0801", "0801"]),
        ("only_pause_stops", ["0801", "0802"]),
    ],
)
async def test_ignored_stop(bench: Bench, commands: list[str] | None) -> None:
    """Each stop is acknowledged, and only the last of these is obeyed, if any."""
    await bench.start()
    for command in commands or ["0801", "0801", "0802"]:
        assert bench.belt.speed_kmh == 0.8
        assert await bench.write(command) == b"\x80\x08\x01"
        await asyncio.sleep(5)
    assert bench.belt.speed_kmh == (0 if commands else 0.8)


@machine("runaway")
async def test_runaway(bench: Bench) -> None:
    """It goes for 22 km/h, whatever is asked, until it is stopped."""
    await bench.start(2.0)
    await asyncio.sleep(30)
    assert bench.belt.speed_kmh == 22.0
    await bench.write("0801")
    await asyncio.sleep(80)
    assert bench.belt.speed_kmh == 0


@machine("starts_on_connect")
async def test_starts_on_connect(bench: Bench) -> None:
    """It moves though nobody asked."""
    await asyncio.sleep(5)
    assert bench.belt.speed_kmh == 0.8
    assert not any(entry.event == "control_point" for entry in bench.belt.log)


@machine("training_time")
async def test_training_time(bench: Bench, radio: VirtualRadio, clock: Clock) -> None:
    """The time that was set ends the walk even without a link."""
    await bench.start()
    set_s = clock.now_s()
    assert await bench.write("0d3c00") == b"\x80\x0d\x01"
    radio.drop_link(DEFAULT_ADDRESS)
    await asyncio.sleep(100)
    assert bench.belt.state is BeltState.RUNNING or bench.belt.speed_kmh == 0
    assert bench.belt.speed_at(set_s + 59.9) == 0.8
    assert bench.belt.speed_at(set_s + 63) == 0


@machine("split_records")
async def test_split_records(bench: Bench) -> None:
    """A record in two parts, the first without a speed."""
    await bench.start()
    first, second = bench.said("2acd")[-2:]
    assert [struct.unpack_from("<H", part)[0] for part in (first, second)] == [0x001F, 0x0680]


@machine("short_mtu")
async def test_short_mtu(bench: Bench) -> None:
    """The flags promise more than the 20 bytes that arrive."""
    await asyncio.sleep(2)
    assert {len(report) for report in bench.said("2acd")} == {20}


@machine("coarse_distance")
async def test_coarse_distance(bench: Bench) -> None:
    """The distance moves in steps of 10 m."""
    await bench.start(5.0)
    await asyncio.sleep(30)
    distances = {int.from_bytes(report[6:9], "little") for report in bench.said("2acd")}
    assert len(distances) > 3
    assert all(distance % 10 == 0 for distance in distances)


@machine("counts_without_walker_stand_still")
async def test_counts_without_a_walker(bench: Bench) -> None:
    """Distance and time stand while nobody walks, and the speed is told all the same."""
    await bench.start()
    assert (bench.belt.distance_m, bench.belt.elapsed_s) == (0, 0)
    assert bench.belt.travel_m > 0
    bench.belt.cadence_spm = 60.0
    await asyncio.sleep(10)
    assert bench.belt.speed_kmh == 0.8
    assert bench.belt.steps == pytest.approx(10, abs=0.1)


@machine("kingsmith")
async def test_kingsmith(bench: Bench) -> None:
    """The countdown is told second by second, and status acknowledges."""
    await bench.start()
    assert [status for status in bench.said("2ad3") if status[0] == 3] == [
        b"\x03\x0e3",
        b"\x03\x0e2",
        b"\x03\x0e1",
    ]
    assert bench.said("2ada") == [b"\x02\x01", b"\x04"]
