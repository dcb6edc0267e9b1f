"""The actions: what they do, and what each says when it cannot be done."""

import asyncio
from collections.abc import Awaitable, Callable
import math
from typing import Any

from homeassistant.config_entries import ConfigEntry
import probatio as vol
import pytest

from custom_components.retrowalk.program.library import load_built_in

from .conftest import set_up, treadmill_for, walker
from .home import BELT, SESSION, Home, device_id, refusal, told

pytestmark = pytest.mark.virtual_time

START = "start_program"
DAILY: dict[str, Any] = {"program": "daily_two"}


async def nothing(home: Home) -> None:
    """Leave everything as it is."""


async def walking(home: Home) -> None:
    """Let Anna walk forward, in the first phase of Short Classic."""
    await home.walk()


async def paused(home: Home) -> None:
    """Let Anna pause."""
    await home.walk()
    await home.act("pause")
    await home.until("stopped", of=BELT)


async def turning(home: Home) -> None:
    """Let the belt slow down for Anna's first turn."""
    await home.walk()
    await home.act("skip_phase")
    await home.until("turning")


async def standing(home: Home) -> None:
    """Let Anna stand, in the rest between two walks."""
    await home.walk("daily_two")
    await home.act("skip_phase")
    await home.until("stopped", of=BELT)


async def falling(home: Home) -> None:
    """Let the guard suspect that Anna fell."""
    await home.walk()
    home.entry("treadmill").runtime_data.session.fall_suspected()
    await home.until("fall_suspected")
    await home.until("stopped", of=BELT)


async def slow_treadmill(home: Home) -> None:
    """Cap the treadmill below its lowest speed."""
    options = {"max_speed_kmh": 0.7}
    home.hass.config_entries.async_update_entry(home.entry("treadmill"), options=options)


async def two_treadmills(home: Home) -> None:
    """Add another treadmill, which is off."""
    await set_up(home.hass, treadmill_for(home.treadmill.profile, "C0:FF:EE:18:26:02"))


async def ben_too(home: Home) -> None:
    """Let Ben walk here, too."""
    await set_up(home.hass, walker("Ben"))


async def treadmill_off(home: Home) -> None:
    """Disable the treadmill's entry."""
    await home.hass.config_entries.async_unload(home.entry("treadmill").entry_id)


async def walker_off(home: Home) -> None:
    """Disable the walker's entry."""
    await home.hass.config_entries.async_unload(home.entry("walker").entry_id)


async def no_rails(home: Home) -> None:
    """Take rails and clip away from the treadmill."""
    entry = home.entry("treadmill")
    data = {**entry.data, "handrails": False, "safety_clip": False}
    home.hass.config_entries.async_update_entry(entry, data=data)
    await home.hass.async_block_till_done()


# What is refused in which situation, and by which reason.
REFUSED: dict[Callable[[Home], Awaitable[None]], list[tuple[str, dict[str, Any], str]]] = {
    nothing: [
        (START, {"program": "moonwalk"}, "unknown_program"),
        (START, {**DAILY, "speed_kmh": 3.5}, "speed_above_cap"),
        (START, {**DAILY, "speed_mph": 1.1}, "speed_above_cap"),
        (START, {"program": "clinic_30"}, "speed_not_prescribed"),
        (START, {**DAILY, "walker": "no such device"}, "not_a_walker"),
        (START, {**DAILY, "treadmill": "no such device"}, "not_a_treadmill"),
        ("pause", {}, "no_session"),
        ("resume", {}, "no_session"),
        ("skip_phase", {}, "no_session"),
        ("confirm_turn", {}, "no_session"),
        ("adjust_speed", {"speed_kmh": 1.0}, "no_session"),
        ("stop", {"treadmill": "no such device"}, "not_a_treadmill"),
    ],
    no_rails: [(START, DAILY, "backward_locked")],
    walking: [
        (START, DAILY, "session_running"),
        ("adjust_speed", {}, "which_speed"),
        ("adjust_speed", {"speed_kmh": 5.5}, "speed_above_cap"),
        ("adjust_speed", {"change_kmh": 0.04}, "no_faster_step"),
        ("resume", {}, "not_now"),
    ],
    paused: [("adjust_speed", {"speed_kmh": 1.0}, "not_now")],
    turning: [("confirm_turn", {}, "belt_not_at_rest")],
    standing: [("confirm_turn", {}, "nothing_to_confirm")],
    falling: [("pause", {}, "fall_suspected"), (START, DAILY, "alert_open")],
    slow_treadmill: [(START, DAILY, "lowest_speed_above_cap")],
    two_treadmills: [("unlock", {"pin": "1"}, "which_treadmill")],
    ben_too: [(START, DAILY, "which_walker"), ("pause", {}, "which_walker")],
    treadmill_off: [
        (START, DAILY, "treadmill_missing"),
        ("pause", {}, "treadmill_missing"),
        ("unlock", {"pin": "1"}, "no_treadmill"),
    ],
    walker_off: [(START, DAILY, "no_walker"), ("pause", {}, "no_walker")],
}


