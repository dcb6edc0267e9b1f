"""What is worn, as its clients meet it: on the radio and over HTTP, with all that may go wrong."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise
from math import hypot
import struct

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, unused_port
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakGATTProtocolError
import pytest

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.samples import MotionSample
from custom_components.retrowalk.wearable.codec.polar_control import (
    CONTROL_UUID,
    DATA_UUID,
    GET_ACCELERATION_SETTINGS,
    start_acceleration,
)
from custom_components.retrowalk.wearable.codec.polar_data import decode_acceleration
from custom_components.retrowalk.wearable.phone import Phone
from custom_components.retrowalk.wearable.state import Listeners, Problem
from simulator import foot_pod, polar_strap
from simulator.belt_physics import BeltPhysics
from simulator.foot_pod import VirtualFootPod
from simulator.phone import VirtualPhone
from simulator.polar_strap import VirtualPolarStrap, delta_body
from simulator.radio import VirtualRadio
from simulator.recordings import trials
from simulator.walker import Walker
from simulator.wearable_profiles import PHONES, PODS, STRAPS

from .bench import uuid

pytestmark = pytest.mark.virtual_time


class Ear:
    """Writes down what a peripheral notifies."""

    def __init__(self, radio: VirtualRadio, address: str) -> None:
        """Connect nothing yet."""
        self.client = radio.client(address)
        self.heard: list[bytes] = []

    def hear(self, _: BleakGATTCharacteristic, value: bytearray) -> None:
        """Take a notification."""
        self.heard.append(bytes(value))


@pytest.fixture
def belt(clock: Clock) -> BeltPhysics:
    """Give the walker a belt."""
    return BeltPhysics(clock)


@pytest.fixture
def walker(clock: Clock, belt: BeltPhysics) -> Walker:
    """Put a walker on the belt."""
    return Walker(clock, lambda: belt.speed_kmh)


async def test_the_walker_follows_the_belt(walker: Walker, belt: BeltPhysics) -> None:
    """Steps come and go with the belt; a sensor on the trunk feels each."""
    assert walker.cadence_spm == 0
    belt.start()
    await asyncio.sleep(3)
    belt.set_speed(1.3)
    steps = walker.steps
    assert steps == 0
    for _ in range(70):
        await asyncio.sleep(1)
        before, steps = steps, walker.steps
        assert 0.7 < steps - before < 1
    assert walker.cadence_spm == pytest.approx(58.2)
    assert steps == pytest.approx(67, abs=2)
    now_s = belt.clock.now_s()
    felt = [hypot(*walker.acceleration_g(now_s - each / 50)) for each in range(500)]
    crests = sum(
        a < b >= c and b > 1.1 for (a, b), c in zip(pairwise(felt), felt[2:], strict=False)
    )
    assert crests == pytest.approx(9.7, abs=1)
    belt.stop()
    await asyncio.sleep(10)
    assert walker.cadence_spm == 0
    assert walker.acceleration_g(belt.clock.now_s()) == (1.0, 0.0, 0.0)


async def test_the_walker_falls(walker: Walker, belt: BeltPhysics, clock: Clock) -> None:
    """As somebody did; lies there, until getting up."""
    belt.start()
    await asyncio.sleep(10)
    trial = trials()["lateralFall"]
    walker.play(trial)
    began_s = clock.now_s()
    assert walker.is_down
    assert walker.cadence_spm == 0
    await asyncio.sleep(trial.seconds + 20)
    assert walker.acceleration_g(began_s + 1) == pytest.approx(trial.acc_g[50])
    assert walker.acceleration_g(clock.now_s()) == trial.acc_g[-1]
    walker.play(trial, from_s=2.0)
    assert walker.acceleration_g(clock.now_s()) == pytest.approx(trial.acc_g[100])
    walker.get_up()
    assert not walker.is_down
    assert walker.cadence_spm > 0


async def test_the_walker_bends(walker: Walker, clock: Clock) -> None:
    """What is no fall ends by itself."""
    trial = trials()["Bending"]
    walker.play(trial)
    assert not walker.is_down
    await asyncio.sleep(trial.seconds + 0.1)
    assert walker.acceleration_g(clock.now_s()) == (1.0, 0.0, 0.0)


def test_the_recordings() -> None:
    """They begin upright; where somebody falls, gravity ends up elsewhere."""
    recorded = trials()
    assert {name for name, trial in recorded.items() if trial.is_fall} == {
        "backwardFall",
        "forwardFall",
        "lateralFall",
    }
    for trial in recorded.values():
        assert trial.seconds > 14
        assert trial.acc_g[0][0] > 0.9
        assert (trial.acc_g[-1][0] < 0.5) is trial.is_fall
        assert (trial.impact_s is not None) is trial.is_fall


async def test_a_pod(radio: VirtualRadio, clock: Clock, walker: Walker, belt: BeltPhysics) -> None:
    """Once a second; at rest it sends zeros, or nothing."""
    pod = VirtualFootPod(clock, walker, PODS["heart_rate"])
    await radio.add(pod)
    ear = Ear(radio, foot_pod.DEFAULT_ADDRESS)
    await ear.client.connect()
    assert await ear.client.read_gatt_char(uuid("2a54")) == b"\x07\x00"
    assert await ear.client.read_gatt_char(uuid("2a5d")) == b"\x01"
    assert await ear.client.read_gatt_char(uuid("2a19")) == b"\x50"
    await ear.client.start_notify(uuid("2a53"), ear.hear)
    await asyncio.sleep(10)
    assert len(ear.heard) == pytest.approx(10, abs=1)
    assert ear.heard[-1] == bytes.fromhex("03 0000 00 5000 00000000")
    belt.start()
    await asyncio.sleep(10)
    flags, speed, cadence = struct.unpack_from("<BHB", ear.heard[-1])
    assert (flags, cadence) == (3, 51)
    assert 0 < speed < 256
    pod.profile = PODS["silent_at_rest"]
    belt.stop()
    await asyncio.sleep(5)
    ear.heard.clear()
    await asyncio.sleep(10)
    assert ear.heard == []
    await ear.client.disconnect()


async def test_a_strap(radio: VirtualRadio, clock: Clock, walker: Walker) -> None:
    """The bytes are those of a captured H10; a frame of 36 samples each 0.177 s at 200 Hz."""
    await radio.add(VirtualPolarStrap(clock, walker))
    ear, control = Ear(radio, polar_strap.DEFAULT_ADDRESS), []
    await ear.client.connect()
    assert (await ear.client.read_gatt_char(CONTROL_UUID)).hex() == "0f05" + "00" * 15
    await ear.client.start_notify(CONTROL_UUID, lambda _, value: control.append(value.hex()))
    await ear.client.start_notify(DATA_UUID, ear.hear)
    for request in (
        GET_ACCELERATION_SETTINGS,
        start_acceleration(sample_rate_hz=130, range_g=8),
        start_acceleration(sample_rate_hz=200, range_g=16),
        start_acceleration(sample_rate_hz=200, range_g=8),
        start_acceleration(sample_rate_hz=200, range_g=8),
        bytes.fromhex("0200"),
    ):
        await ear.client.write_gatt_char(CONTROL_UUID, request, response=True)
        await asyncio.sleep(0.1)
    assert control == [
        "f0010200000004190032006400c800010110000203020004000800",
        "f002020800",
        "f002020900",
        "f00202000001",
        "f002020600",
        "f002000200",
    ]
    with pytest.raises(BleakGATTProtocolError):
        await ear.client.write_gatt_char(CONTROL_UUID, b"\x0f\x00", response=True)
    ear.heard.clear()
    await asyncio.sleep(10)
    assert len(ear.heard) == pytest.approx(10 * 203.6 / 36, abs=1)
    frames = [decode_acceleration(packet) for packet in ear.heard]
    assert {len(frame.samples_mg) for frame in frames} == {36}
    assert frames[0].samples_mg[0] == (1000, 0, 0)
    assert frames[1].timestamp_ns - frames[0].timestamp_ns == pytest.approx(176.8e6, abs=1e5)
    for answer in ("f003020000", "f003020600"):
        await ear.client.write_gatt_char(CONTROL_UUID, bytes.fromhex("0302"), response=True)
        await asyncio.sleep(0.1)
        assert control[-1] == answer
    ear.heard.clear()
    await asyncio.sleep(2)
    assert ear.heard == []
    await ear.client.disconnect()


async def test_compressed_frames() -> None:
    """The codec reads them back."""
    samples = [(1000, -5, 30), (1001, -300, 31), (900, 2000, -32768), (900, 2000, 32767)]
    frame = decode_acceleration(b"\x02" + bytes(8) + delta_body(samples))
    assert frame.samples_mg == samples


async def test_all_profiles_can_be_met(radio: VirtualRadio, clock: Clock, walker: Walker) -> None:
    """Each row makes a device that can be connected to."""
    worn = [
        *(
            VirtualFootPod(clock, walker, PODS[name], f"C0:FF:EE:18:14:{at:02X}")
            for at, name in enumerate(PODS)
        ),
        *(
            VirtualPolarStrap(clock, walker, STRAPS[name], f"C0:FF:EE:FB:00:{at:02X}")
            for at, name in enumerate(STRAPS)
        ),
    ]
    for peripheral in worn:
        await radio.add(peripheral)
        client = radio.client(peripheral.address)
        await client.connect()
        assert client.services.get_characteristic(
            uuid("2a53")
        ) or client.services.get_characteristic(uuid("2a37"))
        await client.disconnect()


class Home:
    """A web server that hands what is posted to a phone's client."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nothing received."""
        self.motion: list[MotionSample] = []
        self.phone = Phone(
            clock=clock,
            listeners=Listeners(
                on_motion=self.motion.append, on_step=lambda _: None, on_state=lambda _: None
            ),
        )

    async def posted(self, request: web.Request) -> web.Response:
        """Take a body."""
        return web.Response(status=self.phone.receive(await request.read()))


