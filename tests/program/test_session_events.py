"""Pauses, lost links, runaways: what goes wrong in between."""

import pytest

from custom_components.retrowalk.belt import BeltEventKind, BeltMotion
from custom_components.retrowalk.program.checks import Check
from custom_components.retrowalk.program.errors import RequestRefused
from custom_components.retrowalk.program.states import (
    AT_AN_END,
    UNDER_WAY,
    Cue,
    Reason,
    SessionState,
)
from custom_components.retrowalk.safety.gate import Origin

from .fake_belt import Scene
from .ways import reach

PAUSING = {
    BeltEventKind.LINK_LOST: Reason.LINK_LOST,
    BeltEventKind.KEY_OUT: Reason.KEY_OUT,
    BeltEventKind.CONTROL_LOST: Reason.CONTROL_LOST,
    BeltEventKind.CONSOLE_STOPPED: Reason.CONSOLE_STOPPED,
    BeltEventKind.LOOP_LAGGED: Reason.LOOP_LAGGED,
}


@pytest.mark.parametrize("kind", PAUSING)
@pytest.mark.parametrize("state", sorted(UNDER_WAY))
def test_what_goes_wrong_under_way_pauses_unplanned(
    scene: Scene, state: SessionState, kind: BeltEventKind
) -> None:
    """Paused for ten minutes at most, and asked for a sign of life."""
    reach(scene, state)
    stops = scene.belt.names().count("stop")
    scene.belt.say(kind)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, PAUSING[kind])
    assert scene.view.unplanned
    assert scene.belt.names().count("stop") == stops + 1
    assert scene.cues[-1] is Cue.PAUSED
    scene.run(599.0)
    assert scene.view.state is SessionState.PAUSED
    scene.run(2.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.STOPPED, Reason.PAUSED_TOO_LONG)
    assert scene.view.unplanned
    record = scene.session.record
    assert record is not None
    assert [pause.reason for pause in record.pauses] == [PAUSING[kind]]
    assert record.unplanned_stops == 2


@pytest.mark.parametrize("state", sorted(UNDER_WAY))
def test_a_command_refused_under_way_changes_nothing(scene: Scene, state: SessionState) -> None:
    """A machine that refuses a speed or an inclination can still be walked on."""
    reach(scene, state)
    commands = scene.belt.names()
    scene.belt.say(BeltEventKind.REFUSED)
    assert (scene.view.state, scene.belt.names()) == (state, commands)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (BeltEventKind.REFUSED, SessionState.PAUSED),
        (BeltEventKind.CONTROL_LOST, SessionState.PAUSED),
        (BeltEventKind.CONSOLE_STOPPED, SessionState.PAUSED),
        (BeltEventKind.LINK_LOST, SessionState.PREPARING),
        (BeltEventKind.KEY_BACK, SessionState.PREPARING),
    ],
)
def test_events_while_preparing(scene: Scene, kind: BeltEventKind, state: SessionState) -> None:
    """Nobody walks yet: what goes wrong is no reason for a sign of life."""
    scene.start("daily_two")
    scene.belt.say(kind)
    assert scene.view.state is state
    assert not scene.view.unplanned


def test_a_key_pulled_while_preparing_breaks_the_countdown_off_at_once(scene: Scene) -> None:
    """No waiting for the next report."""
    scene.start("daily_two")
    scene.belt.key_out = True
    scene.belt.say(BeltEventKind.KEY_OUT)
    assert scene.view.countdown_ends_s is None


