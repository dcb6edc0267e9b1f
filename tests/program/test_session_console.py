"""What a person does at the treadmill's console."""

import pytest

from custom_components.retrowalk.belt import BeltEventKind
from custom_components.retrowalk.program.checks import Check
from custom_components.retrowalk.program.states import AT_AN_END, Reason, SessionState
from custom_components.retrowalk.safety.gate import Origin

from .fake_belt import Scene
from .ways import reach


@pytest.mark.parametrize("state", [SessionState.TURNING, SessionState.STANDING])
def test_a_start_at_the_console_is_the_word_of_a_person_at_the_belt(
    scene: Scene, state: SessionState
) -> None:
    """After the turn was asked for, it is its confirmation."""
    reach(scene, state)
    index = scene.view.phase_index
    assert index is not None
    starts = scene.belt.names().count("start")
    scene.belt.press_start()
    assert scene.view.state is SessionState.WALKING_BACKWARD
    assert scene.view.phase_index == index + 1
    assert scene.view.phase_ends_s is not None
    scene.run(20.0)
    assert scene.belt.names().count("start") == starts
    assert scene.belt.cap_kmh == pytest.approx(1.609344)


@pytest.mark.parametrize(
    "state", [SessionState.WAITING, SessionState.PREPARING, SessionState.PAUSED]
)
def test_a_start_at_the_console_begins_or_resumes(scene: Scene, state: SessionState) -> None:
    """A person is there, and every check but rest passes."""
    reach(scene, state)
    scene.belt.press_start()
    assert scene.view.state is SessionState.WALKING_BACKWARD
    scene.run(30.0)
    assert scene.view.state is SessionState.WALKING_BACKWARD


@pytest.mark.parametrize("state", [SessionState.WAITING, SessionState.PREPARING])
def test_a_start_at_the_console_does_not_pass_by_a_failing_check(
    scene: Scene, state: SessionState
) -> None:
    """No unguarded walk by way of the console."""
    scene.session.set_check(Check.WEARABLE_LIVE, False)
    reach(scene, state)
    scene.belt.press_start()
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.WEARABLE_MISSING)
    assert scene.belt.names()[-1] == "stop"


def test_a_start_at_the_console_before_the_turn_is_asked_for_is_stopped(scene: Scene) -> None:
    """Nobody knows which way the walker faces."""
    scene.start("short_classic")
    scene.until_state(SessionState.TURNING)
    scene.belt.press_start()
    assert (scene.view.state, scene.view.reason) == (SessionState.PAUSED, Reason.CONSOLE_STARTED)
    stops = scene.belt.names().count("stop")
    scene.belt.press_start()  # the turn is still to be made
    assert scene.view.state is SessionState.PAUSED
    assert scene.belt.names().count("stop") == stops + 1


def test_a_start_at_the_console_does_not_win_against_a_stop(scene: Scene) -> None:
    """Stop wins."""
    reach(scene, SessionState.STOPPING)
    stops = scene.belt.names().count("stop")
    scene.belt.press_start()
    assert scene.belt.names().count("stop") == stops + 1
    scene.run(20.0)
    assert scene.view.state is SessionState.STOPPED


@pytest.mark.parametrize("state", sorted(AT_AN_END))
def test_a_start_at_the_console_outside_a_session_is_none_of_ours(
    scene: Scene, state: SessionState
) -> None:
    """Somebody walks without us."""
    reach(scene, state)
    commands = scene.belt.names()
    scene.belt.press_start()
    scene.belt.say(BeltEventKind.CONSOLE_SPEED, 3.0)
    scene.run(30.0)
    assert (scene.view.state, scene.belt.names()) == (state, commands)


def test_a_speed_set_at_the_console_holds_for_the_rest_of_the_phase(scene: Scene) -> None:
    """It is not fought, and the next phase has its own."""
    scene.walk("short_classic")
    scene.run(1.0)
    scene.belt.say(BeltEventKind.CONSOLE_SPEED, 2.0)
    commands = scene.belt.names()
    scene.run(60.0)
    assert scene.belt.names() == commands
    assert scene.view.target_speed_kmh == 2.0
    scene.until_asked()
    scene.session.confirm(Origin.CARD)
    scene.run(3.0)
    assert scene.view.target_speed_kmh == pytest.approx(1.2)


def test_a_speed_above_the_cap_is_led_down(scene: Scene) -> None:
    """The treadmill room stops such a belt; here no target follows it."""
    scene.walk("daily_two")
    scene.belt.say(BeltEventKind.CONSOLE_SPEED, 3.0)
    assert scene.belt.commands[-1].value == pytest.approx(1.609344)


def test_events_without_a_meaning_change_nothing(scene: Scene) -> None:
    """What says nothing new while walking."""
    scene.walk("daily_two")
    view = scene.view
    scene.belt.say(BeltEventKind.KEY_BACK)
    scene.belt.say(BeltEventKind.CONSOLE_SPEED)
    scene.belt.say(BeltEventKind.CONSOLE_STARTED)
    scene.belt.say(BeltEventKind.LINK_BACK)
    assert scene.view == view
