"""Foot pods: steps by their cadence, silence told from rest, and the multiplier that fits."""

import asyncio
from collections.abc import Callable

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.wearable.codec.heart_rate import (
    BATTERY_LEVEL_UUID,
    MEASUREMENT_UUID as HEART_RATE_UUID,
)
from custom_components.retrowalk.wearable.codec.rsc import (
    MEASUREMENT_UUID,
    SENSOR_LOCATION_UUID,
    SensorLocation,
)
from custom_components.retrowalk.wearable.foot_pod import FootPod, propose_multiplier
from custom_components.retrowalk.wearable.state import Listeners, WearableInfo, WearableState
from simulator.foot_pod import DEFAULT_ADDRESS
from tests.captures import mutants, packets
from tests.fake_clock import FakeClock

from .bench import SLOW_KMH, Bench


async def no_link(_: object) -> object:
    """Connect to nothing."""
    raise OSError


def silent_pod(
    clock: Clock, listeners: Listeners | None = None, multiplier: int = 1, steps: int = 0
) -> FootPod:
    """Return a client that is fed by hand."""
    ignored = Listeners(on_motion=print, on_step=lambda _: None, on_state=lambda _: None)
    return FootPod(
        clock=clock,
        connect=no_link,  # type: ignore[arg-type]
        listeners=listeners or ignored,
        multiplier=multiplier,
        steps=steps,
    )


def cadence(spm: int) -> bytes:
    """Return a measurement."""
    return bytes((0, 0, 0, spm))


@pytest.mark.virtual_time
async def test_a_walk(bench: Bench) -> None:
    """Cadence, steps and all that the pod says of itself."""
    pod = await bench.pod()
    await asyncio.sleep(5)
    assert pod.state.walking is False
    assert pod.state.cadence_spm == 0
    bench.speed_kmh = SLOW_KMH
    await asyncio.sleep(120)
    assert pod.state == WearableState(
        connected=True,
        streaming=True,
        steps=pod.state.steps,
        walking=True,
        cadence_spm=58,
        stride_length_m=0.8,
        battery_percent=80,
        speed_mps=pod.state.speed_mps,
        distance_m=pod.state.distance_m,
        info=WearableInfo(
            maker="Retrowalk simulator",
            model="Foot pod",
            firmware="1.0",
            location=SensorLocation.TOP_OF_SHOE,
        ),
    )
    assert pod.state.steps == pytest.approx(bench.walker.steps, abs=2)
    assert pod.state.speed_mps == pytest.approx(0.27, abs=0.01)
    assert pod.state.distance_m == pytest.approx(46.4, abs=1)
    assert bench.steps[-1].cadence_spm == 58
    assert bench.steps[-1].walking
    bench.speed_kmh = 0
    await asyncio.sleep(2)
    assert bench.steps[-1].walking is False
    assert pod.state.streaming


@pytest.mark.virtual_time
async def test_a_pod_that_counts_strides(bench: Bench) -> None:
    """The multiplier makes steps of them; the calibration finds it."""
    pod = await bench.pod("half_cadence", multiplier=2)
    bench.speed_kmh = SLOW_KMH
    await asyncio.sleep(10)
    counted, walked = pod.counted, bench.walker.steps
    await asyncio.sleep(20 / 58 * 60)
    assert bench.walker.steps - walked == pytest.approx(20, abs=0.1)
    assert propose_multiplier(pod.counted - counted) == 2
    assert pod.state.cadence_spm == 58
    assert pod.state.steps == pytest.approx(bench.walker.steps, abs=2)


@pytest.mark.virtual_time
async def test_a_pod_that_is_silent_at_rest(bench: Bench) -> None:
    """After 3 s it is stale, which is not the same as standing."""
    pod = await bench.pod("silent_at_rest")
    bench.speed_kmh = SLOW_KMH
    await asyncio.sleep(20)
    bench.speed_kmh = 0
    await asyncio.sleep(2.5)
    assert pod.state.streaming
    steps = pod.state.steps
    await asyncio.sleep(1)
    assert not pod.state.streaming
    assert pod.state.connected
    assert pod.state.walking is None
    assert pod.state.cadence_spm is None
    await asyncio.sleep(60)
    bench.speed_kmh = SLOW_KMH
    await asyncio.sleep(1.5)
    assert pod.state.streaming
    assert pod.state.steps == steps  # of the silence nothing is known
    await asyncio.sleep(3)
    assert pod.state.steps > steps


