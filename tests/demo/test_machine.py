"""The virtual devices, and the console and the walker, pressed in a dashboard."""

import asyncio
from collections.abc import AsyncGenerator

from homeassistant.core import HomeAssistant
import pytest

from custom_components.retrowalk.clock import Clock
from simulator.belt_physics import BeltPhysics
from simulator.demo.machine import (
    CONSOLE,
    LEADS_UP_S,
    WALKER,
    Devices,
    connect_buttons,
    devices_on_air,
)

pytestmark = pytest.mark.virtual_time


@pytest.fixture
async def devices(hass: HomeAssistant, clock: Clock) -> AsyncGenerator[Devices]:
    """Connect the devices to buttons that were there before."""
    for button in (*CONSOLE, *WALKER):
        hass.states.async_set(button, "unknown")
    hass.states.async_set("input_boolean.safety_key", "on")
    async with devices_on_air(clock, "fitshow") as devices:
        connect_buttons(hass, devices)
        yield devices


@pytest.fixture
def belt(devices: Devices) -> BeltPhysics:
    """Return the belt."""
    return devices.treadmill.belt


async def press(hass: HomeAssistant, button: str) -> None:
    """Press a button, and give what it does time."""
    hass.states.async_set(f"input_button.{button}", f"at {hass.loop.time()}")
    await asyncio.sleep(10)


async def test_every_button_reaches_the_belt(hass: HomeAssistant, belt: BeltPhysics) -> None:
    """Start, faster, slower, stop."""
    speeds_kmh = []
    for button in ("start", "plus", "minus", "stop"):
        await press(hass, f"console_{button}")
        speeds_kmh.append(round(belt.speed_kmh, 1))
    assert speeds_kmh == [0.8, 0.9, 0.8, 0.0]


async def test_the_key_stops_the_belt(hass: HomeAssistant, belt: BeltPhysics) -> None:
    """And nothing moves because it is back."""
    await press(hass, "console_start")
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


async def test_the_walker_steps_with_the_belt_until_she_falls(
    hass: HomeAssistant, devices: Devices, belt: BeltPhysics
) -> None:
    """Belt, strap and pod measure one walker; when she lies there the belt goes on."""
    await press(hass, "console_start")
    assert belt.cadence_spm == pytest.approx(devices.walker.cadence_spm)
    assert belt.cadence_spm
    await press(hass, "walker_falls")
    assert devices.walker.is_down
    assert (belt.cadence_spm, belt.speed_kmh) == (0.0, 0.8)
    await press(hass, "walker_gets_up")
    assert not devices.walker.is_down
    assert belt.cadence_spm


async def test_the_impact_comes_when_it_is_said_to(devices: Devices, clock: Clock) -> None:
    """From it the check counts how long a stop takes."""
    devices.let_fall()
    falls_s = clock.now_s()
    await asyncio.sleep(LEADS_UP_S + 1)

    def strength(at_s: float) -> float:
        return sum(axis_g**2 for axis_g in devices.walker.acceleration_g(at_s))

    hardest_s = max((falls_s + number / 50 for number in range(100)), key=strength)
    assert hardest_s - falls_s == pytest.approx(LEADS_UP_S, abs=0.1)
