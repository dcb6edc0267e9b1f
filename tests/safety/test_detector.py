"""Impact and posture: what is a fall, what is none, however the sensor is worn."""

from collections.abc import Iterable
from math import inf, nan

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.safety.detector import FallDetector, Impact
from custom_components.retrowalk.safety.intake import Intake
from custom_components.retrowalk.safety.motion import Motion, angle_deg
from custom_components.retrowalk.safety.thresholds import THRESHOLDS, Placement
from custom_components.retrowalk.samples import MotionSample

from .signals import Curve, axes, falling, jolt, samples, standing, walking

_PART = st.floats(-1, 1)
_TURNS = st.tuples(_PART, _PART, _PART, _PART).filter(lambda q: sum(v * v for v in q) > 0.01)


def detect(stream: Iterable[MotionSample], placement: Placement = Placement.WAIST) -> list[Impact]:
    """Return the impacts that a detector finds."""
    motion = Motion()
    detector = FallDetector(motion, THRESHOLDS[placement])
    moments = (motion.take(sample) for sample in stream)
    found = (detector.update(moment) for moment in moments if moment is not None)
    return [impact for impact in found if impact is not None]


def fell(*curves: Curve, placement: Placement = Placement.WAIST, rate_hz: float = 50.0) -> bool:
    """Tell whether a fall is found."""
    return any(impact.fell for impact in detect(samples(*curves, rate_hz=rate_hz), placement))


@pytest.mark.parametrize("placement", list(Placement))
def test_a_fall_from_walking_is_a_fall_everywhere(placement: Placement) -> None:
    """Impact, and gravity turned by 90 degrees."""
    assert fell(walking(6), falling(), placement=placement)


def test_it_is_judged_1_2_s_after_the_peak() -> None:
    """That is what the belt waits for."""
    impact = next(impact for impact in detect(samples(walking(6), falling())) if impact.fell)
    assert impact.at_s - impact.peak_at_s == pytest.approx(1.2)
    assert impact.peak_at_s == pytest.approx(6.45, abs=0.02)
    assert impact.turn_deg == pytest.approx(90, abs=5)
    assert impact.peak_g == pytest.approx(4.0, abs=0.2)


@pytest.mark.parametrize(
    "curves",
    [
        [walking(20)],
        [walking(20, 170, size_g=0.9)],  # jogging
        [walking(6), standing(8, up=(0, 1, 0))],  # lying down gently
        [walking(6), jolt(), walking(6)],
        [walking(6), jolt(1.4), standing(6, up=(0, 1, 0))],
        [walking(6), jolt(8.0), standing(6, up=(0, 0.5, 0.866))],  # turned by 30 degrees
    ],
)
def test_these_are_none(curves: list[Curve]) -> None:
    """Either the impact is missing or the posture is as before."""
    assert not fell(*curves)


def test_upright_after_an_impact_is_told_as_such() -> None:
    """A stumble at most."""
    (impact, *_) = detect(samples(walking(6), jolt(), standing(3)))
    assert not impact.fell
    assert impact.turn_deg < 15


def test_nothing_is_judged_before_down_is_known() -> None:
    """A sensor that has just been put on is turned by hand."""
    assert not detect(samples(standing(0.3), falling()))


@given(_TURNS)
def test_any_orientation(turn: tuple[float, float, float, float]) -> None:
    """The same fall is found however the sensor is worn."""
    stream = samples(walking(6), falling(), turned=axes(*turn))
    assert any(impact.fell for impact in detect(stream))


@given(st.floats(20, 200))
def test_any_rate(rate_hz: float) -> None:
    """The same fall is found at any rate that shows an impact of 0.1 s."""
    assert fell(walking(6, rate_hz=rate_hz), falling(rate_hz=rate_hz), rate_hz=rate_hz)
    assert not fell(walking(20, rate_hz=rate_hz), rate_hz=rate_hz)


@pytest.mark.parametrize("scale", [0.9, 1.1])
def test_a_sensor_that_reads_too_much_or_too_little(scale: float) -> None:
    """Its own reading at rest is its 1 g: a bias is no impact."""
    stream = [
        MotionSample(one.at_s, one.x_g * scale, one.y_g * scale, one.z_g * scale)
        for one in samples(walking(6), falling())
    ]
    assert any(impact.fell for impact in detect(stream))


def test_a_hole_in_the_stream_delays_the_judgement() -> None:
    """One sample after a hole is no posture."""
    stream = list(samples(walking(6), falling()))
    peak_s = 6.45
    holed = [one for one in stream if not peak_s + 0.3 < one.at_s < peak_s + 2.0]
    impact = next(impact for impact in detect(holed) if impact.fell)
    assert impact.at_s == pytest.approx(peak_s + 2.04, abs=0.03)


def test_a_clock_that_jumps_back_starts_anew() -> None:
    """What was before it belongs to another time line."""
    stream = [
        *samples(walking(6), falling()[:30]),
        *samples(standing(2, up=(0, 1, 0)), start_s=1.0),
        *samples(walking(6), falling(), start_s=3.0),
    ]
    impacts = [impact for impact in detect(stream) if impact.fell]
    assert [round(impact.peak_at_s, 1) for impact in impacts][:1] == [9.4]


def test_the_impossible_and_the_late_are_counted_and_dropped() -> None:
    """Neither raises nor moves the time line."""
    intake = Intake()
    good = MotionSample(10.0, 0, 0, 1)
    assert intake.admits(good)
    bad = [(nan, 0, 0, 1), (inf, 0, 0, 1), (11, nan, 0, 1), (11, 0, inf, 1), (11, 0, 0, -1e9)]
    assert not any(intake.admits(MotionSample(*one)) for one in [*bad, good, (9.5, 0, 0, 1)])
    assert (intake.dropped, intake.restarts) == (7, 0)
    assert intake.admits(MotionSample(5.0, 0, 0, 1))
    assert (intake.dropped, intake.restarts) == (7, 1)


@given(
    st.lists(
        st.builds(
            MotionSample,
            st.floats() | st.floats(0, 30),
            *[st.floats() | st.floats(-8, 8) for _ in range(3)],
        ),
        max_size=200,
    )
)
def test_no_stream_raises(stream: list[MotionSample]) -> None:
    """Whatever a sensor says."""
    detect(stream)


def test_no_direction_has_no_angle() -> None:
    """A sensor that reads zero is in free fall, or broken."""
    assert angle_deg((0, 0, 0), (0, 0, 1)) == 0
    assert angle_deg((0, 0, 1), (0, 0, -2)) == pytest.approx(180)
