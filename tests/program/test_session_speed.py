"""Faster, slower, and on to the next phase."""

import pytest

from custom_components.retrowalk.program.errors import RequestRefused
from custom_components.retrowalk.program.states import Cue, SessionState
from custom_components.retrowalk.safety.gate import Origin

from .fake_belt import Scene


def test_speeds_are_changed_within_the_caps(scene: Scene) -> None:
    """Faster in steps, slower at once."""
    scene.walk("daily_two")
    scene.session.adjust_speed(1.55)
    assert scene.view.target_speed_kmh == pytest.approx(1.5)
    scene.run(30.0)
    assert scene.belt.target_kmh == pytest.approx(1.5)
    scene.session.change_speed(9.0)
    assert scene.view.target_speed_kmh == pytest.approx(1.6)
    scene.session.change_speed(-0.16)
    assert scene.belt.target_kmh == pytest.approx(1.3)  # at once: 1.5 it had, 1.34 rounded down
    with pytest.raises(RequestRefused, match="speed_above_cap"):
        scene.session.adjust_speed(1.7)
    assert scene.view.target_speed_kmh == pytest.approx(1.3)


def test_a_speed_asked_for_before_the_belt_moves_is_led_to_later(scene: Scene) -> None:
    """No speed command during spin-up: a KingSmith drops the link then."""
    scene.start("short_classic")
    scene.until_state(SessionState.WALKING_FORWARD)
    scene.session.adjust_speed(2.0)
    assert "set_speed" not in scene.belt.names()
    scene.run(30.0)
    assert scene.belt.target_kmh == pytest.approx(2.0)


def test_skipping_turns_first_where_the_facing_changes(scene: Scene) -> None:
    """No turn is ever skipped."""
    scene.walk("short_classic")
    scene.run(10.0)
    scene.session.skip_phase()
    assert scene.view.state is SessionState.TURNING
    assert scene.belt.names()[-1] == "stop"
    scene.until_asked()
    scene.session.confirm(Origin.CARD)
    scene.until_moving()
    assert scene.states[-1] is SessionState.WALKING_BACKWARD


def test_skipping_a_rest_still_waits_for_a_word(scene: Scene) -> None:
    """Skipping moves nothing from rest."""
    scene.start("daily_two")
    scene.until_state(SessionState.STANDING)
    with pytest.raises(RequestRefused, match="not_now"):
        scene.session.skip_phase()  # the belt still slows down
    scene.until(lambda view: view.phase_ends_s is not None)
    scene.session.skip_phase()
    assert scene.view.awaiting_confirmation
    with pytest.raises(RequestRefused, match="not_now"):
        scene.session.skip_phase()
    scene.run(100.0)
    assert scene.belt.names().count("start") == 1


def test_skipping_before_the_belt_moves_is_refused(scene: Scene) -> None:
    """A start that is under way is not taken for rest."""
    scene.start("short_classic")
    scene.until_state(SessionState.WALKING_FORWARD)
    with pytest.raises(RequestRefused, match="not_now"):
        scene.session.skip_phase()


def test_skipping_the_last_phase_finishes(scene: Scene) -> None:
    """There is nothing after it."""
    scene.start("clinic_30", speed_kmh=1.0)
    scene.until_moving()
    scene.session.skip_phase()
    scene.until_state(SessionState.FINISHED, within_s=10.0)


def test_a_listener_may_stop_the_session(scene: Scene) -> None:
    """A cue's listener asks from within the cue."""

    def stop_at_half(cue: Cue) -> None:
        if cue is Cue.HALF:
            scene.session.stop()

    scene.session._on_cue = stop_at_half  # noqa: SLF001
    scene.start("daily_two")
    scene.until_state(SessionState.STOPPED)
    assert scene.view.backward_s == pytest.approx(30.0)
