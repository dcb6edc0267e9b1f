"""The guard: scenes of falling, and their near-miss twins."""

import random
from time import process_time

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.belt import BeltMotion, BeltReport
from custom_components.retrowalk.safety.alert_messages import AlertKind
from custom_components.retrowalk.safety.evidence import (
    RULES,
    Decision,
    Evidence,
    Phase,
    Response,
    WhyNot,
)
from custom_components.retrowalk.safety.guard import Guard
from custom_components.retrowalk.safety.thresholds import Placement
from custom_components.retrowalk.samples import MotionSample, StepSample

from .guard_scene import Scene
from .recorded import trials
from .signals import RATE_HZ, Vector, falling, jolt, samples, sinking, standing, swinging, walking
from .test_steps import stretched

STRAP = {"strap": Placement.CHEST}
POD = {"pod": Placement.FOOT}


def strolling(cadence_spm: float = 70) -> Scene:
    """Return a walk of 20 s with a chest strap."""
    scene = Scene(STRAP)
    scene.move(standing(3))
    scene.start()
    scene.move(walking(20, cadence_spm))
    assert scene.seen == []
    assert scene.guard.armed
    return scene


def podding(cadence_spm: float = 70) -> Scene:
    """Return a walk of 20 s with a foot pod alone."""
    scene = Scene(POD)
    scene.pod(3, 0)
    scene.start()
    scene.pod(20, cadence_spm)
    assert scene.seen == []
    assert scene.guard.armed
    return scene


# Falls


def test_a_fall_stops_in_the_call_that_completes_it() -> None:
    """1.2 s after the peak, and a fall is asked about."""
    scene = strolling()
    fell_s = scene.clock.now_s()
    scene.move(falling())
    decision = scene.decisions[0]
    assert (decision.evidence, decision.response) == (Evidence.FALL, Response.STOP)
    assert decision.alert is AlertKind.FALL
    assert decision.wearable_id == "strap"
    assert decision.at_s == pytest.approx(fell_s + 0.45 + 1.2, abs=0.03)
    assert decision.sample_at_s == pytest.approx(decision.at_s)
    assert decision.detail is not None


def test_one_fall_is_told_once_and_then_lying_still() -> None:
    """A body that strikes twice falls once."""
    scene = strolling()
    scene.move(falling()[:40], falling(3.0), standing(8, up=(0, 1, 0)))
    assert scene.seen.count(Evidence.FALL) == 1
    assert scene.seen[-1] is Evidence.LYING_STILL


def test_getting_up_is_noted() -> None:
    """It ends nothing, and is no response."""
    scene = strolling()
    scene.move(falling(), standing(5))
    stirred = [one for one in scene.decisions if one.evidence is Evidence.STIRRED]
    assert [one.response for one in stirred] == [Response.NONE]


def test_long_after_a_fall_sinking_is_seen_again() -> None:
    """What comes after a fall is watched for two minutes."""
    scene = strolling()
    scene.move(falling(), standing(120), sinking())
    assert Evidence.SANK in scene.seen


def test_a_trip_and_recovery_is_a_stumble() -> None:
    """Noted, and no more."""
    scene = strolling(100)
    scene.move(jolt(), walking(15, 100))
    assert scene.seen == []
    assert [one.evidence for one in scene.decisions] == [Evidence.STUMBLE]


def test_hard_steps_are_no_stumbles() -> None:
    """A quick walker's heels strike again and again."""
    scene = Scene(STRAP)
    scene.start()
    scene.move(walking(30, 150, size_g=0.9))
    assert len(scene.decisions) <= 1


@pytest.mark.parametrize(
    "phase", [Phase.TURNING, Phase.STANDING, Phase.PAUSED, Phase.WALKING, Phase.NONE]
)
def test_a_fall_stops_in_every_phase(phase: Phase) -> None:
    """Also on the way off the belt."""
    scene = strolling()
    scene.guard.on_phase(phase)
    scene.belt(BeltMotion.STOPPING)
    scene.belt(BeltMotion.STOPPED)
    scene.move(standing(5), falling())
    assert Evidence.FALL in scene.seen


def test_the_dismount_is_armed_for_a_minute() -> None:
    """And no longer: lying down to rest is nobody's business."""
    scene = strolling()
    scene.guard.on_phase(Phase.NONE)
    scene.belt(BeltMotion.STOPPED)
    scene.move(standing(58))
    assert scene.guard.armed
    scene.move(standing(3))
    assert scene.guard.why_not is WhyNot.BELT_AT_REST
    scene.move(falling())
    assert scene.seen == []


