"""What may be asked in each state, and what is heard in all of them."""

from collections.abc import Callable

import pytest

from custom_components.retrowalk.belt import BeltEventKind
from custom_components.retrowalk.program.errors import RequestRefused
from custom_components.retrowalk.program.states import (
    ALLOWED,
    AT_AN_END,
    Reason,
    Request,
    SessionState,
)
from custom_components.retrowalk.safety.gate import Origin

from .fake_belt import Scene
from .ways import reach

REQUESTS: dict[Request, Callable[[Scene], object]] = {
    Request.START: lambda scene: scene.start("daily_two"),
    Request.CONFIRM: lambda scene: scene.session.confirm(Origin.CARD),
    Request.PAUSE: lambda scene: scene.session.pause(),
    Request.RESUME: lambda scene: scene.session.resume(Origin.CARD),
    Request.SKIP_PHASE: lambda scene: scene.session.skip_phase(),
    Request.ADJUST_SPEED: lambda scene: scene.session.adjust_speed(1.0),
    Request.CLEAR_FALL: lambda scene: scene.session.clear_fall(),
}
KEYS = {SessionState.FALL_SUSPECTED: "fall_suspected"} | dict.fromkeys(AT_AN_END, "no_session")


@pytest.mark.parametrize("request_", Request)
@pytest.mark.parametrize("state", SessionState)
def test_what_may_be_asked_in_each_state(
    scene: Scene, state: SessionState, request_: Request
) -> None:
    """The table of requests, each in each state; a refusal changes nothing."""
    reach(scene, state)
    before = scene.view
    if request_ in ALLOWED[state]:
        if (state, request_) == (SessionState.STANDING, Request.SKIP_PHASE):
            return  # the rest is over already: see below
        REQUESTS[request_](scene)
        return
    with pytest.raises(RequestRefused) as caught:
        REQUESTS[request_](scene)
    expected = KEYS.get(state, "session_running" if request_ is Request.START else "not_now")
    assert caught.value.key == expected
    assert caught.value.placeholders == {"request": request_, "state": state}
    assert scene.view == before


@pytest.mark.parametrize("state", SessionState)
def test_stop_reaches_the_belt_in_the_same_call_in_every_state(
    scene: Scene, state: SessionState
) -> None:
    """Stop wins, may be repeated, and nothing moves after it."""
    reach(scene, state)
    stops = scene.belt.names().count("stop")
    scene.session.stop()
    assert scene.belt.names().count("stop") == stops + 1
    scene.session.stop()
    assert scene.belt.names().count("stop") == stops + 2
    assert not scene.gate.take()
    starts = scene.belt.names().count("start")
    scene.run(30.0)
    assert scene.belt.names().count("start") == starts
    resting = AT_AN_END | {SessionState.FALL_SUSPECTED}
    assert scene.view.state is (state if state in resting else SessionState.STOPPED)
    assert scene.view.unplanned is (state is SessionState.FALL_SUSPECTED)


@pytest.mark.parametrize("state", SessionState)
def test_a_fall_stops_the_belt_and_latches_in_every_state(
    scene: Scene, state: SessionState
) -> None:
    """Only a person ends it; no start at the console does."""
    reach(scene, state)
    stops = scene.belt.names().count("stop")
    scene.session.fall_suspected()
    assert scene.belt.names().count("stop") == stops + 1
    assert (scene.view.state, scene.view.unplanned) == (SessionState.FALL_SUSPECTED, True)
    scene.run(1000.0)
    scene.belt.press_start()
    scene.belt.say(BeltEventKind.RUNAWAY)
    assert scene.view.state is SessionState.FALL_SUSPECTED
    scene.session.clear_fall()
    assert (scene.view.state, scene.view.reason) == (SessionState.STOPPED, Reason.FALL_CLEARED)
    assert scene.belt.names().count("start") <= 2


@pytest.mark.parametrize("state", SessionState)
def test_closing_stops_the_belt_and_leaves_no_timer(scene: Scene, state: SessionState) -> None:
    """Unloading leaves nothing behind."""
    reach(scene, state)
    stops = scene.belt.names().count("stop")
    scene.session.close()
    assert scene.clock.pending == 1  # the belt's own
    quiet = AT_AN_END | {SessionState.FALL_SUSPECTED}
    if state not in quiet:
        assert scene.belt.names().count("stop") == stops + 1
        assert (scene.view.state, scene.view.reason) == (SessionState.STOPPED, Reason.CLOSED)
