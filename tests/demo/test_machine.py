"""The console of the virtual treadmill, pressed in a dashboard."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from custom_components.retrowalk.clock import Clock
from simulator.belt_physics import BeltPhysics
from simulator.demo.machine import connect_console

pytestmark = pytest.mark.virtual_time


@pytest.fixture
def belt(hass: HomeAssistant, clock: Clock) -> BeltPhysics:
    """Connect a belt to buttons that were there before."""
    for button in ("start", "stop", "plus", "minus"):
        hass.states.async_set(f"input_button.console_{button}", "unknown")
    hass.states.async_set("input_boolean.safety_key", "on")
    belt = BeltPhysics(clock)
    connect_console(hass, belt)
    return belt


async def press(hass: HomeAssistant, button: str) -> None:
    """Press a button of the console, and give the belt time."""
    hass.states.async_set(f"input_button.console_{button}", f"at {hass.loop.time()}")
    await asyncio.sleep(10)


async def test_every_button_reaches_the_belt(hass: HomeAssistant, belt: BeltPhysics) -> None:
    """Start, faster, slower, stop."""
    speeds_kmh = []
    for button in ("start", "plus", "minus", "stop"):
        await press(hass, button)
        speeds_kmh.append(round(belt.speed_kmh, 1))
    assert speeds_kmh == [0.8, 0.9, 0.8, 0.0]


async def test_the_key_stops_the_belt(hass: HomeAssistant, belt: BeltPhysics) -> None:
    """And nothing moves because it is back."""
    await press(hass, "start")
    for key in ("off", "on"):
        hass.states.async_set("input_boolean.safety_key", key)
        await asyncio.sleep(10)
        assert belt.speed_kmh == 0


async def test_a_button_that_comes_back_is_no_press(hass: HomeAssistant, belt: BeltPhysics) -> None:
    """After a reload it has its old state again."""
    hass.states.async_set("input_button.console_start", "unavailable")
    hass.states.async_set("input_button.console_start", "at 8 o'clock")
    await asyncio.sleep(10)
    assert belt.speed_kmh == 0
