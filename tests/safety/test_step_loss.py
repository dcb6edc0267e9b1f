"""Steps that ought to have come, by the walker's own cadence."""

import pytest

from custom_components.retrowalk.safety.step_loss import Loss, PodLoss, StepLoss
from custom_components.retrowalk.safety.thresholds import THRESHOLDS, Placement


def walked(cadence_spm: float, per_swing: int = 1) -> StepLoss:
    """Return a walk of ten swings whose last is at second 0."""
    loss = StepLoss(THRESHOLDS[Placement.WAIST if per_swing == 1 else Placement.ANKLE])
    for swing in range(-10, 1):
        loss.step(swing * per_swing * 60 / cadence_spm, per_swing)
    return loss


@pytest.mark.parametrize(
    ("cadence_spm", "late_s", "lost_s"), [(110, 1.5, 3.0), (60, 2.0, 3.0), (45, 2.67, 4.0)]
)
def test_two_steps_are_late_and_three_are_lost(
    cadence_spm: float, late_s: float, lost_s: float
) -> None:
    """But never before 1.5 s and 3.0 s."""
    loss = walked(cadence_spm)
    assert loss.loss(late_s - 0.05) is Loss.NONE
    assert loss.loss(late_s + 0.05) is Loss.LATE
    assert loss.loss(lost_s - 0.05) is Loss.LATE
    assert loss.loss(lost_s + 0.05) is Loss.LOST


def test_one_foot_sees_each_second_step() -> None:
    """So its steps are missed one step later."""
    loss = walked(50, per_swing=2)
    assert loss.loss(3.55) is Loss.NONE
    assert loss.loss(3.65) is Loss.LATE
    assert loss.loss(4.85) is Loss.LOST


def test_nothing_is_lost_before_a_step() -> None:
    """Unless the walk is said to have begun."""
    loss = StepLoss(THRESHOLDS[Placement.WAIST])
    assert loss.loss(100) is Loss.NONE
    loss.begin(100)
    assert loss.loss(101.6) is Loss.LATE


def test_out_of_step_is_not_lost() -> None:
    """A walk that is still half as lively goes on; a quieter one does not."""
    loss = walked(100)
    for tenth in range(-50, 1):
        loss.lively(tenth / 10, 0.2, gait=True)
    loss.lively(4.0, 0.11, gait=False)
    assert loss.loss(5.0) is Loss.NONE
    loss.lively(5.0, 0.09, gait=False)
    assert loss.loss(7.1) is Loss.LOST


def test_before_a_walk_is_known_any_motion_counts() -> None:
    """Standing still does not."""
    loss = StepLoss(THRESHOLDS[Placement.WAIST])
    loss.begin(0)
    loss.lively(2.0, 0.06, gait=False)
    loss.lively(3.0, 0.04, gait=False)
    assert loss.loss(4.9) is Loss.LATE
    assert loss.loss(5.1) is Loss.LOST


def test_a_pause_between_two_walks_is_no_step() -> None:
    """The cadence is that of just now."""
    loss = walked(110)
    loss.step(20.0, 1)
    assert loss.loss(21.6) is Loss.LATE


def test_a_pod_needs_two_zeros() -> None:
    """And 3.3 s: one report may be a slip."""
    pod = PodLoss()
    assert pod.loss(100) is Loss.NONE
    pod.report(0.0, walking=True, cadence_spm=100)
    assert pod.loss(10) is Loss.NONE  # silence is no loss of steps
    pod.report(1.0, walking=False, cadence_spm=0)
    assert pod.loss(1.0) is Loss.NONE
    assert pod.loss(1.6) is Loss.LATE
    assert pod.loss(5.0) is Loss.LATE
    pod.report(2.0, walking=False, cadence_spm=0)
    assert pod.loss(3.2) is Loss.LATE
    assert pod.loss(3.4) is Loss.LOST
    pod.report(4.0, walking=True, cadence_spm=None)
    assert pod.loss(5.0) is Loss.NONE
    pod.report(5.0, walking=False, cadence_spm=None)
    assert pod.loss(5.7) is Loss.LATE


def test_a_slow_pod_is_waited_for() -> None:
    """Three steps at 45 a minute take 4 s."""
    pod = PodLoss()
    pod.report(0.0, walking=True, cadence_spm=45)
    for second in (1, 2, 3):
        pod.report(second, walking=False, cadence_spm=0)
    assert pod.loss(3.9) is Loss.LATE
    assert pod.loss(4.1) is Loss.LOST
