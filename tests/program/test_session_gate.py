"""Waiting, preparing, turning: nothing moves from rest but behind gate, checks and countdown."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.retrowalk.belt import BeltEventKind, BeltMotion
from custom_components.retrowalk.program.checks import Check, Weight
from custom_components.retrowalk.program.errors import ProgramRefused, RequestRefused
from custom_components.retrowalk.program.model import Caps
from custom_components.retrowalk.program.states import Cue, Reason, SessionState, TurnMode
from custom_components.retrowalk.safety.gate import GateRules, Origin

from .fake_belt import Scene

FROM_AFAR = [Origin.AUTOMATION, Origin.USER, Origin.VOICE, Origin.COUNTDOWN]


@pytest.mark.parametrize("origin", FROM_AFAR)
def test_who_is_not_at_the_belt_only_asks(scene: Scene, origin: Origin) -> None:
    """Waits for a minute, announced, and expires."""
    view = scene.start("daily_two", origin=origin)
    assert (view.state, view.reason) == (SessionState.WAITING, Reason.NOT_AT_THE_BELT)
    assert view.asked_by == origin
    assert view.next_phase is not None
    assert scene.cues == [Cue.WAITING]
    scene.run(59.9)
    assert scene.view.state is SessionState.WAITING
    scene.run(0.1)
    assert (scene.view.state, scene.view.reason) == (SessionState.STOPPED, Reason.EXPIRED)
    assert not scene.view.unplanned
    assert "start" not in scene.belt.names()


def test_a_person_at_the_belt_confirms_what_waits(scene: Scene) -> None:
    """Nobody else can."""
    scene.start("daily_two", origin=Origin.AUTOMATION)
    scene.run(30.0)
    with pytest.raises(RequestRefused, match="not_at_the_belt"):
        scene.session.confirm(Origin.AUTOMATION)
    assert scene.view.state is SessionState.WAITING
    scene.session.confirm(Origin.TABLET)
    assert scene.states[-1] is SessionState.PREPARING
    scene.until_state(SessionState.WALKING_BACKWARD, within_s=6.0)


def test_a_start_at_the_belt_takes_the_place_of_one_that_waits(scene: Scene) -> None:
    """The person who is there has the last word."""
    scene.start("daily_two", origin=Origin.AUTOMATION)
    scene.start("balance_ten", origin=Origin.CARD)
    assert scene.view.state is SessionState.PREPARING
    assert scene.view.program is not None
    assert scene.view.program.id == "balance_ten"


def test_a_locked_gate_admits_nobody(scene: Scene) -> None:
    """Not even a person at the belt."""
    scene.gate.locked = True
    assert scene.start("daily_two").state is SessionState.WAITING


def test_a_gate_that_is_locked_during_the_countdown_stays_shut(scene: Scene) -> None:
    """The belt's door has the last word."""
    scene.start("daily_two")
    scene.run(2.0)
    scene.gate.locked = True
    scene.run(10.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.STOPPED, Reason.GATE_SHUT)
    assert "start" not in scene.belt.names()


def test_a_program_that_does_not_fit_never_begins(scene: Scene) -> None:
    """Refused before anything: no state, no command, no opening."""
    with pytest.raises(ProgramRefused, match="lowest_speed_above_cap"):
        scene.start("daily_two", caps=Caps(backward_kmh=0.5))
    assert scene.view.state is SessionState.IDLE
    assert scene.belt.commands == []
    assert not scene.gate.take()


def _unlink(scene: Scene) -> None:
    scene.belt.linked = False
    scene.belt.tell()


def _pull_key(scene: Scene) -> None:
    scene.belt.key_out = True
    scene.belt.tell()


def _creep(scene: Scene) -> None:
    scene.belt.speed_kmh = scene.belt.target_kmh = 0.8
    scene.run(1.0)


def _lose_wearable(scene: Scene) -> None:
    scene.session.set_check(Check.WEARABLE_LIVE, False)


CHECKS = [
    (_unlink, Check.LINK, Reason.NOT_LINKED),
    (_pull_key, Check.SAFETY_KEY, Reason.KEY_OUT),
    (_creep, Check.BELT_AT_REST, Reason.NOT_AT_REST),
    (_lose_wearable, Check.WEARABLE_LIVE, Reason.WEARABLE_MISSING),
]