def test_armed_through_a_restart_of_the_belt() -> None:
    """A fall right after it, before six new steps."""
    scene = strolling()
    scene.guard.on_phase(Phase.STANDING)
    scene.belt(BeltMotion.STOPPED)
    scene.move(standing(90))
    scene.start()
    scene.move(walking(2, 70), falling())
    assert scene.seen[0] is Evidence.FALL


def test_a_slump_on_the_rail_or_a_sit_back_stops() -> None:
    """Height is lost, nothing strikes."""
    scene = strolling()
    scene.move(sinking())
    assert scene.seen[:2] == [Evidence.STEPS_LATE, Evidence.SANK]
    sank = next(one for one in scene.decisions if one.evidence is Evidence.SANK)
    assert (sank.response, sank.alert) == (Response.STOP, AlertKind.PLEASE_CHECK)


@pytest.mark.parametrize(
    ("rested_s", "up", "seen"),
    [
        (0, (0, 0, 1), []),
        (0, (0, 1, 0), [Evidence.SANK]),
        (3, (0, 0, 1), [Evidence.SANK]),
    ],
)
def test_coming_to_a_stand_measures_like_sinking(
    rested_s: float, up: Vector, seen: list[Evidence]
) -> None:
    """So only a trunk that turned counts then; a while later, any."""
    scene = strolling()
    scene.guard.on_phase(Phase.TURNING)
    scene.belt(BeltMotion.STOPPED)
    scene.move(standing(rested_s), sinking()[:60], standing(4, up=up))
    assert scene.seen == seen


def test_the_word_of_a_sensor_that_sees_falls_itself() -> None:
    """It stops at once, whatever else is known."""
    scene = Scene(STRAP)
    scene.guard.on_fall("strap")
    [decision] = scene.decisions
    assert (decision.evidence, decision.response) == (Evidence.FALL, Response.STOP)
    assert (decision.alert, decision.wearable_id) == (AlertKind.FALL, "strap")


def test_nobody_steps_before_the_belt_moves() -> None:
    """A machine that counts down takes nothing of the walker's time."""
    scene = Scene(POD)
    scene.guard.on_phase(Phase.WALKING)
    scene.belt(BeltMotion.STARTING)
    scene.pod(7, 0)
    scene.belt(BeltMotion.MOVING)
    scene.pod(7, 0)
    assert scene.seen == []
    scene.pod(2, 0)
    assert scene.seen == [Evidence.NO_GAIT]


def test_sitting_down_after_the_walk_is_no_alarm() -> None:
    """Nor in a pause."""
    for phase in (Phase.NONE, Phase.PAUSED):
        scene = strolling()
        scene.guard.on_phase(phase)
        scene.belt(BeltMotion.STOPPED)
        scene.move(standing(5), sinking())
        assert scene.seen == []


# Steps


def test_steps_that_stop_slow_and_then_stop_the_belt() -> None:
    """Straddling the rails looks like this, and is told apart by asking."""
    scene = strolling(110)
    stopped_s = scene.clock.now_s()
    scene.move(standing(6))
    assert [(one.evidence, one.response) for one in scene.decisions] == [
        (Evidence.STEPS_LATE, Response.SLOW),
        (Evidence.STEPS_LOST, Response.STOP),
    ]
    late, lost = scene.decisions
    assert 1.0 < late.at_s - stopped_s < 2.0
    assert 2.5 < lost.at_s - stopped_s < 3.5
    assert lost.alert is AlertKind.PLEASE_CHECK


@pytest.mark.parametrize("cadence_spm", [45, 55, 65, 100, 130])
def test_walking_on_is_never_stopped(cadence_spm: float) -> None:
    """Five minutes, slow and quick."""
    scene = Scene(STRAP)
    scene.move(standing(3))
    scene.start()
    scene.move(walking(300, cadence_spm))
    assert scene.decisions == []


def test_an_unknown_unit_cannot_be_slowed() -> None:
    """Then late steps stop the belt; a silent sensor need not."""
    scene = Scene(STRAP, can_slow=False)
    scene.start()
    scene.move(walking(20), standing(2))
    assert [one.response for one in scene.decisions] == [Response.STOP]