def test_a_pause_asked_for_is_planned_and_resumes_where_it_was(scene: Scene) -> None:
    """Through the gate and a countdown, for the rest of the phase."""
    scene.walk("daily_two")
    scene.run(19.0)
    scene.session.pause()
    walked_s = scene.view.backward_s
    assert not scene.view.unplanned
    assert scene.view.phase_ends_s is None
    scene.session.pause()  # again: the belt is told again, and nothing else
    scene.run(100.0)
    assert scene.view.backward_s == walked_s
    with pytest.raises(RequestRefused, match="not_at_the_belt"):
        scene.session.resume(Origin.AUTOMATION)
    scene.session.resume(Origin.WALKERS_PHONE)
    assert scene.view.state is SessionState.PREPARING
    scene.run(5.0)
    assert scene.belt.names()[-1] == "start"
    scene.until(lambda view: view.phase_ends_s is not None)
    assert Cue.RESUMED in scene.cues
    assert scene.view.phase_ends_s == pytest.approx(scene.clock.now_s() + 60.0 - walked_s, abs=0.6)
    record = scene.session.record
    assert record is not None
    assert [(pause.reason, pause.unplanned) for pause in record.pauses] == [(Reason.ASKED, False)]


def test_a_resume_waits_until_the_belt_has_rested(scene: Scene) -> None:
    """A word that comes early is kept until the belt stands."""
    scene.walk("daily_two")
    scene.run(20.0)
    scene.session.pause()
    scene.session.resume(Origin.CARD)
    assert scene.view.countdown_ends_s is None
    scene.until(lambda view: view.countdown_ends_s is not None)
    assert scene.belt.report.motion is BeltMotion.STOPPED


def test_a_turn_or_a_rest_that_was_paused_goes_on_at_rest(scene: Scene) -> None:
    """A turn is asked for anew, and nothing moves."""
    reach(scene, SessionState.TURNING)
    scene.session.pause()
    scene.session.resume(Origin.CARD)
    assert scene.view.state is SessionState.TURNING
    assert scene.view.awaiting_confirmation
    assert scene.belt.names().count("start") == 1


def test_a_rest_that_was_paused_is_rested_to_its_end(scene: Scene) -> None:
    """Paused time is no rest; a rest that is over is not rested again."""
    scene.start("daily_two")
    scene.until_state(SessionState.STANDING)
    scene.until(lambda view: view.phase_ends_s is not None)
    scene.run(20.0)
    scene.session.pause()
    scene.run(100.0)
    scene.session.resume(Origin.CARD)
    assert scene.view.phase_ends_s == pytest.approx(scene.clock.now_s() + 40.0, abs=0.6)
    scene.until_asked()
    scene.session.pause()
    scene.session.resume(Origin.CARD)
    assert scene.view.awaiting_confirmation


def test_resuming_without_the_wearable_takes_a_fresh_word(scene: Scene) -> None:
    """Fall alerts are off only if a person said so."""
    scene.walk("daily_two")
    scene.session.set_check(Check.WEARABLE_LIVE, False)
    scene.session.pause(Reason.SENSOR_LOST)
    assert (scene.view.unplanned, scene.cues[-1]) == (True, Cue.SENSOR_LOST)
    scene.session.resume(Origin.CARD)
    scene.run(61.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.WEARABLE_MISSING)
    scene.session.resume(Origin.CARD, without_wearable=True)
    scene.run(6.0)
    assert scene.view.state is SessionState.WALKING_BACKWARD


@pytest.mark.parametrize(
    ("linked", "reason"), [(True, Reason.BELT_SILENT), (False, Reason.LINK_LOST)]
)
@pytest.mark.parametrize("state", sorted(UNDER_WAY))
def test_a_belt_out_of_sight_pauses(
    scene: Scene, state: SessionState, linked: bool, reason: Reason
) -> None:
    """Silence is not safety, linked or not."""
    reach(scene, state)
    scene.belt.linked, scene.belt.silent = linked, True
    scene.belt.tell()
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, reason)
    assert scene.view.unplanned


def test_a_belt_that_stops_by_itself_pauses(scene: Scene) -> None:
    """No event says why: it is unplanned all the same."""
    scene.walk("daily_two")
    scene.run(10.0)
    walked_s = scene.view.backward_s
    scene.belt.halt()
    scene.run(10.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.BELT_STOPPED)
    assert scene.view.unplanned
    # Time does not count while the belt slows down unasked.
    assert scene.view.backward_s == pytest.approx(walked_s, abs=1.01)


