"""Straps: the best stream they offer, on one time line, whatever link and sensor do."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import pairwise
from time import process_time
import tracemalloc

import pytest

from custom_components.retrowalk.samples import StepSample
from custom_components.retrowalk.wearable.codec.heart_rate import (
    MEASUREMENT_UUID as HEART_RATE_UUID,
)
from custom_components.retrowalk.wearable.codec.polar_control import (
    CONTROL_UUID,
    DATA_UUID,
    Operation,
    PmdRequest,
    Setting,
)
from custom_components.retrowalk.wearable.polar import FASTEST_HZ, PolarStrap, Stream, streams
from custom_components.retrowalk.wearable.state import Listeners, Problem, WearableInfo
from simulator.polar_strap import DEFAULT_ADDRESS
from simulator.recordings import trials
from tests.captures import captures, mutants, packets
from tests.fake_clock import FakeClock

from .bench import SLOW_KMH, Bench
from .hand_fed import FRAME_S, frames, hand_fed

H10 = Stream(rate_hz=200, range_g=8, channels=None)


def operations(requests: list[PmdRequest]) -> list[int]:
    """Return what was asked for, in order."""
    return [request.operation for request in requests]


@pytest.mark.parametrize(
    ("settings", "fastest_hz", "expected"),
    [
        (
            {Setting.SAMPLE_RATE_HZ: (25, 50, 100, 200), Setting.RANGE_G: (2, 4, 8)},
            FASTEST_HZ,
            [
                H10,
                Stream(rate_hz=100, range_g=8, channels=None),
                Stream(rate_hz=50, range_g=8, channels=None),
            ],
        ),
        (
            {Setting.SAMPLE_RATE_HZ: (25, 50, 100, 200), Setting.RANGE_G: (2, 4)},
            99,
            [Stream(rate_hz=50, range_g=4, channels=None)],
        ),
        (
            {Setting.SAMPLE_RATE_HZ: (52,), Setting.RANGE_G: (8, 16), Setting.CHANNELS: (3,)},
            FASTEST_HZ,
            [Stream(rate_hz=52, range_g=8, channels=3)],
        ),
        (
            {Setting.SAMPLE_RATE_HZ: (13, 26, 416)},
            FASTEST_HZ,
            [Stream(rate_hz=26, range_g=8, channels=None)],
        ),
        ({}, FASTEST_HZ, []),
    ],
)
def test_the_best_that_is_offered(
    settings: dict[Setting, tuple[int, ...]], fastest_hz: int, expected: list[Stream]
) -> None:
    """8 g, and the fastest of 50 to 200 Hz, for its frames come soonest."""
    assert streams(settings, fastest_hz) == expected


@pytest.mark.virtual_time
async def test_a_walk(bench: Bench) -> None:
    """Motion of 50 Hz in g, less than 0.3 s old, heart rate, battery and names."""
    strap, virtual = await bench.strap()
    bench.speed_kmh = SLOW_KMH
    await asyncio.sleep(20)
    state = strap.state
    assert state.connected
    assert state.streaming
    assert state.heart_rate_bpm == 92
    assert state.battery_percent == 80
    assert state.info == WearableInfo(maker="Polar Electro Oy", model="H10", firmware="5.0.0")
    assert state.problem is None
    assert strap.stream == H10
    assert operations(virtual.requests) == [Operation.GET_SETTINGS, Operation.START]
    assert all(before < after for before, after in pairwise(bench.times_s))
    assert 50.5 < len(bench.motion) / (bench.times_s[-1] - bench.times_s[0]) < 51.5
    assert min(bench.delays_s) >= 0
    assert max(bench.delays_s) < 0.3
    assert {round(after - before, 3) for before, after in pairwise(bench.times_s)} == {0.02}
    for _, (at_s, *axes) in bench.motion[-100:]:
        assert axes == pytest.approx(bench.walker.acceleration_g(at_s), abs=0.02)
    await strap.close()
    assert operations(virtual.requests)[-1] == Operation.STOP
    assert not strap.state.connected
    assert strap.state.heart_rate_bpm is None


@pytest.mark.virtual_time
async def test_a_verity_sense(bench: Bench) -> None:
    """Compressed frames, a factor, 52 Hz as it is."""
    strap, virtual = await bench.strap("verity_sense")
    bench.speed_kmh = SLOW_KMH
    await asyncio.sleep(20)
    assert strap.stream == Stream(rate_hz=52, range_g=8, channels=3)
    assert virtual.requests[-1].settings[Setting.CHANNELS] == (3,)
    assert {round(after - before, 4) for before, after in pairwise(bench.times_s)} == {0.0192}
    for _, (at_s, *axes) in bench.motion[-50:]:
        assert axes == pytest.approx(bench.walker.acceleration_g(at_s), abs=0.02)
    assert strap.dropped == {}


@pytest.mark.virtual_time
async def test_a_recorded_fall(bench: Bench) -> None:
    """What was recorded arrives as it was recorded."""
    await bench.strap()
    await asyncio.sleep(5)
    trial = trials()["backwardFall"]
    began_s = bench.clock.now_s()
    bench.walker.play(trial)
    await asyncio.sleep(trial.seconds + 5)
    for _, (at_s, *axes) in bench.motion[-1000:]:
        around = [trial.at(at_s - began_s + shift_s) for shift_s in (-0.01, 0.0, 0.01)]
        for axis, values in zip(axes, zip(*around, strict=True), strict=True):
            assert min(values) - 0.05 <= axis <= max(values) + 0.05
    top_g = max(sum(axis * axis for axis in sample[1:]) ** 0.5 for _, sample in bench.motion)
    assert top_g > 0.9 * max(sum(axis * axis for axis in each) ** 0.5 for each in trial.acc_g)


@pytest.mark.virtual_time
async def test_steps_found_in_motion(bench: Bench) -> None:
    """What is handed in counts them; the total is the strap's, and only grows."""
    found = iter(
        [
            None,
            StepSample(1.0, 58.0, 3, True),
            StepSample(2.0, 58.0, 5, True),
            StepSample(3.0, 0.0, 1, False),
        ]
    )
    strap, _ = await bench.strap(count_steps=lambda _: next(found, None))
    await asyncio.sleep(5)
    assert bench.steps == [
        StepSample(1.0, 58.0, 0, True),
        StepSample(2.0, 58.0, 2, True),
        StepSample(3.0, 0.0, 2, False),
    ]
    assert strap.state.steps == 2
    assert strap.state.walking is False