@pytest.mark.parametrize("phase", [Phase.TURNING, Phase.STANDING])
def test_turning_and_standing_expect_no_steps(phase: Phase) -> None:
    """And the next walk starts with a clean sheet."""
    scene = strolling()
    scene.guard.on_phase(phase)
    scene.move(standing(20))
    scene.guard.on_phase(Phase.WALKING)
    scene.move(standing(4), walking(20, 70))
    assert scene.seen == []


def test_a_stopping_belt_expects_no_steps() -> None:
    """The stop is on its way."""
    scene = strolling()
    scene.belt(BeltMotion.STOPPING)
    scene.move(standing(9))
    assert scene.seen == []


def test_a_quiet_wrist_on_the_rail_is_no_loss_of_steps() -> None:
    """With a wrist alone, steps are never missed."""
    scene = Scene({"strap": Placement.WRIST})
    scene.start()
    scene.move(walking(20), standing(30))
    assert scene.seen == []


def test_a_wrist_alone_only_slows() -> None:
    """Until the steps are lost too."""
    scene = Scene({"strap": Placement.WRIST})
    scene.start()
    scene.move(walking(20), falling()[:85])
    assert scene.seen == [Evidence.LIMB_IMPACT]
    assert scene.decisions[0].response is Response.SLOW
    scene.move(standing(3, up=(0, 1, 0)))
    assert scene.seen[1] is Evidence.LIMB_FALL
    assert scene.decisions[1].response is Response.STOP


def test_a_struck_wrist_that_walks_on_is_forgotten() -> None:
    """It hit the rail, and hangs otherwise."""
    scene = Scene({"strap": Placement.WRIST})
    scene.start()
    hanging = [(one[0], one[2], one[1]) for one in walking(30)]
    scene.move(walking(20), falling()[:25], hanging, standing(9, up=(0, 1, 0)))
    assert scene.seen == [Evidence.LIMB_IMPACT]


def test_an_ankle_slows_and_stops_when_the_steps_are_lost() -> None:
    """Two kinds of evidence from one sensor."""
    scene = Scene({"strap": Placement.ANKLE})
    scene.move(standing(3))
    scene.start()
    scene.move(swinging(30, 70), falling())
    assert scene.seen[0] is Evidence.LIMB_IMPACT
    assert Evidence.LIMB_FALL in scene.seen


def test_one_sensor_that_sees_steps_is_enough() -> None:
    """The strap lost the gait, the pod did not."""
    scene = Scene(STRAP | POD)
    scene.start()
    for _ in range(20):
        scene.move(walking(1))
        scene.guard.on_step("pod", StepSample(scene.clock.now_s(), 100.0))
    for _ in range(10):
        scene.move(standing(1))
        scene.guard.on_step("pod", StepSample(scene.clock.now_s(), 100.0))
    assert scene.seen == []
    for _ in range(5):
        scene.move(standing(1))
        scene.guard.on_step("pod", StepSample(scene.clock.now_s(), 0.0))
    assert scene.seen == [Evidence.STEPS_LATE, Evidence.STEPS_LOST]


# A foot pod alone, and the belt's own counter alone


def test_a_pod_alone_stops_after_3_3_s_and_two_zeros() -> None:
    """Slower than a strap, and it cannot see a fall."""
    scene = podding()
    scene.pod(2, 0)
    assert scene.seen == [Evidence.STEPS_LATE]
    scene.pod(2, 0)
    assert scene.seen == [Evidence.STEPS_LATE, Evidence.STEPS_LOST]


def test_a_pod_that_counts_steps_alone() -> None:
    """Its steps need no cadence."""
    scene = Scene(POD)
    scene.start()
    scene.pod(10, None, steps=range(100, 110))
    assert scene.guard.armed
    scene.pod(5, None, steps=[109] * 5)
    assert scene.seen == [Evidence.STEPS_LATE, Evidence.STEPS_LOST]


def test_a_pod_that_falls_silent_is_a_lost_sensor_and_no_fall() -> None:
    """But a sign of life is asked for: some pods are silent at rest."""
    scene = podding()
    scene.wait(6)
    assert [(one.evidence, one.response) for one in scene.decisions] == [
        (Evidence.SENSOR_SILENT, Response.SLOW),
        (Evidence.SENSOR_LOST, Response.PAUSE),
    ]
    assert scene.decisions[1].alert is AlertKind.PLEASE_CHECK
    assert scene.decisions[1].wearable_id == "pod"
    assert scene.guard.why_not is WhyNot.SENSOR_SILENT


