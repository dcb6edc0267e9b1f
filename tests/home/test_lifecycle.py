"""Entries come and go, Home Assistant stops, the machine is off: no belt is left moving."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
import pytest

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.const import Connection
from custom_components.retrowalk.registry import registry
from simulator.belt_physics import BeltState
from simulator.profiles import Profile
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS, VirtualTreadmill

from .flows import set_options
from .home import BELT, SESSION, WALKING, Home, refusal, told

pytestmark = pytest.mark.virtual_time

ALWAYS_LINKED = {"connection": Connection.ALWAYS}
CONNECTED = "binary_sensor.fs_0e1b2c_connected"
CONNECTION = "switch.fs_0e1b2c_connection"
RECONNECT = "button.fs_0e1b2c_reconnect"


async def unload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Unload an entry."""
    assert await hass.config_entries.async_unload(entry.entry_id)


async def reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Reload an entry."""
    assert await hass.config_entries.async_reload(entry.entry_id)


async def disable(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Disable an entry."""
    assert await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)


async def remove(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Remove an entry."""
    await hass.config_entries.async_remove(entry.entry_id)


async def shut_down(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Stop Home Assistant."""
    await hass.async_stop()


@pytest.mark.parametrize("leave", [unload, reload, disable, remove, shut_down])
async def test_a_belt_that_moves_is_stopped(
    home: Home,
    treadmill_entry: ConfigEntry,
    leave: Callable[[HomeAssistant, ConfigEntry], Awaitable[None]],
) -> None:
    """It rests before the entry is gone, and nothing moves it afterwards."""
    await home.walk()
    await leave(home.hass, treadmill_entry)
    assert (home.belt.speed_kmh, home.belt.state) == (0, BeltState.IDLE)
    assert not home.treadmill.connected
    assert told(home.belt)[-1] == "stop"
    if leave in {unload, disable, remove}:
        assert not registry(home.hass).treadmills
    await asyncio.sleep(300)
    assert told(home.belt)[-1] == "stop"
    assert not home.treadmill.connected


async def test_a_walker_that_leaves(home: Home, walker_entry: ConfigEntry) -> None:
    """The session on the belt goes on: it belongs to the treadmill, and is found again."""
    await home.walk()
    await reload(home.hass, walker_entry)
    assert home.session in WALKING
    await unload(home.hass, walker_entry)
    assert not registry(home.hass).walkers
    await asyncio.sleep(10)
    assert home.belt.speed_kmh > 0
    await home.act("stop")
    await home.until("stopped", of=BELT)


async def test_the_link_outlives_a_session(home: Home) -> None:
    """It is held while somebody walks and a minute longer, then console and app are free."""
    assert not home.treadmill.connected
    assert (home.state(BELT), home.state(CONNECTED)) == ("may_be_moving", "off")
    await home.walk()
    assert home.state(CONNECTED) == "on"
    await home.act("stop")
    await home.until("stopped")
    await asyncio.sleep(58)
    assert home.treadmill.connected
    await home.act("start_program", program="daily_two")
    await home.press()
    await home.until("moving", of=BELT)
    await home.act("stop")
    await home.until("stopped")
    await asyncio.sleep(58)
    assert home.treadmill.connected  # the minute began anew
    await asyncio.sleep(4)
    assert not home.treadmill.connected
    assert home.state(BELT) == "may_be_moving"


async def test_holding_the_link(home: Home) -> None:
    """The switch holds it and lets go of it, but not of a belt that moves."""
    await home.call("switch.turn_on", CONNECTION)
    await home.until("stopped", of=BELT)
    await home.call("button.press", RECONNECT)
    await home.until("may_be_moving", of=BELT)
    await home.until("stopped", of=BELT)
    await home.walk()
    for asking in (
        home.call("switch.turn_off", CONNECTION),
        home.call("button.press", RECONNECT),
    ):
        assert await refusal(asking) == "not_while_moving"
    await home.act("stop")
    await home.until("stopped", of=BELT)
    await asyncio.sleep(120)
    assert home.treadmill.connected
    await home.call("switch.turn_off", CONNECTION)
    assert not home.treadmill.connected
    assert not [event for event in told(home.belt) if event == "start"][1:]


@pytest.mark.parametrize(("away_s", "session"), [(5, "paused"), (800, "stopped")])
async def test_a_link_lost_while_walking(
    home: Home, home_radio: VirtualRadio, away_s: float, session: str
) -> None:
    """The session is paused; the machine, whenever it is found again, is stopped, never started."""
    await home.walk()
    before = told(home.belt)
    home_radio.set_reachable(DEFAULT_ADDRESS, False)
    assert await home.until("paused", limit_s=2)
    assert home.attribute(SESSION, "reason") == "link_lost"
    assert (home.state(BELT), home.state("sensor.fs_0e1b2c_speed")) == (
        "may_be_moving",
        "unavailable",
    )
    await asyncio.sleep(away_s)
    assert home.belt.speed_kmh > 0  # nobody can reach it
    home_radio.set_reachable(DEFAULT_ADDRESS, True)
    await home.until("stopped", of=BELT)
    assert home.belt.speed_kmh == 0
    await asyncio.sleep(30)
    assert home.session == session
    assert set(told(home.belt)[len(before) :]) <= {"stop", "pause"}


@pytest.mark.parametrize("treadmill_options", [{}, ALWAYS_LINKED], ids=["on_demand", "always"])
async def test_a_machine_that_is_off(
    hass: HomeAssistant,
    treadmill_entry: ConfigEntry,
    walker_entry: ConfigEntry,
    home_radio: VirtualRadio,
    clock: Clock,
    profile: Profile,
    treadmill_options: dict[str, Any],
) -> None:
    """It keeps its entities, a start says that it is not there, and it comes alive later."""
    home = Home(hass, VirtualTreadmill(clock, profile))
    assert (home.state(BELT), home.state("sensor.fs_0e1b2c_speed")) == (
        "may_be_moving",
        "unavailable",
    )
    await home.act("start_program", program="daily_two")
    await home.press()
    assert await home.until("stopped")
    assert home.attribute(SESSION, "reason") == "not_linked"
    await asyncio.sleep(70)
    await home_radio.add(home.treadmill)
    await asyncio.sleep(60)
    assert home.treadmill.connected is bool(treadmill_options)
    await home.walk("daily_two")


async def test_a_new_session_for_a_machine_that_was_lost(
    home: Home, home_radio: VirtualRadio
) -> None:
    """Found again by the next session, it is stopped first, and then held as long as she walks."""
    await home.walk()
    home_radio.set_reachable(DEFAULT_ADDRESS, False)
    await home.until("paused")
    await home.act("im_ok")
    await home.act("stop")
    await home.until("stopped", limit_s=100)
    home_radio.set_reachable(DEFAULT_ADDRESS, True)
    await home.act("start_program", program="short_classic")
    await home.press()
    await home.until(*WALKING)
    assert home.belt.speed_kmh == 0
    assert told(home.belt)[-1] in {"start", "stop"}
    await asyncio.sleep(100)
    assert home.session in WALKING


async def test_options_during_a_session(home: Home, treadmill_entry: ConfigEntry) -> None:
    """A running session goes on under the caps that it began with; then the new ones hold."""
    await home.walk()
    chosen = {"connection": "on_demand", "max_speed_kmh": 1.0, "unit": "automatic"}
    await set_options(home.hass, treadmill_entry, **chosen, profile="automatic")
    await home.act("adjust_speed", speed_kmh=1.4)
    await asyncio.sleep(10)
    assert home.belt.speed_kmh == pytest.approx(1.4)
    runtime = treadmill_entry.runtime_data
    await home.act("stop")
    await home.until("stopped")
    await home.hass.async_block_till_done()
    assert treadmill_entry.runtime_data is not runtime
    asking = home.act("start_program", program="daily_two", speed_kmh=1.4)
    assert await refusal(asking) == "speed_above_cap"


async def test_a_walkers_options_during_a_session(home: Home, walker_entry: ConfigEntry) -> None:
    """A walker's new caps and gate apply to the next session."""
    await home.walk()
    await set_options(home.hass, walker_entry, forward_cap_kmh=1.0, any_user=True)
    await home.act("adjust_speed", speed_kmh=1.4)
    await home.act("pause")
    await home.until("stopped", of=BELT)
    assert await refusal(home.act("resume")) == "not_at_the_belt"
    await home.act("stop")
    await home.until("stopped")
    await home.hass.async_block_till_done()
    asking = home.act("start_program", program="short_classic", speed_kmh=1.4)
    assert await refusal(asking) == "speed_above_cap"
