"""What a treadmill that misbehaves, is unknown or was left alone comes to."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import logging
from typing import Any

from homeassistant.auth.models import User
from homeassistant.components import persistent_notification
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.retrowalk.belt import BeltEvent, BeltEventKind
from custom_components.retrowalk.const import DOMAIN, SIGNAL_BELT_EVENT, Connection
from custom_components.retrowalk.diagnostics import async_get_config_entry_diagnostics
from custom_components.retrowalk.treadmill.profile import SpeedUnit
from simulator.profiles import PROFILES, Profile
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS, VirtualTreadmill

from .conftest import NAME, TREADMILL_ID
from .flows import set_options
from .home import BELT, SESSION, WALKING, Home, refusal, times_of, told
from .repairs import issues

pytestmark = pytest.mark.virtual_time

KMH = {"unit": SpeedUnit.KMH}
LOCK = "switch.fs_0e1b2c_lock"
ALWAYS_LINKED = {"connection": Connection.ALWAYS}


@pytest.fixture
def profile(machine: str | None) -> Profile:
    """Return an odd treadmill under the name that entities are called by."""
    return replace(PROFILES[machine or "plain"], local_name=NAME)


def notifications(hass: HomeAssistant) -> list[persistent_notification.Notification]:
    """Return the notifications that stand on the dashboard."""
    return [
        note
        for key, note in persistent_notification._async_get_or_create_notifications(hass).items()  # noqa: SLF001
        if key.startswith("belt_stop_failed")
    ]


async def chosen(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, str]:
    """Return why the profile was chosen, as diagnostics say it."""
    shown = await async_get_config_entry_diagnostics(hass, entry)
    return {**shown["runtime"]["chosen"], "key": shown["runtime"]["profile"]["key"]}


# A stop that does not come


@pytest.mark.parametrize("machine", ["ignored_stop"])
@pytest.mark.parametrize("treadmill_options", [KMH])
async def test_a_stop_that_fails(hass: HomeAssistant, home: Home) -> None:
    """It is on the list of repairs, on the dashboard and for triggers, until the belt rests."""
    heard: list[tuple[str, BeltEvent]] = []
    async_dispatcher_connect(hass, SIGNAL_BELT_EVENT, lambda *what: heard.append(what))
    await home.walk()
    await home.press()
    pressed_s = home.pressed_at_s[-1]
    await asyncio.sleep(30)
    assert home.belt.speed_kmh > 0
    issue = issues(hass)["belt_stop_failed"]
    assert issue.severity is ir.IssueSeverity.CRITICAL
    assert issue.translation_placeholders == {"treadmill": NAME}
    (note,) = notifications(hass)
    assert note["title"] == f"{NAME}: the belt may still be moving"
    assert f"{NAME} was told to stop" in note["message"]
    assert [(who, event.kind) for who, event in heard] == [
        (TREADMILL_ID, BeltEventKind.STOP_FAILED)
    ]
    assert home.session == "stopped"
    assert home.attribute(SESSION, "reason") == "stop_failed"
    told_s = [entry.at_s for entry in home.belt.log if entry.value == b"\x08\x01"]
    assert told_s[0] - pressed_s < 0.2
    home.belt.pull_key()
    await home.until("stopped", of=BELT)
    assert not issues(hass)
    assert not notifications(hass)


@pytest.mark.parametrize("machine", ["ignored_stop"])
@pytest.mark.parametrize("treadmill_options", [KMH])
async def test_a_removed_treadmill_leaves_nothing(
    hass: HomeAssistant,
    home: Home,
    treadmill_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """No issue, no notification, no file."""
    await home.walk()
    await home.press()
    await asyncio.sleep(30)
    assert issues(hass)
    home.belt.pull_key()
    await hass.config_entries.async_remove(treadmill_entry.entry_id)
    await hass.async_block_till_done()
    assert not issues(hass)
    assert not notifications(hass)
    assert f"{DOMAIN}.{treadmill_entry.entry_id}" not in hass_storage


@pytest.mark.parametrize("machine", ["silent_stop"])
@pytest.mark.parametrize("treadmill_options", [{**KMH, "profile": "t318"}])
async def test_a_silent_stop_is_asked_about(hass: HomeAssistant, home: Home) -> None:
    """No alarm, no turn: the session pauses, and goes on by the walker's word."""
    await home.walk()
    await home.until("paused")
    assert home.attribute(SESSION, "reason") == "stop_unconfirmed"
    assert home.state(BELT) == "stopped_unconfirmed"
    assert not issues(hass)
    await asyncio.sleep(60)
    assert not home.attribute(SESSION, "awaiting_confirmation")
    assert len(times_of(home.belt, "start")) == 1
    await home.press()
    await home.until("turning")
    assert await home.until_asked()