def test_a_dropout_of_one_second_is_nothing() -> None:
    """And the samples after it are heard."""
    scene = strolling(100)
    scene.wait(1.5)
    scene.move(walking(10))
    assert scene.seen == []


def test_somebody_else_s_pod_stops_within_8_s() -> None:
    """As does one that nobody wears."""
    scene = Scene(POD)
    scene.pod(9, 0)
    scene.start()
    scene.pod(9, 0)
    assert scene.seen == [Evidence.NO_GAIT]
    assert scene.guard.why_not is WhyNot.NO_GAIT


def test_a_child_on_the_belt_stops_within_8_s() -> None:
    """While the walker stands beside it with the strap on, or the phone lies on the console."""
    scene = Scene(STRAP)
    scene.start()
    scene.move(standing(7.9))
    assert scene.seen == []
    scene.move(standing(1))
    assert [(one.evidence, one.response) for one in scene.decisions] == [
        (Evidence.NO_GAIT, Response.STOP)
    ]


def test_who_moves_is_given_more_time() -> None:
    """Somebody moves, but this is no gait."""
    scene = Scene(STRAP)
    scene.start()
    fidget = random.Random(1)
    scene.move([(0, 0, 1 + fidget.gauss(0, 0.1)) for _ in range(round(15.9 * RATE_HZ))])
    assert scene.seen == []
    scene.move([(0, 0, 1 + fidget.gauss(0, 0.1)) for _ in range(round(1 * RATE_HZ))])
    assert scene.seen == [Evidence.NO_GAIT]


def test_a_phone_on_the_console_is_not_armed() -> None:
    """It strikes the floor, and nobody fell."""
    scene = Scene(STRAP)
    scene.start()
    scene.move(standing(1), falling())
    assert scene.decisions == []


def test_steps_on_a_belt_at_rest_are_somebody_else_s() -> None:
    """The pod walks through the house."""
    scene = podding()
    scene.guard.on_phase(Phase.STANDING)
    scene.belt(BeltMotion.STOPPED)
    scene.pod(20, 70)
    assert scene.seen == [Evidence.NOT_THIS_WALKER]


def test_the_belt_s_own_counter_alone() -> None:
    """It pauses and asks, and is never a fall."""
    scene = Scene({})
    assert scene.guard.why_not is WhyNot.NO_WEARABLE
    scene.start()
    for steps in [60, 0, 2, 4, 6, 8, 10, 10, 11]:  # it begins anew, and gaps of 2 s are normal
        scene.belt(BeltMotion.MOVING, steps)
        scene.wait(1.0)
    scene.wait(3.5)
    assert scene.seen == []
    scene.wait(1.0)
    assert [(one.evidence, one.response) for one in scene.decisions] == [
        (Evidence.BELT_STEPS_LOST, Response.PAUSE)
    ]


def test_a_belt_counter_is_not_asked_for_in_a_turn() -> None:
    """Nor right after it."""
    scene = Scene({})
    scene.start()
    for steps in range(10):
        scene.belt(BeltMotion.MOVING, steps)
        scene.wait(0.5)
    scene.guard.on_phase(Phase.TURNING)
    scene.wait(10)
    scene.guard.on_phase(Phase.WALKING)
    scene.wait(4)
    assert scene.seen == []


# What it says of itself


def test_why_not() -> None:
    """Each in its turn."""
    scene = Scene(STRAP)
    reasons = [scene.guard.why_not]
    scene.move(standing(2))
    reasons.append(scene.guard.why_not)
    scene.start()
    scene.move(walking(15))
    reasons.append(scene.guard.why_not)
    assert scene.guard.armed
    scene.wait(2.1)
    reasons.append(scene.guard.why_not)
    assert not scene.guard.armed
    assert reasons == [WhyNot.NO_DATA, WhyNot.NO_GAIT, None, WhyNot.SENSOR_SILENT]


def test_without_a_belt_nothing_is_armed() -> None:
    """A strap alone watches nobody."""
    guard = Guard(lambda: 10.0, STRAP, lambda _: None)
    guard.on_motion("strap", MotionSample(10.0, 0, 0, 1))
    assert guard.why_not is WhyNot.BELT_AT_REST


def test_a_new_session_is_armed_by_its_own_steps() -> None:
    """Yesterday's walker is not today's."""
    scene = strolling()
    scene.guard.on_phase(Phase.NONE)
    scene.belt(BeltMotion.STOPPED)
    scene.move(standing(5))
    scene.guard.on_phase(Phase.WALKING)
    assert scene.guard.why_not is WhyNot.NO_GAIT


