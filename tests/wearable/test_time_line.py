"""Time lines: in order whatever a sensor's clock does, and right where it is honest."""

from itertools import pairwise
import random

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.samples import MotionSample
from custom_components.retrowalk.wearable.decimate import Decimator
from custom_components.retrowalk.wearable.polar import DRIFT
from custom_components.retrowalk.wearable.time_line import LONGEST_LEAD_S, TimeLine

FRAME_S = 0.18
EACH_S = FRAME_S / 36


def frame(end_s: float, count: int = 36) -> list[float]:
    """Return the times of a frame's samples by the sensor's clock."""
    return [end_s - EACH_S * left for left in range(count - 1, -1, -1)]


@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),  # since the last arrival
            st.one_of(st.floats(-2, 5), st.floats(-1e9, 1e9)),  # since the last by its own clock
            st.integers(1, 40),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_always_in_order(arrivals: list[tuple[float, float, int]]) -> None:
    """Each sample is after the one before, and none is further ahead than allowed."""
    line = TimeLine(DRIFT)
    now_s, sensor_s = 1000.0, 6e8
    placed: list[float] = []
    for pause_s, told_s, count in arrivals:
        now_s += pause_s
        sensor_s += told_s
        placed += line.place(now_s, frame(sensor_s, count))
        assert not placed or placed[-1] <= now_s + LONGEST_LEAD_S
    assert all(before < after for before, after in pairwise(placed))


@pytest.mark.parametrize("drift", [0.0, 0.018, -0.018, 0.0005])
def test_jitter_and_drift(drift: float) -> None:
    """Within an hour the line leaves the truth by no more than the delays of the air."""
    chance = random.Random(1)
    line = TimeLine(DRIFT)
    arrived_s = 0.0
    for number in range(1, 20_000):
        true_s = number * FRAME_S
        arrived_s = max(arrived_s, true_s + 0.01 + chance.random() ** 4 * 0.2)
        placed = line.place(arrived_s, frame(true_s * (1 + drift)))
        assert 0 <= placed[-1] - true_s < 0.13
        assert 0.4 * EACH_S < placed[1] - placed[0] < 1.6 * EACH_S


def test_a_first_frame_that_came_late() -> None:
    """What it was late by is made up for at half pace."""
    line = TimeLine(DRIFT)
    line.place(0.7, frame(0.0))
    for number in range(1, 15):
        placed = line.place(number * FRAME_S + 0.7 * (number < 3), frame(number * FRAME_S))
    assert placed[-1] == pytest.approx(14 * FRAME_S, abs=0.02)
    assert line.jumps == 0


def test_frames_held_up_by_the_air() -> None:
    """They come all at once, and keep the times at which they were measured."""
    line = TimeLine(DRIFT)
    for number in range(20):
        line.place(number * FRAME_S, frame(number * FRAME_S))
    for number in range(20, 32):
        placed = line.place(32 * FRAME_S, frame(number * FRAME_S))
        assert placed[-1] == pytest.approx(number * FRAME_S, abs=0.08)
    assert line.jumps == 0


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0, 2.0, -2.0])
def test_a_clock_that_jumps(jump_s: float) -> None:
    """The line goes on as if it had not."""
    line = TimeLine(DRIFT)
    for number in range(100):
        sensor_s = number * FRAME_S + jump_s * (number >= 50)
        placed = line.place(number * FRAME_S, frame(sensor_s))
        assert placed[-1] == pytest.approx(number * FRAME_S, abs=0.11)
    assert line.jumps == 1


def test_a_sender_that_outruns_time() -> None:
    """A second ahead is as far as it gets."""
    line = TimeLine(DRIFT)
    placed = [line.place(0.0, frame(number * FRAME_S)) for number in range(100)]
    assert placed[1]
    assert placed[-1] == []


def test_decimation_takes_the_mean_of_each_four() -> None:
    """In g; what is left over waits for the next frame, unless that is not joined to it."""
    decimator = Decimator(4)
    samples = [(1000.0 * number, 0.0, -500.0) for number in range(6)]
    times_s = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    (first,) = decimator.feed(times_s, samples)
    assert first == pytest.approx(MotionSample(0.15, 1.5, 0.0, -0.5))
    (second,) = decimator.feed([0.6, 0.7], [(0.0, 0.0, 0.0)] * 2)
    assert second == pytest.approx(MotionSample(0.55, 2.25, 0.0, -0.25))
    assert decimator.feed([0.8], [(0.0, 0.0, 0.0)]) == []
    decimator.forget()
    assert decimator.feed([9.0, 9.1, 9.2], [(0.0, 0.0, 0.0)] * 3) == []
    assert Decimator(1).feed([1.0], [(0.0, 1000.0, 0.0)]) == [MotionSample(1.0, 0.0, 1.0, 0.0)]


def test_the_mean_keeps_what_an_impact_takes_up() -> None:
    """A pulse of 20 ms and 4 g, wherever it falls: the same velocity within 6 %."""
    taken_up = []
    for phase in range(20):
        struck_s = 0.5 + phase / 1000
        times_s = [number / 200 for number in range(200)]
        samples = [(4000.0 * (struck_s <= at_s < struck_s + 0.02), 0.0, 0.0) for at_s in times_s]
        decimated = Decimator(4).feed(times_s, samples)
        taken_up.append(sum(sample.x_g for sample in decimated) / 50)
    assert min(taken_up) == pytest.approx(0.08, rel=0.06)
    assert max(taken_up) == pytest.approx(0.08, rel=0.06)