# Which machine it is, and what it counts in


@pytest.mark.parametrize(
    ("name", "data", "options", "expected"),
    [
        ("MC-21", {}, {}, ("kingsmith_mc21", "recognised by its name")),
        ("KS-1", {"model": "MC-21"}, {}, ("kingsmith_mc21", "recognised by its model")),
        ("Pad", {"maker": "Horizon Fitness"}, {}, ("horizon", "recognised by its maker")),
        ("Pad", {"model": "X"}, {}, ("generic", "nothing recognised")),
        ("MC-21", {}, {"profile": "t318"}, ("t318", "chosen by the user")),
    ],
)
async def test_why_a_profile_was_chosen(
    hass: HomeAssistant,
    treadmill_entry: MockConfigEntry,
    name: str,
    data: dict[str, str],
    options: dict[str, str],
    expected: tuple[str, str],
) -> None:
    """By name, model, maker or the user; diagnostics say which."""
    hass.config_entries.async_update_entry(
        treadmill_entry, data={**treadmill_entry.data, "name": name, **data}, options=options
    )
    await hass.async_block_till_done()
    why = await chosen(hass, treadmill_entry)
    assert (why["key"], why["profile"]) == expected


@pytest.mark.parametrize("treadmill_options", [{"profile": "generic"}])
async def test_kmh_is_learned(
    hass: HomeAssistant, home: Home, treadmill_entry: MockConfigEntry
) -> None:
    """A walk at the lowest speed settles it, and what follows has all speeds."""
    assert "unit_unknown" in issues(hass)
    assert (await chosen(hass, treadmill_entry))["unit"] == "not seen yet"
    await home.walk()
    await asyncio.sleep(95)
    assert told(home.belt) == ["start", 0.8]
    assert treadmill_entry.data["unit"] == SpeedUnit.KMH
    assert "unit_unknown" in issues(hass)  # it counts after the session
    await home.press()
    await home.until("stopped")
    await asyncio.sleep(10)
    assert not issues(hass)
    assert (await chosen(hass, treadmill_entry))["unit"] == "seen on a walk"
    before = len(told(home.belt))
    await home.walk()
    assert told(home.belt)[before:] == ["start", 0.8, 1.1, 1.2]


@pytest.mark.parametrize("machine", ["reads_mph", "reads_mph_and_echoes"])
@pytest.mark.parametrize("treadmill_options", [{"profile": "generic"}])
async def test_mph_is_found(
    hass: HomeAssistant, home: Home, treadmill_entry: MockConfigEntry
) -> None:
    """A belt that runs 1.6 times too fast is stopped; then it is asked in miles."""
    await home.act("start_program", program="short_classic")
    await home.press()
    await home.until("stopped")
    assert home.attribute(SESSION, "reason") == "runaway"
    await asyncio.sleep(10)
    assert treadmill_entry.data["unit"] == SpeedUnit.MPH
    assert set(issues(hass)) == {"unit_mph"}
    await home.act("im_ok")  # who was stopped like that was asked for a sign of life
    await home.walk()
    await asyncio.sleep(30)
    # 0.7 mph is the highest step of the machine within 0.8 mph, its range counting in miles too.
    assert 0.8 < home.belt.speed_kmh <= 1.29
    assert home.session in WALKING
    await home.press()
    await home.until("stopped")
    await set_options(hass, treadmill_entry, connection="on_demand", max_speed_kmh=4.8, unit="mph")
    assert not issues(hass)


# Links


@pytest.mark.parametrize("treadmill_options", [ALWAYS_LINKED])
async def test_unavailable_is_logged_once_each_way(
    home: Home, home_radio: VirtualRadio, caplog: pytest.LogCaptureFixture
) -> None:
    """However often a reconnect fails."""
    await home.until("stopped", of=BELT)
    caplog.clear()
    home_radio.refuse_connections(DEFAULT_ADDRESS, 90)
    home_radio.drop_link(DEFAULT_ADDRESS)
    await asyncio.sleep(150)
    lines = [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.retrowalk") and record.levelno >= logging.INFO
    ]
    assert lines == [f"{NAME} is not linked", f"{NAME} is linked"]


async def test_system_health(hass: HomeAssistant, home: Home) -> None:
    """The page counts what is there, linked and walking."""
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    idle = {"treadmills": 1, "linked": 0, "sessions": 0, "dropped_packets": 0, "walkers": 1}
    assert await get_system_health_info(hass, DOMAIN) == idle
    await home.walk()
    walking = {**idle, "linked": 1, "sessions": 1}
    assert await get_system_health_info(hass, DOMAIN) == walking