def test_an_unheeded_evidence_is_passed_over() -> None:
    """For replays of one channel."""
    decisions: list[Decision] = []
    at_s = 0.0
    guard = Guard(lambda: at_s, STRAP, decisions.append, heeds={Evidence.STEPS_LOST})
    guard.on_belt(BeltReport(at_s=0, motion=BeltMotion.MOVING))
    guard.on_phase(Phase.WALKING)
    guard.take_as_armed()
    for sample in samples(walking(20), falling()):
        at_s = sample.at_s
        guard.on_motion("strap", sample)
    assert {one.evidence for one in decisions} <= {Evidence.STEPS_LOST}


def test_what_is_impossible_is_counted() -> None:
    """And raises nothing."""
    scene = strolling()
    scene.guard.on_motion("strap", MotionSample(float("nan"), 0, 0, 1))
    assert scene.guard.dropped == 1


def test_pedometer_of_a_phone_that_also_sends_motion() -> None:
    """Its motion is believed, for a pedometer lags by seconds."""
    scene = strolling(110)
    for _ in range(5):
        scene.move(standing(1))
        scene.guard.on_step("strap", StepSample(scene.clock.now_s(), 110.0, 1000))
    assert scene.seen == [Evidence.STEPS_LATE, Evidence.STEPS_LOST]


@given(
    st.lists(
        st.one_of(
            st.builds(MotionSample, *[st.floats()] * 4),
            st.builds(MotionSample, st.floats(1000, 1100), *[st.floats(-4, 4)] * 3),
            st.builds(
                StepSample,
                st.floats(),
                st.none() | st.floats(),
                st.none() | st.integers(-5, 2**33),
                st.none() | st.booleans(),
            ),
            st.sampled_from(Phase),
            st.sampled_from(BeltMotion),
            st.floats(0, 10),
        ),
        max_size=80,
    )
)
def test_nothing_raises(events: list[object]) -> None:
    """Whatever wearables, belt and session say, in any order."""
    scene = Scene(STRAP | POD)
    for event in events:
        match event:
            case MotionSample():
                scene.guard.on_motion("strap", event)
            case StepSample():
                scene.guard.on_step("pod", event)
            case Phase():
                scene.guard.on_phase(event)
            case BeltMotion():
                scene.belt(event)
            case float():
                scene.wait(event)
    assert all(one.response is RULES[one.evidence].response for one in scene.decisions)


def test_each_evidence_has_its_rule() -> None:
    """And what asks nothing of the belt asks nobody."""
    assert set(RULES) == set(Evidence)
    assert all(one.alert is None for one in RULES.values() if one.response is Response.NONE)


@pytest.mark.parametrize("placement", [Placement.WAIST, Placement.POCKET, Placement.ANKLE])
@pytest.mark.parametrize("by", [1.0, 1.5, 2.0])
def test_recorded_walks_on_a_belt_are_never_stopped(placement: Placement, by: float) -> None:
    """As they were, and stretched in time down to 47 steps a minute."""
    walks = [one for one in trials(placement, walks=True) if one.meta["act"] == "Walking"]
    assert len(walks) >= 3
    for walk in walks:
        scene = Scene({"strap": placement})
        start_s = scene.clock.now_s() + 0.02
        stream = [one._replace(at_s=start_s + one.at_s) for one in stretched(walk, by)]
        scene.send(one for one in stream if one.at_s - start_s < 2 * by)
        scene.start()
        scene.send(one for one in stream if 2 * by <= one.at_s - start_s < 13.5 * by)
        # A leg that is out of step may slow the belt for a moment; nothing else may.
        slowed = {Evidence.STEPS_LATE} if placement is Placement.ANKLE else set()
        assert set(scene.seen) <= slowed


def test_the_cost_of_a_sample() -> None:
    """A strap at 200 Hz takes a small share of one core, whatever it shows."""
    scene = strolling()
    stream = list(samples(walking(20, rate_hz=200), falling(rate_hz=200), rate_hz=200))
    shifted = [one._replace(at_s=one.at_s + scene.clock.now_s() + 0.01) for one in stream]
    began_s = process_time()
    for sample in shifted:
        scene.guard.on_motion("strap", sample)
    assert (process_time() - began_s) / len(stream) < 100e-6  # 8e-6 where it was measured