@pytest.mark.virtual_time
async def test_pairing(bench: Bench) -> None:
    """An H10 that wants to be paired first is paired."""
    strap, _ = await bench.strap("needs_pairing")
    await asyncio.sleep(10)
    assert strap.state.streaming


@pytest.mark.virtual_time
async def test_features_nobody_asked_for(bench: Bench) -> None:
    """They are not taken for an answer."""
    strap, virtual = await bench.strap("stray_features")
    await asyncio.sleep(10)
    assert strap.state.streaming
    assert operations(virtual.requests) == [Operation.GET_SETTINGS, Operation.START]


@pytest.mark.virtual_time
async def test_a_stream_left_running(bench: Bench) -> None:
    """It runs at a rate nobody knows: stopped, and started as it is wanted."""
    strap, virtual = await bench.strap("already_running")
    await asyncio.sleep(10)
    assert operations(virtual.requests) == [
        Operation.GET_SETTINGS,
        Operation.START,
        Operation.STOP,
        Operation.START,
    ]
    assert virtual.rate_hz == 200
    assert strap.state.streaming


@pytest.mark.virtual_time
async def test_a_strap_that_charges(bench: Bench) -> None:
    """It says so; as soon as it is worn it streams."""
    strap, virtual = await bench.strap("charging")
    await asyncio.sleep(40)
    assert strap.state.problem is Problem.CHARGING
    assert not strap.state.streaming
    virtual.profile = replace(virtual.profile, charging=False)
    await asyncio.sleep(30)
    assert strap.state.problem is None
    assert strap.state.streaming


@pytest.mark.virtual_time
async def test_a_link_with_small_packets(bench: Bench) -> None:
    """Where the fastest does not fit, the next is asked for."""
    strap, virtual = await bench.strap("small_mtu")
    await asyncio.sleep(10)
    assert virtual.rate_hz == 50
    assert strap.state.streaming
    assert max(bench.delays_s) < 0.8


@pytest.mark.virtual_time
async def test_a_link_that_does_not_carry_it(bench: Bench) -> None:
    """Frames get lost again and again: slower, until they do not."""
    strap, virtual = await bench.strap("weak_link")
    await asyncio.sleep(60)
    assert virtual.rate_hz == 50
    bench.motion.clear()
    holes = strap.holes
    await asyncio.sleep(30)
    assert strap.holes == holes
    assert len(bench.motion) == pytest.approx(30 * 50.9, abs=40)
    await strap.close()
    await strap.open()
    await asyncio.sleep(5)
    assert virtual.rate_hz == 200  # another day, another place


