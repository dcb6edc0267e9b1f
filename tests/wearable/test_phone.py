"""Phones: bodies over HTTP, in order on one time line, and what keeps one from being of use."""

from collections.abc import Callable
from itertools import pairwise
import json
import random

import pytest

from custom_components.retrowalk.samples import MotionSample, StepSample
from custom_components.retrowalk.wearable.phone import (
    BODIES_AT_ONCE,
    LARGEST_BODY_BYTES,
    Phone,
    RateLimit,
    Verdict,
)
from custom_components.retrowalk.wearable.state import Listeners, Problem, WearableState
from tests.captures import captures, mutants
from tests.fake_clock import FakeClock

EPOCH_NS = 1_795_000_000_000_000_000
G = 9.80665


class Hand:
    """A phone's client, fed by hand."""

    def __init__(self, *, count_steps: Callable[[MotionSample], StepSample | None] | None = None):
        """Receive nothing yet."""
        self.clock = FakeClock()
        self.motion: list[MotionSample] = []
        self.steps: list[StepSample] = []
        self.states: list[WearableState] = []
        self.phone = Phone(
            clock=self.clock,
            listeners=Listeners(
                on_motion=self.motion.append,
                on_step=self.steps.append,
                on_state=self.states.append,
            ),
            count_steps=count_steps,
        )

    def post(
        self, *times_ms: float, steps: int | None = None, session: str = "walk", **values: float
    ) -> Verdict:
        """Post readings of total acceleration, taken at these times of the phone's clock."""
        payload = [
            {
                "name": "totalacceleration",
                "time": EPOCH_NS + round(time_ms * 1e6),
                "values": {"x": time_ms / 1000, "y": 0.0, "z": G, **values},
            }
            for time_ms in times_ms
        ]
        if steps is not None:
            payload.append({"name": "pedometer", "time": EPOCH_NS, "values": {"steps": steps}})
        return self.phone.receive(json.dumps({"sessionId": session, "payload": payload}).encode())

    @property
    def taken_ms(self) -> list[int]:
        """The samples that came through, by the phone's clock."""
        return [round(sample.x_g * G * 1000) for sample in self.motion]


def test_in_order_across_bodies() -> None:
    """What comes after younger ones is dropped and counted, and so is what comes twice."""
    hand = Hand()
    assert hand.post(0, 20, 10, 30) is Verdict.ACCEPTED
    hand.clock.advance(0.1)
    hand.post(25, 50, 30, 40)
    hand.post(50, 40)
    assert hand.taken_ms == [0, 10, 20, 30, 40, 50]
    assert hand.phone.late == 4
    assert all(before.at_s < after.at_s for before, after in pairwise(hand.motion))


def test_times_are_those_of_arrival() -> None:
    """The phone's clock tells how far apart; when it was, the arrival tells."""
    hand = Hand()
    for second in range(20):
        hand.clock.advance(1.0)
        hand.post(*(second * 1000 + each for each in range(0, 1000, 20)))
    assert hand.motion[-1].at_s == pytest.approx(hand.clock.now_s(), abs=0.1)
    gaps_s = [after.at_s - before.at_s for before, after in pairwise(hand.motion)]
    assert gaps_s == pytest.approx([0.02] * len(gaps_s), abs=0.002)


@pytest.mark.parametrize("jump_ms", [3_600_000, -3_600_000])
def test_a_clock_that_jumps(jump_ms: float) -> None:
    """Not a sample is lost."""
    hand = Hand()
    for second in range(20):
        hand.clock.advance(1.0)
        base_ms = second * 1000 + (jump_ms if second >= 10 else 0)
        hand.post(*(base_ms + each for each in range(0, 1000, 20)))
    assert len(hand.motion) == 1000
    assert hand.phone.time_line.jumps == 1
    assert all(0 < after.at_s - before.at_s < 0.06 for before, after in pairwise(hand.motion))
    assert hand.motion[-1].at_s == pytest.approx(hand.clock.now_s(), abs=0.1)


def test_bodies_held_up_by_the_network() -> None:
    """They come all at once, and keep the times at which they were measured."""
    hand = Hand()
    for second in range(20):
        if second <= 6:
            hand.clock.advance(1.0 if second < 6 else 14.0)
        hand.post(*(second * 1000 + each for each in range(0, 1000, 20)))
    assert len(hand.motion) == 1000
    assert hand.motion[-1].at_s == pytest.approx(hand.clock.now_s(), abs=0.1)
    gaps_s = [after.at_s - before.at_s for before, after in pairwise(hand.motion)]
    assert gaps_s == pytest.approx([0.02] * 999, abs=0.002)


def test_a_sender_that_outruns_time() -> None:
    """What it sends is dropped and counted, but what could be measured by now."""
    hand = Hand()
    for second in range(10):
        hand.post(*range(second * 1000, second * 1000 + 1000, 20))
    assert all(before.at_s < after.at_s for before, after in pairwise(hand.motion))
    assert hand.motion[-1].at_s <= hand.clock.now_s() + 1
    assert hand.phone.time_line.dropped == 500 - len(hand.motion) > 0