@pytest.mark.parametrize(("spoil", "check", "reason"), CHECKS)
def test_a_failing_check_keeps_the_belt_still_and_is_named(
    scene: Scene, spoil: Callable[[Scene], None], check: Check, reason: Reason
) -> None:
    """Given up after a minute, by the name of the check."""
    spoil(scene)
    scene.start("daily_two")
    assert check in {each.check for each in scene.view.checks if not each.passed}
    assert scene.view.countdown_ends_s is None
    scene.run(59.0)
    assert scene.view.state is SessionState.PREPARING
    scene.run(1.1)
    assert (scene.view.state, scene.view.reason) == (SessionState.STOPPED, reason)
    assert "start" not in scene.belt.names()


@pytest.mark.parametrize(("spoil", "check", "reason"), CHECKS)
def test_a_check_that_fails_breaks_the_countdown_off(
    scene: Scene, spoil: Callable[[Scene], None], check: Check, reason: Reason
) -> None:
    """Up to the last second."""
    scene.start("daily_two")
    scene.run(3.0)
    spoil(scene)
    scene.run(1.0)
    assert scene.view.countdown_ends_s is None
    scene.run(10.0)
    assert scene.view.state is SessionState.PREPARING
    assert "start" not in scene.belt.names()


def test_the_last_look_is_in_the_moment_of_the_start(scene: Scene) -> None:
    """The belt may have changed since it was looked at last, less than a second ago."""
    scene.session.set_check(Check.WEARABLE_LIVE, False)
    scene.start("daily_two")
    scene.run(0.5)
    scene.session.set_check(Check.WEARABLE_LIVE, True)
    scene.run(4.9)
    assert scene.view.countdown_ends_s is not None
    scene.belt.report = replace(scene.belt.report, key_out=True)
    scene.belt.key_out = True
    scene.run(0.1)
    assert scene.view.state is SessionState.PREPARING
    assert "start" not in scene.belt.names()


def test_the_countdown_begins_anew_when_all_is_well_again(scene: Scene) -> None:
    """With all five seconds."""
    scene.start("daily_two")
    scene.run(3.0)
    scene.session.set_check(Check.WEARABLE_LIVE, False)
    scene.run(3.0)
    scene.session.set_check(Check.WEARABLE_LIVE, True)
    assert scene.view.countdown_ends_s == scene.clock.now_s() + 5.0
    scene.run(5.0)
    assert scene.belt.names()[-1] == "start"


def test_a_countdown_that_runs_when_the_time_is_up_is_let_run(scene: Scene) -> None:
    """It would be unkind to cut it off."""
    scene.session.set_check(Check.WEARABLE_LIVE, False)
    scene.start("daily_two")
    scene.run(58.0)
    scene.session.set_check(Check.WEARABLE_LIVE, True)
    scene.run(5.0)
    assert scene.view.state is SessionState.WALKING_BACKWARD


def test_the_belt_must_have_rested_for_three_seconds(scene: Scene) -> None:
    """Though nothing new is reported in the third."""
    scene.start("daily_two")
    scene.until_moving()
    scene.session.stop()
    scene.until_state(SessionState.STOPPED)
    scene.start("daily_two")
    assert scene.view.countdown_ends_s is None  # 2 s: stopped, but not yet for 3 s
    scene.run(1.0)
    assert scene.view.countdown_ends_s == scene.clock.now_s() + 5.0


def test_the_checklist_says_what_blocks_and_what_warns(scene: Scene) -> None:
    """An alert road that is not known to be good keeps nobody from walking."""
    scene.session.set_check(Check.ALERT_ROAD, False)
    scene.start("daily_two")
    weights = {each.check: (each.weight, each.passed) for each in scene.view.checks}
    assert weights == {
        Check.LINK: (Weight.BLOCKS, True),
        Check.BELT_AT_REST: (Weight.BLOCKS, True),
        Check.SAFETY_KEY: (Weight.BLOCKS, True),
        Check.WEARABLE_LIVE: (Weight.BLOCKS, True),
        Check.ALERT_ROAD: (Weight.WARNS, False),
        Check.FEET_ON_RAILS: (Weight.TOLD, False),
    }
    assert scene.view.countdown_ends_s is not None