@pytest.mark.parametrize("before", REFUSED)
async def test_refusals(home: Home, before: Callable[[Home], Awaitable[None]]) -> None:
    """Each refusal says why, in a sentence of its own, and changes nothing."""
    await before(home)
    was = home.session, told(home.belt)
    for action, data, key in REFUSED[before]:
        assert await refusal(home.act(action, **data)) == key
    await asyncio.sleep(1)
    assert (home.session, told(home.belt)) == was


@pytest.mark.parametrize(
    "data",
    [
        {},
        {**DAILY, "speed_kmh": math.nan},
        {**DAILY, "speed_kmh": "inf"},
        {**DAILY, "speed_mph": 1e9},
        {**DAILY, "speed_kmh": "fast"},
        {**DAILY, "speed_kmh": 1.0, "speed_mph": 0.5},
        {**DAILY, "speed_furlongs": 1.0},
    ],
)
async def test_what_is_no_request(home: Home, data: dict[str, Any]) -> None:
    """What is not even a speed, or two of them, never reaches the session."""
    with pytest.raises(vol.Invalid):
        await home.act(START, **data)
    assert home.session == "idle"


async def test_two_walkers(home: Home, walker_entry: ConfigEntry) -> None:
    """Named, each has a session of his own; the treadmill serves one at a time."""
    ben_entry = await set_up(home.hass, walker("Ben"))
    anna, ben = (device_id(home.hass, entry) for entry in (walker_entry, ben_entry))
    await home.act(START, walker=anna, **DAILY)
    assert await refusal(home.act(START, walker=ben, **DAILY)) == "treadmill_in_use"
    for action in ("pause", "confirm_turn"):
        assert await refusal(home.act(action, walker=ben)) == "no_session"
    await home.press()
    await home.until("moving", of=BELT)
    assert home.state("sensor.ben_session") == "idle"
    await home.act("stop", walker=ben)  # his belt is hers
    await home.until("stopped")
    assert await refusal(home.act(START, walker=ben, program="clinic_30")) == "speed_not_prescribed"
    for name in ("anna", "ben"):
        await home.call("select.select_option", f"select.{name}_program", option="first_steps")
    await asyncio.sleep(1)
    assert (home.session, home.state("sensor.ben_session")) == ("stopped", "idle")


async def test_no_wearable(home: Home) -> None:
    """Who has no wearable says so, in the entry or with each start."""
    entry = await set_up(home.hass, walker("Ben", without_wearable=False))
    ben = device_id(home.hass, entry)
    assert await refusal(home.act(START, walker=ben, **DAILY)) == "wearable_missing"
    answer = await home.act(START, walker=ben, without_wearable=True, **DAILY)
    assert answer == {"session": "waiting", "reason": "not_at_the_belt"}


async def test_the_way_through(home: Home) -> None:
    """Speed, skipping and pausing do what they say."""
    answer = await home.act(START, program="free_walk", speed_mph=0.6)
    assert answer == {"session": "waiting", "reason": "not_at_the_belt"}
    await home.press()
    await home.until("moving", of=BELT)
    await asyncio.sleep(10)
    await home.act("adjust_speed", change_kmh=0.3)
    await asyncio.sleep(20)
    await home.act("adjust_speed", speed_mph=0.5)
    await asyncio.sleep(5)
    assert told(home.belt) == ["start", 0.8, 0.9, 1.1, 1.2, 0.8]
    await home.act("pause")
    assert await home.until("paused")
    assert home.attribute(SESSION, "reason") == "asked"
    await home.until("stopped", of=BELT)


async def test_skipping(home: Home) -> None:
    """A phase is skipped to its turn; a turn is not."""
    await home.walk()
    await home.act("skip_phase")
    assert await home.until_asked()
    assert await refusal(home.act("skip_phase")) == "not_now"
    assert home.session == "turning"


async def test_the_programs(home: Home) -> None:
    """They can be listed, and chosen for the start button."""
    answer = await home.act("list_programs")
    assert answer is not None
    listed = {each["program"]: each for each in answer["programs"]}
    assert list(listed) == list(load_built_in())
    assert listed["short_classic"]["turns"] == 5
    assert listed["short_classic"]["minutes"] == 12
    assert listed["short_classic"]["minutes_backward"] == 6
    await home.call("select.select_option", "select.anna_program", option="first_steps")
    await home.call("button.press", "button.anna_start")
    await home.until("first_steps", of="sensor.anna_program")
    await home.act("stop")
