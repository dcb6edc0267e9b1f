"""Stop: from everywhere, in every state, at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.safety.gate import Origin
from simulator.radio import VirtualRadio
from simulator.treadmill import VirtualTreadmill

from .conftest import set_up, treadmill_for, walker
from .home import BELT, Home, device_id, times_of, told

pytestmark = pytest.mark.virtual_time

START = "start_program"
DAILY: dict[str, Any] = {"program": "daily_two"}


async def stop_all(home: Home) -> None:
    """Stop every belt."""
    await home.act("stop")


async def stop_treadmill(home: Home) -> None:
    """Stop the treadmill."""
    await home.act("stop", treadmill=device_id(home.hass, home.entry("treadmill")))


async def stop_walker(home: Home) -> None:
    """Stop the walker."""
    await home.act("stop", walker=device_id(home.hass, home.entry("walker")))


async def press_stop(home: Home) -> None:
    """Press Stop on the treadmill's device page."""
    await home.call("button.press", "button.fs_0e1b2c_stop")


async def press_walkers_stop(home: Home) -> None:
    """Press Stop on the walker's device page."""
    await home.call("button.press", "button.anna_stop")


STOPS = [stop_all, stop_treadmill, stop_walker, press_stop, press_walkers_stop]


@pytest.mark.parametrize("stop", STOPS)
async def test_stop(home: Home, stop: Callable[[Home], Awaitable[None]]) -> None:
    """It works in every state, at once, and may be repeated."""
    await stop(home)  # idle, and there is no link
    for program in ("daily_two", "short_classic"):
        await home.act(START, program=program)
        await stop(home)
        await home.until("stopped")
    assert not told(home.belt)
    await home.walk()
    asked_s = home.hass.loop.time()
    await stop(home)
    await stop(home)
    await home.until("stopped")
    assert times_of(home.belt, "stop")[0] == asked_s
    assert home.belt.speed_kmh == 0


async def test_a_stop_in_the_moment_of_the_start(home: Home) -> None:
    """A machine that is busy with the start is told again, and the belt never moves."""
    await home.act(START, **DAILY)
    await home.press()
    await home.until("walking_backward")
    await home.act("stop")
    await home.until("stopped")
    await asyncio.sleep(20)
    assert told(home.belt) == ["start", "stop"]
    assert home.belt.travel_m == 0


@pytest.mark.parametrize("origin", [Origin.AUTOMATION, Origin.HANDRAIL_BUTTON])
async def test_every_belt(
    home: Home, home_radio: VirtualRadio, clock: Clock, origin: Origin
) -> None:
    """Stop with nobody named stops all that wait or walk, and lets new options take over."""
    second = VirtualTreadmill(clock, home.treadmill.profile, "C0:FF:EE:18:26:02")
    await home_radio.add(second)
    await set_up(home.hass, treadmill_for(second.profile, second.address))
    await set_up(home.hass, walker("Ben", dr.format_mac(second.address)))
    for entry in home.entries:
        if entry.data["kind"] == "walker":
            entry.runtime_data.start("daily_two", origin)
    await asyncio.sleep(20)
    walks = origin is Origin.HANDRAIL_BUTTON
    assert (home.belt.speed_kmh > 0, second.belt.speed_kmh > 0) == (walks, walks)
    runtimes = [entry.runtime_data for entry in home.entries]
    for entry in home.entries:
        options = {**entry.options, "max_speed_kmh": 2.0}
        home.hass.config_entries.async_update_entry(entry, options=options)
    assert [entry.runtime_data for entry in home.entries] == runtimes
    await home.act("stop")
    await asyncio.sleep(20)
    assert (home.belt.speed_kmh, second.belt.speed_kmh) == (0, 0)
    assert not {entry.runtime_data for entry in home.entries} & set(runtimes)


async def test_stop_without_a_walker(home: Home, walker_entry: ConfigEntry) -> None:
    """No walker is needed to stop every belt."""
    await home.walk()
    await home.hass.config_entries.async_unload(walker_entry.entry_id)
    await stop_all(home)
    await home.until("stopped", of=BELT)
    assert home.belt.speed_kmh == 0
