"""A treadmill without a radio: set up, walked, and never taken for one that obeys."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.const import DOMAIN
from custom_components.retrowalk.diagnostics import async_get_config_entry_diagnostics
from simulator.radio import VirtualRadio
from simulator.treadmill import VirtualTreadmill

from .flows import add_by_hand, answer, choose, reconfigure, set_options, suggested
from .home import RAIL_BUTTON, SESSION, Home, refusal
from .repairs import issues

pytestmark = pytest.mark.virtual_time

BELT = "sensor.old_friend_belt"
PLUG = "switch.plug"
ANSWERS = {
    "name": "Old Friend",
    "min_speed_kmh": 0.8,
    "max_speed_kmh": 10.0,
    "speed_step_kmh": 0.2,
    "handrails": True,
    "safety_clip": True,
}


@pytest.fixture
def treadmill() -> None:
    """Have nothing in the air."""


@pytest.fixture
def plug(hass: HomeAssistant) -> list[ServiceCall]:
    """Have a smart plug that is on; return what it is told."""
    calls: list[ServiceCall] = []

    async def turn(call: ServiceCall) -> None:
        calls.append(call)
        hass.states.async_set(PLUG, "off" if call.service == "turn_off" else "on")

    hass.states.async_set(PLUG, "on")
    for service in ("turn_off", "turn_on"):
        hass.services.async_register("switch", service, turn)
    return calls


@pytest.fixture
def treadmill_options() -> dict[str, Any]:
    """Return the treadmill's options."""
    return {}


@pytest.fixture
async def old_friend(
    hass: HomeAssistant, enable_bluetooth: None, treadmill_options: dict[str, Any]
) -> MockConfigEntry:
    """Set up the entry as its flow leaves it."""
    speeds = ("min_speed_kmh", "max_speed_kmh", "speed_step_kmh")
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Old Friend",
        unique_id="old_friend",
        data={
            "kind": "treadmill",
            "name": "Old Friend",
            "handrails": True,
            "safety_clip": True,
            "limits": {speed: ANSWERS[speed] for speed in speeds},
        },
        options=treadmill_options,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


@pytest.fixture
def walker_options() -> dict[str, Any]:
    """Return the walker's options, beside the button on the rail."""
    return {}


@pytest.fixture
def home(
    hass: HomeAssistant,
    old_friend: MockConfigEntry,
    walker_entry: MockConfigEntry,
    treadmill: VirtualTreadmill,
) -> Home:
    """Return the home, where Anna uses her old friend."""
    hass.config_entries.async_update_entry(
        walker_entry, data={**walker_entry.data, "treadmill": "old_friend"}
    )
    return Home(hass, treadmill)


def asks(home: Home) -> tuple[str | None, float | None]:
    """Return what the card shows to do, and at which speed."""
    return home.attribute(SESSION, "asks"), home.attribute(SESSION, "asks_speed_kmh")


async def asked(home: Home, what: str, limit_s: float = 300) -> None:
    """Wait until the walker is asked for something."""
    await home.until_true(lambda: asks(home)[0] == what, limit_s=limit_s)


async def walking(home: Home) -> None:
    """Start at the rail, and say that the belt runs."""
    await home.act("start_program", program="short_classic")
    await home.press()
    await asked(home, "rest")
    await home.press()
    await asked(home, "start")
    await home.press()
    await home.until("moving", of=BELT)


# Setting it up


async def test_set_up(hass: HomeAssistant, enable_bluetooth: None) -> None:
    """Where nothing is in range, one form is all; the first walker is offered."""
    flow = await choose(hass, await add_by_hand(hass), "by_hand")
    wrong = await answer(hass, flow, **{**ANSWERS, "max_speed_kmh": 0.5})
    assert wrong["errors"] == {"base": "lowest_above_highest"}
    assert suggested(wrong)["name"] == "Old Friend"
    result = await answer(hass, wrong, **ANSWERS)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    limits = {"min_speed_kmh": 0.8, "max_speed_kmh": 10.0, "speed_step_kmh": 0.2}
    assert entry.data["limits"] == limits
    assert entry.options == {}
    offered = await hass.config_entries.flow.async_configure(result["next_flow"][1])
    assert offered["step_id"] == "walker"
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, str(entry.unique_id)), entry.entry_id
    )
    assert device is not None
    assert not device.connections