def test_without_a_wearable_only_if_told_so(scene: Scene) -> None:
    """The check only warns then."""
    scene.session.set_check(Check.WEARABLE_LIVE, False)
    scene.start("daily_two", without_wearable=True)
    scene.run(5.0)
    assert scene.view.state is SessionState.WALKING_BACKWARD


@pytest.mark.parametrize("cancel", ["stop", "pause"])
def test_anybody_can_cancel_the_countdown(scene: Scene, cancel: str) -> None:
    """Stop and pause shut the gate again."""
    scene.start("daily_two")
    scene.run(4.9)
    getattr(scene.session, cancel)()
    assert not scene.gate.take()
    scene.run(30.0)
    assert "start" not in scene.belt.names()
    assert not scene.view.unplanned


def test_a_turn_is_asked_for_only_at_measured_rest(scene: Scene) -> None:
    """Two seconds of it; a word given earlier is refused."""
    scene.start("short_classic")
    scene.until_state(SessionState.TURNING)
    with pytest.raises(RequestRefused, match="belt_not_at_rest"):
        scene.session.confirm(Origin.HANDRAIL_BUTTON)
    scene.until(lambda _: scene.belt.speed_kmh == 0.0)
    assert not scene.view.awaiting_confirmation
    scene.run(1.9)
    assert not scene.view.awaiting_confirmation
    assert Cue.TURN not in scene.cues
    scene.run(0.2)
    assert scene.view.awaiting_confirmation
    assert scene.cues[-1] is Cue.TURN
    assert scene.belt.report.motion is BeltMotion.STOPPED


def test_a_turn_is_confirmed_by_a_person_at_the_belt(scene: Scene) -> None:
    """Three announced seconds later the belt starts."""
    scene.start("short_classic")
    scene.until_asked()
    with pytest.raises(RequestRefused, match="not_at_the_belt"):
        scene.session.confirm(Origin.AUTOMATION)
    scene.run(20.0)
    assert scene.belt.names().count("start") == 1
    scene.session.confirm(Origin.HANDRAIL_BUTTON)
    scene.run(1.0)
    scene.session.confirm(Origin.HANDRAIL_BUTTON)  # pressed twice: not counted anew
    scene.run(2.0)
    assert scene.belt.names().count("start") == 2
    assert scene.view.state is SessionState.WALKING_BACKWARD


def test_a_confirmation_that_never_comes_stops_the_session(scene: Scene) -> None:
    """After ten minutes; somebody should look."""
    scene.start("short_classic")
    scene.until_asked()
    scene.run(601.0)
    assert (scene.view.state, scene.view.reason) == (
        SessionState.STOPPED,
        Reason.CONFIRMATION_MISSING,
    )
    assert scene.view.unplanned


def test_a_rest_cannot_be_confirmed_before_it_is_over(scene: Scene) -> None:
    """A word is not kept for later."""
    scene.start("daily_two")
    scene.until_state(SessionState.STANDING)
    scene.until(lambda view: view.phase_ends_s is not None)
    with pytest.raises(RequestRefused, match="nothing_to_confirm"):
        scene.session.confirm(Origin.CARD)


@pytest.mark.parametrize(
    ("rules", "turn_mode", "still"),
    [
        (GateRules(countdown=False), TurnMode.COUNTDOWN, True),
        (GateRules(countdown=True), TurnMode.CONFIRM, True),
        (GateRules(countdown=True), TurnMode.COUNTDOWN, False),
    ],
)
def test_no_countdown_without_gate_choice_and_a_walker_seen_to_stand(
    rules: GateRules, turn_mode: TurnMode, still: bool
) -> None:
    """Each of the three is needed."""
    scene = Scene(rules=rules, still=still)
    scene.start("short_classic", turn_mode=turn_mode)
    scene.until_asked()
    scene.run(300.0)
    assert scene.view.countdown_ends_s is None
    assert scene.belt.names().count("start") == 1


