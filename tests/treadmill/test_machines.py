"""A whole walk on each machine of the simulator: what its rubber does, and what is said of it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import pytest

from custom_components.retrowalk.belt import BeltEvent, BeltEventKind, BeltMotion, BeltReport
from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.treadmill.client import Treadmill
from custom_components.retrowalk.treadmill.link import LinkError
from custom_components.retrowalk.treadmill.profile import BY_KEY, SpeedUnit, recognise
from simulator.profiles import PROFILES
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS, VirtualTreadmill

pytestmark = pytest.mark.virtual_time

CAP_KMH = 3.0


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How a walk goes; the defaults are a good machine's."""

    walks_kmh: float = 2.0
    ends: BeltMotion = BeltMotion.STOPPED
    kinds: tuple[BeltEventKind, ...] = ()
    really_stops: bool = True


ODD = {
    "frozen_telemetry": Expected(
        ends=BeltMotion.MOVING, kinds=(BeltEventKind.CONSOLE_SPEED, BeltEventKind.STOP_FAILED)
    ),
    "silent_stop": Expected(ends=BeltMotion.STOPPED_UNCONFIRMED),
    "att_errors": Expected(walks_kmh=0.0, kinds=(BeltEventKind.REFUSED,)),
    "needs_preamble": Expected(walks_kmh=0.0, kinds=(BeltEventKind.REFUSED,)),
    "reads_mph": Expected(walks_kmh=0.0, kinds=(BeltEventKind.RUNAWAY,)),
    "reads_mph_and_echoes": Expected(walks_kmh=0.0, kinds=(BeltEventKind.RUNAWAY,)),
    "runaway": Expected(walks_kmh=0.0, kinds=(BeltEventKind.RUNAWAY,)),
    "ignored_speed": Expected(walks_kmh=0.8, kinds=(BeltEventKind.CONSOLE_SPEED,)),
    "refused_speed": Expected(
        walks_kmh=0.8,
        kinds=(BeltEventKind.REFUSED, BeltEventKind.REFUSED, BeltEventKind.CONSOLE_SPEED),
    ),
    "ignored_stop": Expected(
        ends=BeltMotion.MOVING, kinds=(BeltEventKind.STOP_FAILED,), really_stops=False
    ),
    # It is stopped, and has not rested yet when it is to start.
    "starts_on_connect": Expected(
        walks_kmh=0.0, kinds=(BeltEventKind.RUNAWAY, BeltEventKind.REFUSED)
    ),
    "fast_minimum": Expected(walks_kmh=1.92),
}


@pytest.fixture
async def radio() -> AsyncGenerator[VirtualRadio]:
    """Provide a radio with one proxy and nothing in the air."""
    radio = VirtualRadio()
    await radio.start()
    yield radio
    await radio.stop()


class Walk:
    """A machine on the air and its client."""

    def __init__(self, clock: Clock, radio: VirtualRadio, name: str, key: str = "") -> None:
        """Take a machine of the simulator; its unit was asked for at set-up."""
        odd = PROFILES[name]
        self.machine = VirtualTreadmill(clock, odd)
        self.machine.belt.cadence_spm = 80.0  # somebody walks on it
        self.events: list[BeltEvent] = []
        self.reports: list[BeltReport] = []
        profile = BY_KEY[key] if key else recognise(odd.local_name, odd.model)
        self.treadmill = Treadmill(
            connect=radio.client_factory(DEFAULT_ADDRESS),
            clock=clock,
            take_gate=lambda: True,
            on_report=self.reports.append,
            on_event=self.events.append,
            profile=replace(profile, unit=SpeedUnit.KMH),
        )

    def motion(self) -> BeltMotion:
        """Return what the belt is known to do."""
        return self.treadmill.report.motion

    @property
    def kinds(self) -> tuple[BeltEventKind, ...]:
        """The kinds of the events so far."""
        return tuple(event.kind for event in self.events)

    async def begin(self) -> None:
        """Connect, start, and ask for 2 km/h."""
        await self.treadmill.connect()
        await asyncio.sleep(6)
        self.treadmill.set_cap(CAP_KMH)
        self.treadmill.prepare()
        await asyncio.sleep(1)
        self.treadmill.start()
        await asyncio.sleep(15)
        self.treadmill.set_speed(2.0)
        await asyncio.sleep(30)


@pytest.mark.parametrize("name", sorted(PROFILES.keys() - {"no_control_point"}))
async def test_walk(clock: Clock, radio: VirtualRadio, name: str) -> None:
    """Start, walk at 2 km/h, stop: on good machines nothing is said but what happened."""
    expected = ODD.get(name, Expected())
    walk = Walk(clock, radio, name)
    await radio.add(walk.machine)
    await walk.begin()
    assert walk.machine.belt.speed_kmh == pytest.approx(expected.walks_kmh)
    walk.treadmill.stop()
    await asyncio.sleep(25)
    assert walk.motion() is expected.ends
    assert walk.kinds == expected.kinds
    assert (walk.machine.belt.speed_kmh == 0) is expected.really_stops
    await walk.treadmill.disconnect()