def test_what_a_body_may_be() -> None:
    """Neither too large, nor malformed, nor one of too many; each is counted."""
    hand = Hand()
    assert hand.phone.receive(b" " * (LARGEST_BODY_BYTES + 1)) is Verdict.TOO_LARGE
    assert hand.phone.receive(b"{") is Verdict.MALFORMED
    assert hand.phone.last_error
    assert hand.post(0) is Verdict.ACCEPTED
    verdicts = [hand.post(number) for number in range(BODIES_AT_ONCE)]
    assert verdicts.count(Verdict.TOO_OFTEN) == 3
    assert verdicts[-1] == 429
    hand.clock.advance(1)
    assert hand.post(10_000) == 200
    assert hand.phone.verdicts == {200: BODIES_AT_ONCE - 1, 400: 1, 413: 1, 429: 3}


def test_the_rate() -> None:
    """So many at once, then so many a second; patience gains no more than the first."""
    limit = RateLimit(per_s=2, at_once=3)
    assert [limit.admits(0) for _ in range(5)] == [True] * 3 + [False] * 2
    assert [limit.admits(each / 10) for each in range(1, 11)].count(True) == 2
    assert [limit.admits(100) for _ in range(5)] == [True] * 3 + [False] * 2


async def test_a_phone_that_never_delivers() -> None:
    """It says so after 60 s; what cannot be read is no delivery."""
    hand = Hand()
    await hand.phone.open()
    await hand.phone.open()
    hand.clock.advance(59)
    hand.phone.receive(b"{")
    assert hand.states == []
    hand.clock.advance(1)
    assert hand.phone.state.problem is Problem.NEVER_DELIVERED
    hand.post(0)
    assert hand.phone.state.problem is None
    assert hand.phone.state.connected
    await hand.phone.close()
    assert hand.clock.pending == 0
    assert not hand.phone.state.connected


async def test_a_phone_that_delivers() -> None:
    """It falls silent when it stops, and says nothing after 60 s."""
    hand = Hand()
    await hand.phone.open()
    hand.post(0)
    hand.clock.advance(2)
    hand.post(2000)
    hand.clock.advance(2.9)
    assert hand.phone.state.streaming
    hand.clock.advance(0.1)
    assert not hand.phone.state.streaming
    hand.clock.advance(100)
    assert hand.phone.state.problem is None
    await hand.phone.close()


async def test_closing_before_anything_came() -> None:
    """No timer is left."""
    hand = Hand()
    await hand.phone.open()
    await hand.phone.close()
    assert hand.clock.pending == 0


def test_a_phone_that_sends_the_wrong_thing() -> None:
    """What it sends is named, so that a flow can say which switch is missing."""
    hand = Hand()
    entry = {"name": "Accelerometer", "time": EPOCH_NS, "values": {"x": 0, "y": 0, "z": 0}}
    body = json.dumps({"payload": [entry]}).encode()
    assert hand.phone.receive(body) is Verdict.ACCEPTED
    assert hand.phone.state.problem is Problem.NO_MOTION
    assert hand.phone.sensors == {"accelerometer"}
    assert not hand.phone.state.streaming
    hand.post(0)
    hand.phone.receive(body)
    assert hand.phone.state.problem is None


def test_a_pedometer() -> None:
    """The total goes on from what it was, over recordings too, and never back."""
    hand = Hand()
    for steps, session in ((5, "a"), (9, "a"), (9, "a"), (2, "b"), (4, "b")):
        hand.post(steps=steps, session=session)
    assert [sample.steps for sample in hand.steps] == [0, 4, 4, 4, 6]
    assert hand.phone.state.steps == 6
    assert hand.phone.state.streaming


def test_motion_is_better_than_a_pedometer() -> None:
    """Where steps are found in motion, the pedometer is not heeded: it lags by seconds."""
    hand = Hand(count_steps=lambda sample: StepSample(sample.at_s, 60.0, len(hand.motion), True))
    hand.post(0, 500, steps=1000)
    hand.clock.advance(1)
    hand.post(1000, 1500, steps=1004)
    assert [sample.steps for sample in hand.steps] == [0, 1, 2, 3]
    assert hand.phone.state.cadence_spm == 60


def test_a_captured_body() -> None:
    """Of an Android phone that lies nearly still."""
    hand = Hand()
    (captured, _) = captures("HTTP POST JSON")
    assert hand.phone.receive(json.dumps(captured["json"]).encode()) is Verdict.ACCEPTED
    (sample,) = hand.motion
    assert sum(axis * axis for axis in sample[1:]) ** 0.5 == pytest.approx(0.99, abs=0.01)


def test_mutated_bodies(count: Callable[[int, int], int]) -> None:
    """None raises, and what comes through is in order."""
    hand = Hand()
    (captured, _) = captures("HTTP POST JSON")
    chance = random.Random(5)
    seeds = [json.dumps(captured["json"]).encode()]
    entries = [
        {
            "name": "totalacceleration",
            "time": EPOCH_NS + chance.choice((0, 1, -(10**9), 10**6, 10**15, -EPOCH_NS)),
            "values": {"x": 0.1, "y": 0.2, "z": 9.8},
        }
        for _ in range(20)
    ]
    seeds.append(json.dumps({"sessionId": "a", "payload": entries}).encode())
    accepted = 0
    for body in mutants(seeds, count(2_000, 100_000)):
        hand.clock.advance(1)
        before = len(hand.motion)
        accepted += hand.phone.receive(body) is Verdict.ACCEPTED
        for earlier, later in pairwise(hand.motion[max(before - 1, 0) :]):
            assert earlier.at_s < later.at_s
    assert accepted
    assert hand.phone.verdicts[Verdict.MALFORMED]
