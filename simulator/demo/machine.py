"""The virtual treadmill of the demo: on the radio, with a console to press in the dashboard."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import zlib

from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from custom_components.retrowalk.clock import Clock

from ..belt_physics import BeltPhysics
from ..profiles import PROFILES
from ..radio import VirtualRadio
from ..treadmill import VirtualTreadmill

CADENCE_SPM = 55.0  # of a slow walk

HANDRAIL_BUTTON = "input_button.handrail_button"
SAFETY_KEY = "input_boolean.safety_key"
CONSOLE: dict[str, Callable[[BeltPhysics], None]] = {
    "input_button.console_start": BeltPhysics.press_start,
    "input_button.console_stop": BeltPhysics.press_stop,
    "input_button.console_plus": BeltPhysics.press_plus,
    "input_button.console_minus": BeltPhysics.press_minus,
}


@asynccontextmanager
async def treadmill_on_air(
    clock: Clock, profile: str
) -> AsyncIterator[tuple[VirtualRadio, VirtualTreadmill]]:
    """Switch a treadmill on that somebody stands at; each kind has an address of its own."""
    number = zlib.crc32(profile.encode()) & 0xFFFFFF
    address = ":".join(f"{byte:02X}" for byte in b"\xc0\xff\xee" + number.to_bytes(3))
    radio = VirtualRadio()
    treadmill = VirtualTreadmill(clock, PROFILES[profile], address)
    treadmill.belt.cadence_spm = CADENCE_SPM
    await radio.start()
    await radio.add(treadmill)
    try:
        yield radio, treadmill
    finally:
        await radio.stop()


def connect_console(hass: HomeAssistant, belt: BeltPhysics) -> None:
    """Let the console's buttons in Home Assistant press the machine's own."""

    @callback
    def pressed(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or old.state == new.state:
            return
        if STATE_UNAVAILABLE in {old.state, new.state}:
            return  # it came or went, and nobody pressed
        if new.entity_id != SAFETY_KEY:
            CONSOLE[new.entity_id](belt)
        elif new.state == STATE_ON:
            belt.insert_key()
        else:
            belt.pull_key()

    async_track_state_change_event(hass, [*CONSOLE, SAFETY_KEY], pressed)