@pytest.fixture
async def home(clock: Clock, socket_enabled: None) -> AsyncGenerator[tuple[Home, str]]:
    """Serve on the loopback, and tell the address."""
    home = Home(clock)
    app = web.Application()
    app.router.add_post("/hook", home.posted)
    server = TestServer(app)
    await server.start_server()
    yield home, str(server.make_url("/hook"))
    await home.phone.close()
    await server.close()


@pytest.fixture
async def session(socket_enabled: None) -> AsyncGenerator[ClientSession]:
    """Give a phone its network."""
    async with ClientSession() as session:
        yield session


@pytest.mark.parametrize("profile", ["android", "iphone", "watch", "total_acceleration"])
async def test_a_phone(
    home: tuple[Home, str],
    session: ClientSession,
    clock: Clock,
    walker: Walker,
    belt: BeltPhysics,
    profile: str,
) -> None:
    """Over real HTTP, once a second, the walker's motion arrives as it was, in order."""
    at_home, url = home
    if profile == "iphone":
        at_home.phone = Phone(
            clock=clock,
            listeners=Listeners(
                on_motion=at_home.motion.append, on_step=lambda _: None, on_state=lambda _: None
            ),
            ios_signs=True,
        )
    phone = VirtualPhone(clock, walker, session, url, PHONES[profile])
    belt.start()
    await asyncio.sleep(10)
    phone.start()
    await asyncio.sleep(20.5)
    await phone.stop()
    assert phone.statuses == [200] * 20
    assert len(at_home.motion) == pytest.approx(2000, abs=2)
    assert all(0 < after.at_s - before.at_s < 0.02 for before, after in pairwise(at_home.motion))
    for at_s, *axes in at_home.motion[-200:]:
        assert axes == pytest.approx(walker.acceleration_g(at_s), abs=0.05)
    assert at_home.phone.late == 0
    assert at_home.phone.state.steps == (0 if profile == "watch" else pytest.approx(14, abs=2))
    await at_home.phone.close()


