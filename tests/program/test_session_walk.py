"""Whole sessions, read from the belt's side and from the views and cues."""

from dataclasses import replace
from itertools import pairwise

import pytest

from custom_components.retrowalk.belt import BeltMotion
from custom_components.retrowalk.program.model import (
    MPH_IN_KMH,
    Caps,
    Direction,
    PhaseKind,
    free_walk,
)
from custom_components.retrowalk.program.states import Cue, SessionState, SessionView, TurnMode
from custom_components.retrowalk.safety.gate import GateRules, Origin

from .fake_belt import HILLY, LIMITS, Command, Scene

WALKED = {SessionState.WALKING_BACKWARD, SessionState.WALKING_FORWARD}


def _segments(commands: list[Command]) -> list[list[Command]]:
    """Cut the belt's commands at every start."""
    starts = [n for n, command in enumerate(commands) if command.name == "start"]
    return [commands[a:b] for a, b in pairwise([*starts, len(commands)])]


def test_short_classic_as_the_belt_sees_it(scene: Scene) -> None:
    """Caps, starts, ramps and stops in the right order at the right time."""
    scene.start("short_classic")
    scene.finish()
    segments = _segments(scene.belt.commands)
    assert len(segments) == 6  # 3 x (2F, 2B): a start for each, and 5 turns between
    assert scene.belt.names()[0] == "set_cap"
    for n, segment in enumerate(segments):
        speeds = [command.value for command in segment if command.name == "set_speed"]
        # 0.8 mph is 1.287 km/h, rounded down to the machine's step of 0.1; forward in steps
        # of 0.3, backward of 0.2.
        assert speeds == pytest.approx([1.1, 1.2] if n % 2 == 0 else [1.0, 1.2])
        stop = next(command for command in segment if command.name == "stop")
        # 2 s until the belt moves, a report of it, 2 minutes of walking.
        assert stop.at_s - segment[0].at_s == pytest.approx(120.0 + 2.0, abs=1.01)
        assert not any(c.name == "set_speed" and c.at_s > stop.at_s for c in segment)
    caps = [command.value for command in scene.belt.commands if command.name == "set_cap"]
    assert caps == pytest.approx([3.0 * MPH_IN_KMH, 1.0 * MPH_IN_KMH] * 3)
    assert scene.belt.speed_kmh == 0.0
    assert scene.view.backward_s == pytest.approx(360.0)
    assert replace(scene.view, backward_s=0.0) == SessionView(
        state=SessionState.FINISHED, program=scene.view.program
    )


def test_short_classic_as_it_is_told(scene: Scene) -> None:
    """States and cues, each once, in order."""
    scene.start("short_classic")
    scene.finish()
    forward, backward = SessionState.WALKING_FORWARD, SessionState.WALKING_BACKWARD
    turn = SessionState.TURNING
    assert scene.states == [
        SessionState.PREPARING,
        *(forward, turn, backward, turn) * 2,
        *(forward, turn, backward),
        SessionState.STOPPING,
        SessionState.FINISHED,
    ]
    phase_cues = [Cue.PHASE_STARTED, Cue.HALF, Cue.TEN_SECONDS, Cue.THREE, Cue.TWO, Cue.ONE]
    turn_cues = [Cue.TURN, Cue.THREE, Cue.TWO, Cue.ONE]
    assert scene.cues == [
        *(Cue.PREPARING, Cue.FIVE, Cue.FOUR, Cue.THREE, Cue.TWO, Cue.ONE),
        *(*phase_cues, *turn_cues) * 5,
        *phase_cues,
        Cue.FINISHED,
    ]


def test_the_record_holds_what_was_planned_and_done(scene: Scene) -> None:
    """Phase by phase."""
    assert scene.session.record is None
    scene.start("short_classic")
    assert scene.session.record is not None
    assert scene.session.record.phases == ()
    scene.finish()
    record = scene.session.record
    assert record is not None
    assert (record.program_id, record.turns, record.ended) == ("short_classic", 5, None)
    assert (record.unplanned_stops, record.pauses) == (0, ())
    assert record.backward_s == pytest.approx(360.0)
    assert scene.view.program is not None
    for done, phase in zip(record.phases, scene.view.program.phases, strict=True):
        assert done.kind is phase.kind
        assert done.planned_s == phase.duration_s
        assert done.done_s == pytest.approx(phase.duration_s)
        walked = phase.direction is not None
        assert done.speed_kmh == (pytest.approx(1.2) if walked else None)


def test_the_start_comes_in_the_call_that_ends_the_countdown(scene: Scene) -> None:
    """Not a loop turn later."""
    scene.start("daily_two")
    begin_s = scene.clock.now_s()
    assert scene.view.countdown_ends_s == begin_s + 5.0
    scene.run(4.99)
    assert "start" not in scene.belt.names()
    assert scene.view.state is SessionState.PREPARING
    scene.run(0.01)
    assert scene.belt.commands[-1] == Command(at_s=begin_s + 5.0, name="start")
    assert scene.states[-1] is SessionState.WALKING_BACKWARD


def test_the_phase_runs_from_the_first_report_of_motion(scene: Scene) -> None:
    """And its end is known from then on."""
    scene.start("daily_two")
    scene.until_state(SessionState.WALKING_BACKWARD)
    assert scene.view.phase_ends_s is None
    scene.until(lambda view: view.phase_ends_s is not None)
    assert scene.belt.report.motion is BeltMotion.MOVING
    moved_s = scene.clock.now_s()
    assert scene.view.phase_ends_s == pytest.approx(moved_s + 60.0)
    assert scene.view.session_ends_s == pytest.approx(moved_s + 240.0)
    scene.run(10.0)
    assert scene.view.backward_s == pytest.approx(10.0)
    assert scene.view.phase_ends_s == pytest.approx(moved_s + 60.0)