@pytest.mark.parametrize(
    ("state", "stops"),
    [
        (SessionState.PAUSED, 1),
        (SessionState.STOPPING, 1),
        (SessionState.TURNING, 1),
        (SessionState.FALL_SUSPECTED, 1),
        (SessionState.IDLE, 0),
        (SessionState.STOPPED, 0),
        (SessionState.PREPARING, 0),
    ],
)
def test_a_link_that_is_back_stops_a_belt_that_is_not_known_to_stand(
    scene: Scene, state: SessionState, stops: int
) -> None:
    """Where a session is, and nowhere else."""
    reach(scene, state)
    before = scene.belt.names().count("stop")
    scene.belt.silent = True
    scene.belt.say(BeltEventKind.LINK_BACK)
    assert scene.belt.names().count("stop") - before == stops
    assert scene.view.state is state


def test_a_link_that_is_back_leaves_a_standing_belt_paused(scene: Scene) -> None:
    """Nothing resumes by itself."""
    reach(scene, SessionState.PAUSED)
    scene.run(20.0)
    stops = scene.belt.names().count("stop")
    scene.belt.say(BeltEventKind.LINK_BACK)
    assert scene.belt.names().count("stop") == stops
    scene.run(100.0)
    assert scene.view.state is SessionState.PAUSED


@pytest.mark.parametrize("kind", [BeltEventKind.RUNAWAY, BeltEventKind.STOP_FAILED])
@pytest.mark.parametrize("state", SessionState)
def test_a_belt_out_of_hand_ends_the_session(
    scene: Scene, state: SessionState, kind: BeltEventKind
) -> None:
    """Runaways and failed stops end it in every state."""
    reach(scene, state)
    stops = scene.belt.names().count("stop")
    scene.belt.say(kind)
    nothing_to_end = state in AT_AN_END | {SessionState.FALL_SUSPECTED}
    # The belt itself has tried all there is, or was told to stop in the same breath.
    told = kind is BeltEventKind.RUNAWAY and not nothing_to_end
    assert scene.belt.names().count("stop") == stops + told
    if nothing_to_end:
        assert scene.view.state is state
        return
    assert scene.view.reason == Reason(kind.value)
    assert scene.view.unplanned is (state in UNDER_WAY)
    if kind is BeltEventKind.STOP_FAILED:  # the ladder is at its end: no rest to wait for
        assert scene.view.state is SessionState.STOPPED
    scene.run(20.0)
    assert scene.view.state is SessionState.STOPPED


def test_a_belt_out_of_reach_stays_paused(scene: Scene) -> None:
    """Its alarm is raised; once it is back it is stopped, and the walk can go on."""
    scene.walk("daily_two")
    scene.belt.linked = False
    scene.belt.say(BeltEventKind.LINK_LOST)
    scene.belt.say(BeltEventKind.STOP_FAILED)
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.LINK_LOST)
    stops = scene.belt.names().count("stop")
    scene.belt.set_going()
    scene.belt.linked = True
    scene.belt.say(BeltEventKind.LINK_BACK)
    assert scene.belt.names().count("stop") == stops + 1
    scene.run(10.0)
    scene.session.resume(Origin.CARD)
    scene.run(10.0)
    assert scene.view.state is SessionState.WALKING_BACKWARD


def test_a_stop_that_is_never_seen_is_said_to_be_none(scene: Scene) -> None:
    """An end without measured rest says so."""
    scene.walk("daily_two")
    scene.session.stop()
    scene.belt.silent = True
    scene.run(59.0)
    assert scene.view.state is SessionState.STOPPING
    scene.run(2.0)
    assert (scene.view.state, scene.view.reason) == (SessionState.STOPPED, Reason.NOT_AT_REST)