async def test_picked_from_the_list(
    hass: HomeAssistant, home_radio: VirtualRadio, clock: Clock
) -> None:
    """Beside the machines in range."""
    machine = VirtualTreadmill(clock)
    await home_radio.add(machine)
    await asyncio.sleep(2)
    flow = await add_by_hand(hass)
    assert flow["data_schema"] is not None
    (choice,) = flow["data_schema"].schema.values()
    assert [each["value"] for each in choice.config["options"]] == [machine.address, "by_hand"]
    flow = await answer(hass, flow, address="by_hand")
    assert flow["step_id"] == "by_hand"


async def test_reconfigure(hass: HomeAssistant, old_friend: MockConfigEntry) -> None:
    """Its speeds can be mended."""
    flow = await reconfigure(hass, old_friend)
    speeds = {"min_speed_kmh": 1.0, "max_speed_kmh": 0.5, "speed_step_kmh": 0.1}
    rails = {"handrails": False, "safety_clip": True}
    wrong = await answer(hass, flow, **speeds, **rails)
    assert wrong["errors"] == {"base": "lowest_above_highest"}
    speeds["max_speed_kmh"] = 5.0
    result = await answer(hass, wrong, **speeds, **rails)
    assert result["reason"] == "reconfigure_successful"
    assert old_friend.data["limits"] == speeds
    assert old_friend.data["handrails"] is False


async def test_options(hass: HomeAssistant, old_friend: MockConfigEntry) -> None:
    """What only a radio needs is not asked."""
    flow = await hass.config_entries.options.async_init(old_friend.entry_id)
    assert flow["data_schema"] is not None
    fields = {str(field) for field in flow["data_schema"].schema}
    assert fields == {"max_speed_kmh", "power_switch", "pin", "unlocked_by"}


async def test_nothing_is_claimed(hass: HomeAssistant, home: Home) -> None:
    """No entity of a link, a speed or a key, and no issue about units; diagnostics work."""
    entities = er.async_get(hass).entities.values()
    keys = {
        each.unique_id.removeprefix("old_friend_")
        for each in entities
        if each.unique_id.startswith("old_friend_")
    }
    assert keys == {"belt", "stop", "pause", "lock"}
    assert home.state(BELT) == "may_be_moving"
    assert not issues(hass)
    (entry,) = [each for each in hass.config_entries.async_entries(DOMAIN) if "limits" in each.data]
    shown = await async_get_config_entry_diagnostics(hass, entry)
    assert shown["runtime"]["chosen"]["unit"] == "set at the console"


# Walking


async def test_a_program(home: Home, hass_ws_client: Callable[[], Any]) -> None:
    """Start, speed and stop of each walk are asked for once, and confirmed at rail and card."""
    done: list[tuple[str | None, float | None]] = []
    await home.act("start_program", program="short_classic")
    await home.press()
    while home.session != "finished":
        await home.until_true(
            lambda: (
                bool(asks(home)[0])
                or home.attribute(SESSION, "awaiting_confirmation")
                or home.session == "finished"
            )
        )
        await asyncio.sleep(6)
        what, speed_kmh = asks(home)
        if what is not None:
            done.append((what, speed_kmh and round(speed_kmh, 3)))
        if what == "speed":
            card = await hass_ws_client()
            await card.send_json_auto_id(
                {"type": "retrowalk/move", "walker": "anna", "do": "confirm"}
            )
            assert (await card.receive_json())["success"]
            await asyncio.sleep(1)
        elif home.session != "finished":
            await home.press()
    walk = [("start", 0.8), ("speed", 1.2), ("stop", None)]
    assert done == [("rest", None), *walk * 6]
    assert home.state(BELT) == "stopped"