@pytest.mark.virtual_time
async def test_a_link_that_carries_little_where_nothing_is_slower(bench: Bench) -> None:
    """The stream is not stopped for it."""
    strap, virtual = await bench.strap("verity_sense")
    virtual.profile = replace(virtual.profile, carries_hz=50)
    await asyncio.sleep(60)
    assert strap.holes > 10
    assert operations(virtual.requests) == [Operation.GET_SETTINGS, Operation.START]


@pytest.mark.virtual_time
async def test_a_strap_without_accelerometer(bench: Bench) -> None:
    """Its heart rate is shown, and that it will not see a fall is told."""
    strap, _ = await bench.strap("heart_rate_only")
    await asyncio.sleep(10)
    assert strap.state.heart_rate_bpm == 92
    assert strap.state.problem is Problem.NO_STREAM
    assert not strap.state.streaming


@pytest.mark.virtual_time
async def test_a_sensor_that_refuses_everything(bench: Bench) -> None:
    """It is asked again, and what keeps it from being of use is told."""
    strap, virtual = await bench.strap()
    virtual.profile = replace(virtual.profile, refuses_above_hz=0)
    await asyncio.sleep(70)
    assert strap.state.problem is Problem.NO_STREAM
    assert operations(virtual.requests).count(Operation.GET_SETTINGS) == 3


@pytest.mark.virtual_time
async def test_a_sensor_that_does_not_answer(bench: Bench) -> None:
    """The link is given up and made anew."""
    strap, virtual = await bench.strap()
    virtual.indicate = lambda *_: None  # type: ignore[method-assign]
    await asyncio.sleep(7)
    assert [state.connected for state in bench.states[1:]].count(False)
    del virtual.indicate
    await asyncio.sleep(10)
    assert strap.state.streaming


@pytest.mark.virtual_time
async def test_a_stream_that_dries_up(bench: Bench) -> None:
    """It is started again over the same link."""
    strap, virtual = await bench.strap()
    await asyncio.sleep(10)
    virtual.rate_hz = 0
    await asyncio.sleep(5)
    assert not strap.state.streaming
    assert strap.state.connected
    await asyncio.sleep(20)
    assert strap.state.streaming
    assert strap.link.error is None


@pytest.mark.virtual_time
async def test_a_lost_link(bench: Bench) -> None:
    """It comes back by itself, and the time line goes on."""
    strap, _ = await bench.strap("link_loss")
    await asyncio.sleep(30)
    assert [state.connected for state in bench.states].count(True)
    assert any(not state.connected for state in bench.states[5:])
    assert strap.state.streaming
    assert all(before < after for before, after in pairwise(bench.times_s))
    assert max(bench.delays_s) < 0.3


@pytest.mark.virtual_time
async def test_a_gap(bench: Bench) -> None:
    """Of 3 s; what comes after it is not joined to what was before."""
    strap, _ = await bench.strap("gap")
    await asyncio.sleep(30)
    longest_s = max(after - before for before, after in pairwise(bench.times_s))
    assert longest_s == pytest.approx(3.0, abs=0.25)
    assert max(bench.delays_s) < 0.3
    assert strap.holes == 1
    assert strap.time_line.jumps == 0
    assert any(not state.streaming for state in bench.states[5:])


@pytest.mark.virtual_time
@pytest.mark.parametrize("profile", ["clock_jumps_forward", "clock_jumps_back"])
async def test_a_clock_that_jumps(bench: Bench, profile: str) -> None:
    """Nobody notices."""
    strap, _ = await bench.strap(profile)
    await asyncio.sleep(60)
    assert strap.time_line.jumps == 1
    assert all(0 < after - before < 0.05 for before, after in pairwise(bench.times_s))
    assert max(bench.delays_s) < 0.3
    assert min(bench.delays_s) >= 0


@pytest.mark.virtual_time
@pytest.mark.parametrize("profile", ["fast_clock", "slow_clock"])
async def test_a_clock_that_is_not_right(bench: Bench, profile: str) -> None:
    """By 1.8 % either way."""
    strap, _ = await bench.strap(profile)
    await asyncio.sleep(120)
    assert strap.time_line.jumps == 0
    assert strap.holes == 0
    assert min(bench.delays_s) >= 0
    assert max(bench.delays_s) < 0.3