def test_a_running_phase_tells_nothing_new_by_the_second(scene: Scene) -> None:
    """No state is written when nothing changed."""
    scene.walk("daily_two")
    scene.run(12.0)
    told = len(scene.views)
    scene.run(20.0)
    assert len(scene.views) == told


def test_a_rest_counts_from_measured_rest_and_waits_for_a_word(scene: Scene) -> None:
    """Its end moves nothing."""
    scene.start("daily_two")
    scene.until_state(SessionState.STANDING)
    assert scene.view.phase_ends_s is None
    assert scene.belt.names()[-1] == "stop"
    scene.until(lambda view: view.phase_ends_s is not None)
    assert scene.belt.report.motion is BeltMotion.STOPPED
    rest_s = scene.clock.now_s()
    scene.until_asked()
    assert scene.clock.now_s() == pytest.approx(rest_s + 60.0, abs=0.51)
    assert scene.view.state is SessionState.STANDING
    assert scene.cues[-1] is Cue.CONFIRM
    assert scene.belt.names().count("start") == 1
    scene.session.confirm(Origin.SATELLITE)
    scene.run(3.0)
    assert scene.belt.names().count("start") == 2
    assert scene.states[-1] is SessionState.WALKING_BACKWARD


def test_a_program_that_ends_standing_is_finished_then(scene: Scene) -> None:
    """Without another stop to wait for."""
    scene.start("daily_two")
    scene.finish()
    assert scene.states[-2:] == [SessionState.STANDING, SessionState.FINISHED]
    assert scene.view.backward_s == pytest.approx(120.0)


def test_the_hill_comes_without_a_stop() -> None:
    """Same facing, no turn: only the incline changes."""
    scene = Scene(limits=HILLY)
    scene.start("gentle_hill", caps=Caps(inclination_percent=3.0))
    scene.finish()
    names = scene.belt.names()
    assert (names.count("start"), names.count("set_cap")) == (1, 3)
    inclinations = [c.value for c in scene.belt.commands if c.name == "set_inclination"]
    assert inclinations == [0.0, 1.0, 0.0]
    assert scene.states == [
        SessionState.PREPARING,
        SessionState.WALKING_BACKWARD,
        SessionState.STOPPING,
        SessionState.FINISHED,
    ]
    assert scene.cues.count(Cue.PHASE_STARTED) == 3


def test_a_lowest_speed_above_the_program_is_told_before_the_start() -> None:
    """A walking pad that begins at 1.0 km/h."""
    scene = Scene(limits=replace(LIMITS, min_speed_kmh=1.0, speed_step_kmh=0.5))
    scene.start("daily_two")
    assert scene.cues[:3] == [Cue.PREPARING, Cue.SPEED_RAISED, Cue.FIVE]
    scene.until_moving()
    scene.run(30.0)
    assert scene.belt.speed_kmh == 1.0
    assert "set_speed" not in scene.belt.names()


def test_a_machine_with_coarse_steps_gets_to_its_target() -> None:
    """Its step is larger than the ramp's."""
    scene = Scene(limits=replace(LIMITS, min_speed_kmh=1.0, speed_step_kmh=0.5))
    scene.start("daily_two", speed_kmh=1.6)
    scene.until_moving()
    scene.run(30.0)
    assert scene.belt.speed_kmh == pytest.approx(1.5)


def test_a_free_walk_goes_on_until_it_is_stopped(scene: Scene) -> None:
    """For more than an hour, without an end to show."""
    scene.start(free_walk(Direction.FORWARD))
    scene.until(lambda _: scene.belt.speed_kmh > 0)
    scene.run(4000.0)
    assert scene.view.state is SessionState.WALKING_FORWARD
    assert (scene.view.phase_ends_s, scene.view.session_ends_s) == (None, None)
    assert scene.view.phase is not None
    assert scene.view.phase.kind is PhaseKind.WALK_FORWARD
    scene.session.stop()
    scene.until_state(SessionState.STOPPED, within_s=10.0)


def test_countdown_mode_needs_no_word_where_the_walker_stands() -> None:
    """Ten announced seconds at each turn."""
    scene = Scene(rules=GateRules(countdown=True))
    scene.start("short_classic", turn_mode=TurnMode.COUNTDOWN)
    scene.until_state(SessionState.TURNING)
    scene.until_asked()
    asked_s = scene.clock.now_s()
    assert scene.view.countdown_ends_s == pytest.approx(asked_s + 10.0, abs=0.51)
    scene.until_state(SessionState.WALKING_BACKWARD, within_s=11.0)
    scene.until_state(SessionState.FINISHED)
    assert scene.belt.names().count("start") == 6


def test_no_timer_is_left_at_the_end(scene: Scene) -> None:
    """Nothing is due after a session."""
    scene.start("short_classic")
    scene.finish()
    assert scene.clock.pending == 1  # the belt's own


def test_one_session_after_another(scene: Scene) -> None:
    """Nothing of the first is in the second."""
    scene.start("daily_two")
    scene.finish()
    scene.start("daily_two")
    assert scene.view.backward_s == 0.0
    scene.finish()
    assert scene.view.backward_s == pytest.approx(120.0)


def test_every_phase_of_every_machine_begins_at_its_lowest_speed() -> None:
    """And goes up in small steps only."""
    scene = Scene(limits=LIMITS)
    scene.start("knee_ten", speed_kmh=1.5)
    scene.finish()
    for segment in _segments(scene.belt.commands):
        speeds = [c.value for c in segment if c.name == "set_speed" and c.value is not None]
        assert speeds == sorted(speeds)
        assert speeds[0] <= LIMITS.min_speed_kmh + 0.3 + 1e-9
        assert speeds[-1] == pytest.approx(1.5)