async def test_a_phone_that_sends_malformed_bodies(
    home: tuple[Home, str], session: ClientSession, clock: Clock, walker: Walker
) -> None:
    """They are answered with an error; the others count."""
    phone = VirtualPhone(clock, walker, session, home[1], PHONES["malformed"])
    phone.start()
    await asyncio.sleep(6.5)
    await phone.stop()
    assert phone.statuses == [200, 200, 400, 200, 200, 400]


@pytest.mark.parametrize(
    ("profile", "longest_s", "jumps"),
    [("gap", 3.1, 0), ("clock_jumps_forward", 0.05, 1), ("clock_jumps_back", 0.05, 1)],
)
async def test_a_phone_with_faults(
    home: tuple[Home, str],
    session: ClientSession,
    clock: Clock,
    walker: Walker,
    profile: str,
    longest_s: float,
    jumps: int,
) -> None:
    """A gap is a gap, and a clock that jumps is not noticed."""
    phone = VirtualPhone(clock, walker, session, home[1], PHONES[profile])
    phone.start()
    await asyncio.sleep(40.5)
    await phone.stop()
    gaps_s = [after.at_s - before.at_s for before, after in pairwise(home[0].motion)]
    assert min(gaps_s) > 0
    assert longest_s - 0.2 < max(gaps_s) + 0.2 * bool(jumps) <= longest_s + 0.2
    assert home[0].phone.time_line.jumps == jumps


@pytest.mark.parametrize(
    ("profile", "problem"), [("no_gravity", Problem.NO_MOTION), ("pedometer_only", None)]
)
async def test_a_phone_that_says_too_little(
    home: tuple[Home, str],
    session: ClientSession,
    clock: Clock,
    walker: Walker,
    profile: str,
    problem: Problem | None,
) -> None:
    """Without gravity no posture is known; steps alone are something."""
    phone = VirtualPhone(clock, walker, session, home[1], PHONES[profile])
    phone.start()
    await asyncio.sleep(10)
    await phone.stop()
    assert home[0].motion == []
    assert home[0].phone.state.problem is problem


async def test_a_phone_out_of_reach(session: ClientSession, clock: Clock, walker: Walker) -> None:
    """It goes on trying."""
    phone = VirtualPhone(clock, walker, session, f"http://127.0.0.1:{unused_port()}/hook")
    phone.start()
    await asyncio.sleep(3.5)
    await phone.stop()
    await phone.stop()
    assert phone.statuses == [0, 0, 0]
