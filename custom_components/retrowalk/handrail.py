"""The button on the handrail: one button is all that a hand on the rail can find."""

from contextlib import suppress
from typing import TYPE_CHECKING

from homeassistant.const import STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event

from .belt import AskKind
from .program.states import RESTING, SessionState
from .safety.gate import Origin

if TYPE_CHECKING:
    from .walker_runtime import WalkerRuntime

NO_PRESS = {STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN}


@callback
def listen_to_handrail(walker: WalkerRuntime, entity_id: str) -> CALLBACK_TYPE:
    """Do for `walker` what presses of a button mean; the returned function ends it."""

    @callback
    def state_changed(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if new is None or new.state in NO_PRESS:
            return
        if old is None or old.state in {STATE_UNAVAILABLE, new.state}:
            return  # it came back, and nobody pressed
        with suppress(HomeAssistantError):
            _press(walker)

    return async_track_state_change_event(walker.hass, [entity_id], state_changed)


@callback
def _press(walker: WalkerRuntime) -> None:
    """Do what a press means now."""
    view = walker.view
    # While the belt moves a press is a stop, even if a new speed is to be confirmed.
    asked = view.asks is not None and view.asks.kind is not AskKind.SPEED
    if walker.alerting.view.is_open:
        walker.im_ok()
    elif asked or view.state is SessionState.WAITING or view.awaiting_confirmation:
        walker.confirm(Origin.HANDRAIL_BUTTON)
    elif view.state is SessionState.PAUSED:
        walker.resume(Origin.HANDRAIL_BUTTON)
    elif view.state not in RESTING:  # there the belt stops already: the press came too early
        walker.stop()
