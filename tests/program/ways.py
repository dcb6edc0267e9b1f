"""How each state of a session is reached."""

from collections.abc import Callable

from custom_components.retrowalk.program.states import SessionState
from custom_components.retrowalk.safety.gate import Origin

from .fake_belt import Scene


def _at_turn(scene: Scene) -> None:
    scene.start("short_classic")
    scene.until_asked()


def _at_the_end_of_a_rest(scene: Scene) -> None:
    scene.start("daily_two")
    scene.until_asked()


def _paused(scene: Scene) -> None:
    scene.walk("daily_two")
    scene.session.pause()


def _stopping(scene: Scene) -> None:
    scene.walk("daily_two")
    scene.session.stop()


def _finished(scene: Scene) -> None:
    scene.start("daily_two")
    scene.finish()


def _stopped(scene: Scene) -> None:
    scene.start("daily_two")
    scene.session.stop()


# How each state is reached.
WAYS: dict[SessionState, Callable[[Scene], object]] = {
    SessionState.IDLE: lambda _: None,
    SessionState.WAITING: lambda scene: scene.start("daily_two", origin=Origin.AUTOMATION),
    SessionState.PREPARING: lambda scene: scene.start("daily_two"),
    SessionState.WALKING_BACKWARD: lambda scene: scene.walk("daily_two"),
    SessionState.WALKING_FORWARD: lambda scene: scene.walk("short_classic"),
    SessionState.STANDING: _at_the_end_of_a_rest,
    SessionState.TURNING: _at_turn,
    SessionState.PAUSED: _paused,
    SessionState.STOPPING: _stopping,
    SessionState.FINISHED: _finished,
    SessionState.STOPPED: _stopped,
    SessionState.FALL_SUSPECTED: lambda scene: scene.session.fall_suspected(),
}


def reach(scene: Scene, state: SessionState) -> None:
    """Bring a session into a state."""
    WAYS[state](scene)
    assert scene.view.state is state