def test_a_walker_who_moves_breaks_the_countdown_off() -> None:
    """And it begins anew once the walker stands."""
    scene = Scene(rules=GateRules(countdown=True))
    scene.start("short_classic", turn_mode=TurnMode.COUNTDOWN)
    scene.until_asked()
    scene.run(8.0)
    scene.still = False
    scene.run(1.0)
    assert scene.view.countdown_ends_s is None
    assert not scene.gate.take()
    scene.run(20.0)
    assert scene.belt.names().count("start") == 1
    scene.still = True
    scene.run(1.0)
    assert scene.view.countdown_ends_s is not None
    scene.session.confirm(Origin.CARD)  # a word shortens it
    scene.run(3.0)
    assert scene.belt.names().count("start") == 2


def test_a_check_that_fails_before_a_restart_is_named(scene: Scene) -> None:
    """Paused instead of waiting for ever."""
    scene.start("short_classic")
    scene.until_asked()
    scene.session.confirm(Origin.CARD)
    scene.session.set_check(Check.WEARABLE_LIVE, False)
    scene.run(3.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.WEARABLE_MISSING)
    assert scene.belt.names().count("start") == 1


def test_a_belt_that_moves_by_itself_while_somebody_turns_is_stopped(scene: Scene) -> None:
    """Even if no event explains it."""
    scene.start("short_classic")
    scene.until_asked()
    stops = scene.belt.names().count("stop")
    _creep(scene)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.BELT_MOVED)
    assert scene.belt.names().count("stop") == stops + 1


def test_no_turn_on_a_stop_that_was_not_measured(scene: Scene) -> None:
    """The walker is asked, and vouches for the belt."""
    scene.belt.silent_stop = False
    scene.start("short_classic")
    scene.until_moving()
    scene.belt.silent_stop = True
    scene.until_state(SessionState.PAUSED)
    assert scene.view.reason is Reason.STOP_UNCONFIRMED
    assert Cue.TURN not in scene.cues
    # The walker, asked, looks at the belt and says to go on: the turn is theirs to make.
    scene.session.resume(Origin.CARD)
    assert scene.view.awaiting_confirmation
    assert scene.cues[-1] is Cue.TURN
    scene.session.confirm(Origin.CARD)
    scene.run(3.0)
    assert scene.view.state is SessionState.WALKING_BACKWARD
    scene.until_state(SessionState.PAUSED)  # that word was for one stop
    assert scene.view.reason is Reason.STOP_UNCONFIRMED


def test_a_word_given_while_the_belt_still_slows_vouches_for_nothing(scene: Scene) -> None:
    """Only who sees it stand can say so."""
    scene.start("short_classic")
    scene.until_moving()
    scene.run(20.0)
    scene.belt.silent_stop = True
    scene.session.pause()
    scene.session.resume(Origin.CARD)
    scene.run(61.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.NOT_AT_REST)
    scene.session.resume(Origin.CARD)
    scene.run(5.0)
    assert scene.view.state is SessionState.WALKING_FORWARD


def test_a_belt_that_does_not_come_to_rest_allows_no_turn(scene: Scene) -> None:
    """It creeps on at a hundredth of a km/h."""
    scene.start("short_classic")
    scene.until_state(SessionState.TURNING)
    scene.belt.halt = lambda: None  # type: ignore[method-assign]
    scene.belt.target_kmh = 0.01
    scene.run(61.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.NOT_AT_REST)
    assert Cue.TURN not in scene.cues


def test_a_start_that_comes_to_nothing_is_paused(scene: Scene) -> None:
    """No time is walked meanwhile."""
    scene.belt.dead_motor = True
    scene.start("daily_two")
    scene.run(24.9)
    assert scene.view.state is SessionState.WALKING_BACKWARD
    scene.run(0.2)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.DID_NOT_START)
    assert scene.view.backward_s == 0.0


def test_a_stop_just_after_a_start_does_not_trust_the_old_report(scene: Scene) -> None:
    """The belt may be about to move."""
    scene.start("daily_two")
    scene.run(5.0)
    scene.session.stop()
    assert scene.belt.report.motion is BeltMotion.STOPPED
    assert scene.view.state is SessionState.STOPPING
    scene.until_state(SessionState.STOPPED, within_s=2.0)


def test_a_refusal_within_the_start_itself_is_paused(scene: Scene) -> None:
    """The belt may answer before its start returns."""
    scene.belt.set_going = lambda: scene.belt.say(BeltEventKind.REFUSED)  # type: ignore[method-assign]
    scene.start("daily_two")
    scene.run(5.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.REFUSED)
