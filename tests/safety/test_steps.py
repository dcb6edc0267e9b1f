"""Steps from motion, by formula and as recorded."""

from collections.abc import Iterable
from math import inf, nan

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.safety.steps import StepDetector
from custom_components.retrowalk.safety.thresholds import THRESHOLDS, Placement
from custom_components.retrowalk.samples import MotionSample, StepSample
from script.falls_data import RATE_HZ, Trial

from .recorded import trials
from .signals import axes, samples, standing, swinging, walking

CADENCES_SPM = [45, 55, 65, 80, 100, 115, 130]


def count(
    stream: Iterable[MotionSample], placement: Placement = Placement.WAIST
) -> list[StepSample]:
    """Return what a step detector reports."""
    detector = StepDetector(THRESHOLDS[placement])
    return [found for one in stream if (found := detector.update(one)) is not None]


def steps_between(reports: list[StepSample], from_s: float, to_s: float) -> int:
    """Return the steps taken in this time."""
    inside = [one.steps or 0 for one in reports if from_s <= one.at_s < to_s]
    before = [one.steps or 0 for one in reports if one.at_s < from_s]
    return (inside[-1] if inside else 0) - (before[-1] if before else 0)


@pytest.mark.parametrize("cadence_spm", CADENCES_SPM)
@pytest.mark.parametrize("placement", [Placement.WAIST, Placement.POCKET, Placement.WRIST])
def test_walks_by_formula(cadence_spm: float, placement: Placement) -> None:
    """Within 5 % of the steps, from 45 to 130 a minute."""
    reports = count(samples(standing(2), walking(60, cadence_spm)), placement)
    assert reports[-1].steps == pytest.approx(cadence_spm, rel=0.05)
    assert reports[-1].cadence_spm == pytest.approx(cadence_spm, rel=0.08)


@pytest.mark.parametrize("cadence_spm", CADENCES_SPM)
def test_an_ankle_swings_once_in_two_steps(cadence_spm: float) -> None:
    """Both feet's steps are counted."""
    reports = count(samples(standing(2), swinging(60, cadence_spm)), Placement.ANKLE)
    assert reports[-1].steps == pytest.approx(cadence_spm, rel=0.05)


@given(st.floats(45, 130), st.floats(10, 200), st.tuples(*[st.floats(0.1, 1)] * 4))
def test_any_rate_and_orientation(
    cadence_spm: float, rate_hz: float, turn: tuple[float, float, float, float]
) -> None:
    """A sensor may be worn in any way, and send from 10 to 200 samples a second."""
    curve = walking(40, cadence_spm, rate_hz=rate_hz)
    reports = count(samples(curve, rate_hz=rate_hz, turned=axes(*turn)))
    assert reports[-1].steps == pytest.approx(cadence_spm * 40 / 60, rel=0.1)


def test_standing_is_no_walk() -> None:
    """Nor is a phone on the console."""
    assert not count(samples(standing(60)))


def test_the_end_of_a_walk_is_told_once() -> None:
    """With the steps so far; what follows counts on."""
    reports = count(samples(walking(20), standing(10), walking(20)))
    (end,) = [one for one in reports if not one.walking]
    assert end == StepSample(end.at_s, 0.0, end.steps, walking=False)
    assert 20.5 < end.at_s < 22.5
    assert reports[-1].steps == pytest.approx(2 * 33, abs=3)


def test_holes_and_jumps_cost_only_the_steps_in_them() -> None:
    """A lost frame, or a sensor's clock that was set back."""
    stream = list(samples(walking(60)))
    holed = [one for one in stream if not 20 < one.at_s < 23]
    assert count(holed)[-1].steps == pytest.approx(95, abs=4)
    jumped = [*samples(walking(30), start_s=1000), *samples(walking(30))]
    assert count(jumped)[-1].steps == pytest.approx(100, abs=5)


_ANY = st.floats() | st.floats(-8, 8)


@given(
    st.lists(st.builds(MotionSample, st.floats() | st.floats(0, 30), _ANY, _ANY, _ANY), max_size=99)
)
def test_no_stream_raises(stream: list[MotionSample]) -> None:
    """And none keeps the steps after it from being counted."""
    detector = StepDetector(THRESHOLDS[Placement.WAIST])
    for one in [*stream, MotionSample(nan, inf, 0, 0)]:
        detector.update(one)
    before = detector.steps
    for one in samples(walking(30), start_s=2e6):
        detector.update(one)
    assert detector.steps - before >= 40


# The steps from second 6 to second 13, found in another way: the crests of the waist's |a|
# averaged over 0.2 s, as they stand in a plot.
RECORDED = {("02", "1"): 12, ("02", "2"): 12, ("07", "1"): 10, ("07", "2"): 10}
# A foot is seen each second step, so that either end of seven seconds may cut two off.
WITHIN = {Placement.WAIST: 2, Placement.POCKET: 2, Placement.ANKLE: 4, Placement.WRIST: 1}


def stretched(trial: Trial, by: float) -> Iterable[MotionSample]:
    """Yield a recorded walk as if it had been slower by this factor."""
    for index, (x_g, y_g, z_g) in enumerate(trial.acc_g.tolist()):
        yield MotionSample(index / RATE_HZ * by, x_g, y_g, z_g)


@pytest.mark.parametrize("placement", list(WITHIN))
@pytest.mark.parametrize("by", [1.0, 1.3, 1.6, 1.9])
def test_recorded_walks(placement: Placement, by: float) -> None:
    """As they were, and stretched in time down to 50 steps a minute."""
    walked = counted = 0
    for trial in trials(placement, walks=True):
        truth = RECORDED.get((trial.meta["subj"], trial.meta["trial"]))
        if truth is None or trial.meta["act"] != "Walking":
            continue
        found = steps_between(count(stretched(trial, by), placement), 6 * by, 13 * by)
        assert abs(found - truth) <= WITHIN[placement]
        walked, counted = walked + truth, counted + found
    if placement is not Placement.ANKLE:
        assert counted == pytest.approx(walked, rel=0.07)  # ends of seven seconds, cut off