async def test_who_may_confirm(home: Home) -> None:
    """What the belt does is the word of a person at it."""
    await home.act("start_program", program="short_classic")
    await home.press()
    await asked(home, "rest")
    for context in (Context(), Context(user_id="somebody")):
        assert await refusal(home.act("confirm_turn", context=context)) == "not_at_the_belt"


async def test_a_press_while_it_moves_is_a_stop(hass: HomeAssistant, home: Home) -> None:
    """A second press of the same hand is no word on standing; silence then is an alarm."""
    await walking(home)
    await asked(home, "speed")
    await home.press()
    await asked(home, "stop")
    assert home.state(BELT) == "stopping"
    await home.call("input_button.press", RAIL_BUTTON)
    await asyncio.sleep(1)
    assert asks(home)[0] == "stop"
    assert home.session == "stopping"
    await asyncio.sleep(20)
    assert home.state(BELT) == "may_be_moving"
    assert home.session == "stopped"
    assert issues(hass)["belt_stop_failed"].severity == "critical"
    await home.act("im_ok")
    await home.press()
    await asyncio.sleep(1)
    assert home.state(BELT) == "stopped"
    assert not issues(hass)


@pytest.mark.parametrize(
    "treadmill_options", [{"power_switch": PLUG, "power_tested": "2026-11-01"}]
)
async def test_a_stop_cuts_the_power(home: Home, plug: list[ServiceCall]) -> None:
    """Urgent, it is switched off within the same second; nothing ever switches it on."""
    await walking(home)
    await home.act("stop")
    await asyncio.sleep(1)
    assert [call.service for call in plug] == ["turn_off"]
    assert home.state(BELT) == "stopped_unconfirmed"
    assert home.session == "stopped"
    assert asks(home)[0] == "stop"
    await asyncio.sleep(5)
    await home.press()
    await asyncio.sleep(1)
    assert home.state(BELT) == "stopped"
    await asyncio.sleep(100)
    assert [call.service for call in plug] == ["turn_off"]


async def test_left_in_mid_walk(
    hass: HomeAssistant, home: Home, old_friend: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Found again as stopped, and the walker is asked to stop the belt."""
    await walking(home)
    key = f"{DOMAIN}.{old_friend.entry_id}"
    kept = hass_storage[key]
    assert kept["data"]["walker_id"] == "anna"
    assert await hass.config_entries.async_unload(old_friend.entry_id)
    await hass.async_block_till_done()
    hass_storage[key] = kept
    assert await hass.config_entries.async_setup(old_friend.entry_id)
    await asyncio.sleep(2)
    assert home.session == "stopped"
    assert asks(home)[0] == "stop"
    assert home.state(BELT) == "may_be_moving"
    assert hass_storage[key]["data"]["walker_id"] is None


# The power switch's test


async def test_a_switch_is_tested_first(
    hass: HomeAssistant, enable_bluetooth: None, plug: list[ServiceCall]
) -> None:
    """Nothing but eyes can see this belt: they are asked."""
    flow = await choose(hass, await add_by_hand(hass), "by_hand")
    flow = await answer(hass, flow, **ANSWERS, power_switch=PLUG)
    assert flow["step_id"] == "power_test"
    flow = await answer(hass, flow, belt_runs=False)
    assert flow["errors"] == {"base": "run_belt_first"}
    assert not plug
    flow = await answer(hass, flow, belt_runs=True)
    assert flow["step_id"] == "power_seen"
    assert [call.service for call in plug] == ["turn_off"]
    result = await answer(hass, flow, belt_stopped=True)
    assert result["result"].options == {
        "power_switch": PLUG,
        "power_tested": dt_util.now().date().isoformat(),
    }


async def test_another_machines_switch(
    hass: HomeAssistant, old_friend: MockConfigEntry, plug: list[ServiceCall]
) -> None:
    """A switch that did not stop the belt is not kept."""
    flow = await set_options(hass, old_friend, max_speed_kmh=4.0, power_switch=PLUG)
    flow = await hass.config_entries.options.async_configure(flow["flow_id"], {"belt_runs": True})
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"belt_stopped": False}
    )
    assert flow["reason"] == "not_its_switch"
    assert old_friend.options == {}