@pytest.mark.virtual_time
async def test_a_battery_that_is_nearly_empty(bench: Bench) -> None:
    """It is shown, and changes nothing."""
    strap, _ = await bench.strap("low_battery")
    await asyncio.sleep(5)
    assert strap.state.battery_percent == 1
    assert strap.state.streaming


@pytest.mark.virtual_time
async def test_closing_a_strap_that_is_gone(bench: Bench) -> None:
    """Nothing raises, and nothing waits long."""
    strap, _ = await bench.strap()
    await asyncio.sleep(5)
    bench.radio.set_reachable(DEFAULT_ADDRESS, False)
    await asyncio.sleep(5)
    began_s = bench.clock.now_s()
    await strap.close()
    assert bench.clock.now_s() - began_s < 10


async def test_captured_frames() -> None:
    """Six frames of an H10 at 50 Hz: 1 g, and a sample each 19.6 ms."""
    clock = FakeClock()
    async with hand_fed(clock, rate_hz=50) as (strap, motion):
        for row in captures(DATA_UUID):
            if row.get("session") == "h10-still":
                clock.advance(0.707)
                strap.on_packet(DATA_UUID, bytes.fromhex(row["hex"]))
    assert len(motion) == 6 * 36
    steps_s = [after.at_s - before.at_s for before, after in pairwise(motion)]
    assert steps_s[36:] == pytest.approx([0.01964] * (5 * 36 - 1), abs=1e-4)
    sizes_g = [sum(axis * axis for axis in sample[1:]) ** 0.5 for sample in motion]
    assert sum(sizes_g) / len(sizes_g) == pytest.approx(1.012, abs=0.001)


async def test_frames_before_any_stream() -> None:
    """Of what another link has left running nobody knows the rate: it is not taken."""
    async with hand_fed(FakeClock()) as (strap, motion):
        pass
    strap.on_packet(DATA_UUID, next(frames(1)))
    assert motion == []
    assert strap.dropped == {}


async def test_mutated_packets(count: Callable[[int, int], int]) -> None:
    """What breaks the format is counted and dropped, times stay in order, and nothing raises."""
    clock = FakeClock()
    last_s = 0.0
    async with hand_fed(clock) as (strap, motion):
        seeds = [*packets(DATA_UUID), *frames(3)]
        for packet in mutants(seeds, count(20_000, 1_000_000)):
            clock.advance(FRAME_S)
            strap.on_packet(DATA_UUID, packet)
            for sample in motion:
                assert sample.at_s > last_s
                last_s = sample.at_s
            motion.clear()
        assert last_s <= clock.now_s() + 1
        assert strap.dropped[DATA_UUID]
        others = {CONTROL_UUID: packets(CONTROL_UUID), HEART_RATE_UUID: [b"\x10\x5a\x00\x04"]}
        for uuid, seeds in others.items():
            for packet in mutants(seeds, count(5_000, 100_000)):
                strap.on_packet(uuid, packet)
            assert strap.dropped[uuid]


async def test_the_cost_of_a_second() -> None:
    """One second of 200 Hz takes less than 2 ms, and ten straps less than a tenth of a core."""
    clock = FakeClock()
    seconds = 30
    stream = list(frames(round(seconds / FRAME_S)))

    def cost_s(straps: list[PolarStrap]) -> float:
        began_s = process_time()
        for packet in stream:
            clock.advance(FRAME_S)
            for strap in straps:
                strap.on_packet(DATA_UUID, packet)
        return (process_time() - began_s) / seconds

    async with AsyncExitStack() as worn:
        straps = [(await worn.enter_async_context(hand_fed(clock)))[0] for _ in range(10)]
        assert min(cost_s(straps[:1]) for _ in range(3)) < 0.002
        assert min(cost_s(straps) for _ in range(3)) < 0.1


async def test_memory_is_flat() -> None:
    """An hour of streaming leaves no more behind than its first minutes, bad packets included."""
    clock = FakeClock()
    sizes: list[int] = []

    def ignore(_: object) -> None:
        pass

    ignored = Listeners(on_motion=ignore, on_step=ignore, on_state=ignore)
    async with hand_fed(clock, rate_hz=50, listeners=ignored) as (strap, _):
        tracemalloc.start()
        try:
            for number, packet in enumerate(frames(5_000, each_s=0.72)):
                clock.advance(0.72)
                strap.on_packet(DATA_UUID, packet if number % 20 else packet[:-1])
                if number in {1_500, 4_999}:
                    sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
    assert sizes[1] - sizes[0] < 10_000