@pytest.mark.parametrize("distance_step_m", [1, 10])
@pytest.mark.parametrize("target_kmh", [0.8, 1.2, 2.0, 3.0])
@pytest.mark.parametrize("name", ["reads_mph", "reads_mph_and_echoes"])
async def test_miles_are_named(
    clock: Clock, radio: VirtualRadio, name: str, target_kmh: float, distance_step_m: int
) -> None:
    """It runs 1.6 times too fast: seen, named and stopped, by its distance if need be."""
    walk = Walk(clock, radio, name)
    walk.machine = VirtualTreadmill(clock, replace(PROFILES[name], distance_step_m=distance_step_m))
    await radio.add(walk.machine)
    await walk.treadmill.connect()
    await asyncio.sleep(6)
    walk.treadmill.set_cap(CAP_KMH)
    walk.treadmill.start()
    await asyncio.sleep(4)
    walk.treadmill.set_speed(target_kmh)
    await asyncio.sleep(90)
    (event,) = walk.events
    assert event.kind is BeltEventKind.RUNAWAY
    assert "km/h are read as mph" in event.detail
    assert walk.machine.belt.speed_kmh == 0
    await walk.treadmill.disconnect()


async def test_no_control_point(clock: Clock, radio: VirtualRadio) -> None:
    """A machine that cannot be controlled is not connected to."""
    walk = Walk(clock, radio, "no_control_point")
    await radio.add(walk.machine)
    with pytest.raises(LinkError, match="2ad9"):
        await walk.treadmill.connect()
    await walk.treadmill.disconnect()


async def test_preamble(clock: Clock, radio: VirtualRadio) -> None:
    """With its profile, a machine that wants vendor bytes first obeys."""
    walk = Walk(clock, radio, "needs_preamble", key="merach")
    await radio.add(walk.machine)
    await walk.begin()
    assert walk.machine.belt.speed_kmh == 2.0
    assert await walk.treadmill.stop_and_verify()
    await walk.treadmill.disconnect()


async def test_refused_after_a_drop(clock: Clock, radio: VirtualRadio) -> None:
    """A link lost in motion; the machine refuses for 40 s, and is stopped as soon as it is back."""
    walk = Walk(clock, radio, "refuses_after_drop")
    await radio.add(walk.machine)
    await walk.begin()
    radio.drop_link(DEFAULT_ADDRESS)
    await asyncio.sleep(30)
    assert walk.motion() is BeltMotion.MAY_BE_MOVING
    assert walk.machine.belt.speed_kmh == 2.0
    await asyncio.sleep(60)
    assert walk.kinds == (BeltEventKind.LINK_LOST, BeltEventKind.LINK_BACK)
    assert walk.motion() is BeltMotion.STOPPED
    assert walk.machine.belt.speed_kmh == 0
    await walk.treadmill.disconnect()


async def test_console(clock: Clock, radio: VirtualRadio) -> None:
    """Plus, minus, key and stop at the machine."""
    walk = Walk(clock, radio, "citysports")
    await radio.add(walk.machine)
    await walk.begin()
    walk.machine.belt.press_plus()
    await asyncio.sleep(3)
    assert walk.treadmill.report.target_speed_kmh == 2.5
    walk.machine.belt.pull_key()
    await asyncio.sleep(15)
    assert walk.treadmill.report.key_out
    walk.machine.belt.insert_key()
    await asyncio.sleep(5)
    walk.machine.belt.press_start()
    await asyncio.sleep(10)
    walk.machine.belt.press_stop()
    await asyncio.sleep(15)
    assert walk.kinds == (
        BeltEventKind.CONSOLE_SPEED,
        BeltEventKind.KEY_OUT,
        BeltEventKind.KEY_BACK,
        BeltEventKind.CONSOLE_STARTED,
        BeltEventKind.CONSOLE_STOPPED,
    )
    assert walk.motion() is BeltMotion.STOPPED
    await walk.treadmill.disconnect()


async def test_above_the_cap_at_the_console(clock: Clock, radio: VirtualRadio) -> None:
    """It is stopped before the rubber gets there."""
    walk = Walk(clock, radio, "citysports")
    await radio.add(walk.machine)
    await walk.begin()
    walk.machine.belt.press_speed(5.0)
    await asyncio.sleep(20)
    assert walk.kinds == (BeltEventKind.RUNAWAY,)
    assert walk.machine.belt.speed_kmh == 0
    await walk.treadmill.disconnect()


async def test_control_taken_away(clock: Clock, radio: VirtualRadio) -> None:
    """A second app takes the machine: told, nothing taken back, and stop still stops."""
    walk = Walk(clock, radio, "plain")
    await radio.add(walk.machine)
    await walk.begin()
    walk.machine.take_control_away()
    await asyncio.sleep(1)
    walk.treadmill.set_speed(3.0)
    await asyncio.sleep(5)
    assert walk.kinds == (BeltEventKind.CONTROL_LOST, BeltEventKind.REFUSED)
    assert walk.machine.belt.speed_kmh == 2.0
    assert await walk.treadmill.stop_and_verify()
    await walk.treadmill.disconnect()