# The lock


async def test_who_takes_the_lock_off(
    hass: HomeAssistant, home: Home, hass_read_only_user: User, hass_admin_user: User
) -> None:
    """Neither a user without rights nor what an automation does for one."""
    await home.call("switch.turn_on", LOCK)
    nobody = Context(user_id="nobody")
    for by in (Context(user_id=hass_read_only_user.id), nobody, Context()):
        switch = hass.data["entity_components"]["switch"].get_entity(LOCK)
        switch.async_set_context(by)
        assert await refusal(switch.async_turn_off()) == "unlock_needs_admin"
    await asyncio.sleep(1)
    assert home.state(LOCK) == "on"
    await home.call("switch.turn_off", LOCK, context=Context(user_id=hass_admin_user.id))
    await asyncio.sleep(1)
    assert home.state(LOCK) == "off"


# Home Assistant went away


@pytest.fixture
async def killed(
    home: Home, treadmill_entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> Callable[[], None]:
    """Walk, keep what is on disk at that moment, and let it be found again after the end."""
    await home.walk()
    key = f"{DOMAIN}.{treadmill_entry.entry_id}"
    kept = hass_storage[key]
    assert kept["data"] == {"locked": False, "walker_id": "anna", "program_id": "short_classic"}

    def restore() -> None:
        hass_storage[key] = kept

    return restore


async def restarted(
    hass: HomeAssistant, home: Home, entry: MockConfigEntry, restore: Callable[[], None]
) -> None:
    """Kill and restart: the disk says that somebody walks, and the belt runs."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    restore()
    await asyncio.sleep(30)
    home.belt.start("ran_on")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_killed_in_mid_walk(
    hass: HomeAssistant,
    home: Home,
    treadmill_entry: MockConfigEntry,
    killed: Callable[[], None],
    hass_storage: dict[str, Any],
) -> None:
    """The session is stopped and never walking, and the belt is stopped once linked."""
    await restarted(hass, home, treadmill_entry, killed)
    assert home.session == "stopped"
    assert home.attribute(SESSION, "reason") == "restarted"
    await home.until("stopped", of=BELT)
    assert told(home.belt)[-2:] == ["ran_on", "stop"]
    assert home.belt.speed_kmh == 0
    await hass.async_block_till_done()
    kept = hass_storage[f"{DOMAIN}.{treadmill_entry.entry_id}"]
    assert kept["data"]["walker_id"] is None
    await asyncio.sleep(70)
    assert not home.treadmill.connected  # the console is free again


async def test_killed_and_the_machine_is_away(
    hass: HomeAssistant,
    home: Home,
    home_radio: VirtualRadio,
    treadmill_entry: MockConfigEntry,
    killed: Callable[[], None],
    hass_storage: dict[str, Any],
) -> None:
    """It is looked for until it is found, and stopped then, however long that takes."""
    home_radio.refuse_connections(DEFAULT_ADDRESS, 200)
    await restarted(hass, home, treadmill_entry, killed)
    await asyncio.sleep(150)
    kept = hass_storage[f"{DOMAIN}.{treadmill_entry.entry_id}"]
    assert kept["data"]["walker_id"] == "anna"  # still to be done, after another restart too
    assert told(home.belt)[-1] == "ran_on"
    assert home.session == "stopped"
    await home.until("stopped", of=BELT)
    assert told(home.belt)[-2:] == ["ran_on", "stop"]


async def test_a_failed_stop_is_not_forgotten(
    hass: HomeAssistant, home_radio: VirtualRadio, treadmill: VirtualTreadmill, profile: Profile
) -> None:
    """A belt that could not be stopped is told again after a restart."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=NAME,
        unique_id=TREADMILL_ID,
        data={
            "kind": "treadmill",
            "address": DEFAULT_ADDRESS,
            "name": NAME,
            "handrails": True,
            "safety_clip": True,
        },
    )
    entry.add_to_hass(hass)
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"belt_stop_failed_{entry.entry_id}",
        is_fixable=False,
        is_persistent=True,
        severity=ir.IssueSeverity.CRITICAL,
        translation_key="belt_stop_failed",
    )
    treadmill.belt.start("ran_on")
    await asyncio.sleep(10)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await asyncio.sleep(20)
    assert told(treadmill.belt) == ["ran_on", "stop"]
    assert not issues(hass)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, TREADMILL_ID), entry.entry_id
    )
    assert device is not None
    assert device.manufacturer == profile.maker
