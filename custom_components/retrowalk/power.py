"""The treadmill's power switch: switched off and read, and never switched on."""

import asyncio

from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, STATE_OFF
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
    split_entity_id,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
import probatio as vol

SAYS_OFF_WITHIN_S = 10.0


async def async_power_off(hass: HomeAssistant, entity_id: str) -> bool:
    """Switch off, and tell whether the switch itself then says that it is off."""
    off = asyncio.Event()

    @callback
    def look(_: Event[EventStateChangedData] | None = None) -> None:
        state = hass.states.get(entity_id)
        if state is not None and state.state == STATE_OFF:
            off.set()

    stop_listening = async_track_state_change_event(hass, entity_id, look)
    try:
        async with asyncio.timeout(SAYS_OFF_WITHIN_S):
            await hass.services.async_call(
                split_entity_id(entity_id)[0],
                SERVICE_TURN_OFF,
                {ATTR_ENTITY_ID: entity_id},
                blocking=True,
            )
            look()
            await off.wait()
    except TimeoutError, HomeAssistantError, vol.Invalid:
        return False
    finally:
        stop_listening()
    return True
