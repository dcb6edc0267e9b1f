"""Sinking without an impact, stillness, and what comes after a fall."""

from collections.abc import Iterable

import pytest

from custom_components.retrowalk.safety.aftermath import Aftermath
from custom_components.retrowalk.safety.evidence import Evidence
from custom_components.retrowalk.safety.motion import Motion
from custom_components.retrowalk.safety.sinking import SinkDetector, Sinking
from custom_components.retrowalk.safety.stillness import Stillness
from custom_components.retrowalk.samples import MotionSample

from .recorded import trials
from .signals import Curve, samples, sinking, standing, walking
from .test_steps import stretched


def sunk(stream: Iterable[MotionSample]) -> list[Sinking]:
    """Return what a sink detector finds."""
    motion = Motion()
    stillness = Stillness(motion)
    detector = SinkDetector(motion, stillness)
    found = []
    for sample in stream:
        moment = motion.take(sample)
        assert moment is not None
        stillness.update(moment)
        found.append(detector.update(moment))
    return [one for one in found if one is not None]


def test_sitting_down_loses_height() -> None:
    """Told when it has been still for 2 s."""
    (one,) = sunk(samples(standing(6), sinking(0.45)))
    assert one.drop_m == pytest.approx(0.45, abs=0.1)
    assert one.turn_deg < 10
    assert one.at_s == pytest.approx(6 + 1.2 + 2.0, abs=0.3)


def test_lying_down_gently_is_told_by_the_turn() -> None:
    """A slow slump has no impact and may hide its height."""
    down: Curve = [(0, index / 100, 1 - index / 100) for index in range(100)]
    (one,) = sunk(samples(walking(6), down, standing(4, up=(0, 1, 0))))
    assert one.turn_deg > 50


@pytest.mark.parametrize(
    "curves", [[walking(30)], [walking(30, 45)], [walking(8), standing(6)], [standing(20)]]
)
def test_walking_and_stopping_lose_none(curves: list[Curve]) -> None:
    """Stopping to walk is no sinking."""
    assert not sunk(samples(*curves))


def test_recorded_sitting_and_walking() -> None:
    """Sitting down is found, walking is not."""
    sits = [one for one in trials("waist", walks=False) if "Sitting" in one.meta["act"]]
    assert sits
    assert all(sunk(stretched(one, 1.0)) for one in sits)
    walks = [one for one in trials("waist", walks=True) if one.meta["act"] == "Walking"]
    assert len(walks) == 4
    assert not any(sunk(stretched(one, by)) for one in walks for by in (1.0, 1.5, 2.0))


def test_a_hole_before_stillness_hides_the_movement() -> None:
    """What was not heard cannot be measured."""
    stream = samples(walking(6), standing(8))
    assert not sunk(one for one in stream if not 3.5 < one.at_s < 8)


def after(*curves: Curve, steps_at: tuple[float, ...] = ()) -> list[tuple[float, Evidence]]:
    """Return what is told after a fall from standing at second 0."""
    motion = Motion()
    stillness = Stillness(motion)
    aftermath = Aftermath(motion, (0, 0, 1), 0.0, 0)
    told = []
    for sample in samples(*curves):
        moment = motion.take(sample)
        assert moment is not None
        stillness.update(moment)
        steps = sum(at_s <= moment.at_s for at_s in steps_at)
        seen = aftermath.update(moment, stillness.since_s, steps)
        if seen is not None:
            told.append((round(moment.at_s, 1), seen))
    return told


def test_lying_still_is_told_once() -> None:
    """After 5 s."""
    assert after(standing(30, up=(0, 1, 0))) == [(5.0, Evidence.LYING_STILL)]


def test_up_again_is_told_once() -> None:
    """Even after lying still."""
    told = after(standing(8, up=(0, 1, 0)), standing(8))
    assert [seen for _, seen in told] == [Evidence.LYING_STILL, Evidence.STIRRED]


def test_steps_without_an_upright_posture_are_told_too() -> None:
    """The sensor may have slipped."""
    told = after(walking(8), steps_at=())
    assert told[0][1] is Evidence.STIRRED
    tilted: Curve = [(0, one[2], one[1]) for one in walking(8)]
    assert after(tilted, steps_at=(1.0, 2.0, 3.0)) == []
    assert after(tilted, steps_at=(1.0, 2.0, 3.0, 4.0)) == [(4.0, Evidence.STIRRED)]