@pytest.mark.virtual_time
@pytest.mark.parametrize("profile", ["gap", "link_loss"])
async def test_steps_never_run_backward(bench: Bench, profile: str) -> None:
    """Neither a gap nor a lost link takes any away; the walk is then gone on with."""
    pod = await bench.pod(profile, steps=1000)
    bench.speed_kmh = SLOW_KMH
    await asyncio.sleep(40)
    assert any(not state.streaming for state in bench.states)
    counts = [state.steps for state in bench.states]
    assert counts == sorted(counts)
    assert counts[0] >= 1000
    assert pod.state.streaming
    assert 1000 + bench.walker.steps - 8 <= pod.state.steps <= 1000 + bench.walker.steps


@pytest.mark.virtual_time
async def test_a_bare_pod(bench: Bench) -> None:
    """No battery, no names, no lengths: cadence is enough."""
    pod = await bench.pod("bare")
    bench.speed_kmh = SLOW_KMH
    await asyncio.sleep(5)
    assert pod.state.cadence_spm == 58
    assert pod.state.battery_percent is None
    assert pod.state.stride_length_m is None
    assert pod.state.info.maker is None


@pytest.mark.virtual_time
async def test_heart_rate_and_battery(bench: Bench) -> None:
    """A pod may have a heart rate too; the battery is read, and heard when it changes."""
    pod = await bench.pod("heart_rate")
    await asyncio.sleep(5)
    assert pod.state.heart_rate_bpm == 92
    pod.on_packet(BATTERY_LEVEL_UUID, b"\x01")
    assert pod.state.battery_percent == 1
    pod.on_packet(HEART_RATE_UUID, bytes((0b100, 92)))  # off the skin
    assert pod.state.heart_rate_bpm is None
    pod.on_packet(HEART_RATE_UUID, b"\x00\x00")
    assert pod.state.heart_rate_bpm is None
    bench.radio.drop_link(DEFAULT_ADDRESS)
    await asyncio.sleep(0.1)
    assert not pod.state.connected


@pytest.mark.parametrize(
    ("counted", "multiplier"),
    [(20, 1), (10, 2), (15, 1), (27, 1), (13.9, 2), (7.2, 2), (7, None), (29, None), (0, None)],
)
def test_the_multiplier_that_fits(counted: float, multiplier: int | None) -> None:
    """20 steps are 20, or 10 strides; what is neither asks for another walk."""
    assert propose_multiplier(counted) == multiplier


@given(st.lists(st.tuples(st.floats(0.01, 20), st.integers(0, 255)), max_size=50))
def test_totals_only_grow(reports: list[tuple[float, int]]) -> None:
    """Whatever the pod says, whenever."""
    clock = FakeClock()
    counts = [7]
    listeners = Listeners(
        on_motion=print,
        on_step=lambda sample: counts.append(sample.steps or 0),
        on_state=lambda state: counts.append(state.steps),
    )
    pod = silent_pod(clock, listeners, multiplier=2, steps=7)
    for pause_s, told in reports:
        clock.advance(pause_s)
        pod.on_packet(MEASUREMENT_UUID, cadence(told))
    assert counts == sorted(counts)


def test_a_state_is_told_only_when_it_differs() -> None:
    """A pod that stands says the same each second."""
    clock = FakeClock()
    states: list[WearableState] = []
    pod = silent_pod(
        clock, Listeners(on_motion=print, on_step=lambda _: None, on_state=states.append)
    )
    for _ in range(10):
        pod.on_packet(MEASUREMENT_UUID, cadence(0))
        clock.advance(1)
    assert len(states) == 2  # streaming, then what it says


def test_mutated_packets(count: Callable[[int, int], int]) -> None:
    """What breaks the format is counted, kept and dropped; nothing raises."""
    clock = FakeClock()
    pod = silent_pod(clock)
    seeds = [*packets("2a53"), b"\x17\x5a\x00\x02\x04\x03\x05\x04\x0a\x00"]
    uuids = [MEASUREMENT_UUID, HEART_RATE_UUID, BATTERY_LEVEL_UUID]
    for number, packet in enumerate(mutants(seeds, count(20_000, 1_000_000))):
        pod.on_packet(uuids[number % 3], packet)
        clock.advance(0.3)
    assert all(pod.dropped[uuid] for uuid in uuids)
    assert SENSOR_LOCATION_UUID not in pod.dropped
    assert len(pod.malformed) == 50
    last = pod.malformed[-1]
    assert last.error
    assert last.at_s <= clock.now_s()
    assert last.uuid in uuids
