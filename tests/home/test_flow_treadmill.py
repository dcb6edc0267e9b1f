"""Setting up a treadmill: found in the air, never connected to before the belt is clear."""

import asyncio
from dataclasses import replace

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.const import Connection
from custom_components.retrowalk.treadmill.profile import SpeedUnit
from simulator import ftms_wire as wire
from simulator.profiles import PLAIN, PROFILES, Profile
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS, VirtualTreadmill

from .conftest import NAME, TREADMILL_ID
from .flows import (
    add_by_hand,
    answer,
    choose,
    discovered,
    found,
    in_words,
    reconfigure,
    set_options,
    suggested,
)
from .home import told

pytestmark = pytest.mark.virtual_time

CONFIRMED = {"nobody_on_belt": True, "handrails": True, "safety_clip": True}
BIKE, ROWER, STEPPER, CROSS_TRAINER = 0x20, 0x10, 0x04, 0x02


def of_type(flags: int) -> Profile:
    """Return a machine that advertises as another type of machine."""
    service_data = b"\x01" + flags.to_bytes(2, "little")
    return replace(PLAIN, advertising_data=wire.advertisement("Virtual Machine", service_data))


async def switch_on(home_radio: VirtualRadio, clock: Clock, profile: Profile) -> VirtualTreadmill:
    """Bring a machine into the air."""
    machine = VirtualTreadmill(clock, profile)
    await home_radio.add(machine)
    await asyncio.sleep(2)
    return machine


async def test_found_in_the_air(hass: HomeAssistant, treadmill: VirtualTreadmill) -> None:
    """Two steps: step off and confirm; then the entry is there, and the first walker offered."""
    flow = await discovered(hass)
    assert flow["step_id"] == "treadmill_confirm"
    assert flow["description_placeholders"] == {"name": NAME}
    assert found(hass) == [NAME]
    result = await answer(hass, flow, **CONFIRMED)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert (entry.title, entry.unique_id, entry.state) == (
        NAME,
        TREADMILL_ID,
        ConfigEntryState.LOADED,
    )
    assert entry.data == {
        "kind": "treadmill",
        "address": DEFAULT_ADDRESS,
        "name": NAME,
        "handrails": True,
        "safety_clip": True,
        "speed_range": {"min_speed_kmh": 0.8, "max_speed_kmh": 12.0, "speed_step_kmh": 0.1},
        "maker": "Retrowalk simulator",
        "model": "Plain",
        "firmware": "1.0",
        "inclination_range": {
            "min_inclination_percent": 0.0,
            "max_inclination_percent": 10.0,
            "inclination_step_percent": 0.5,
        },
    }
    assert not treadmill.connected
    assert not told(treadmill.belt)
    offered = in_words(await hass.config_entries.flow.async_configure(result["next_flow"][1]))
    assert offered["step_id"] == "walker"


@pytest.mark.parametrize(
    ("profile", "shown"),
    [
        pytest.param(PROFILES[key], [PROFILES[key].local_name], id=key)
        for key in ("plain", "swapped_advertisement", "one_byte_type", "citysports", "kingsmith")
    ]
    + [pytest.param(PROFILES["no_service_data"], ["HORIZON 7.4AT 55FD"], id="no_service_data")]
    + [pytest.param(PROFILES["nameless"], [DEFAULT_ADDRESS], id="nameless")]
    + [
        pytest.param(of_type(flags), [], id=name)
        for name, flags in {
            "bike": BIKE,
            "rower": ROWER,
            "stepper": STEPPER,
            "cross_trainer": CROSS_TRAINER,
        }.items()
    ],
)
async def test_what_is_found(
    hass: HomeAssistant, treadmill: VirtualTreadmill, shown: list[str]
) -> None:
    """Treadmills alone show up, and those that spell their type another way too."""
    await hass.async_block_till_done()
    assert found(hass) == shown


@pytest.mark.parametrize("machine", ["starts_on_connect"])
async def test_somebody_may_be_on_the_belt(
    hass: HomeAssistant, treadmill: VirtualTreadmill
) -> None:
    """Nothing connects before the belt is said to be clear; what moves then is stopped."""
    flow = await discovered(hass)
    refused = await answer(hass, flow, **{**CONFIRMED, "nobody_on_belt": False})
    assert refused["errors"] == {"nobody_on_belt": "step_off_first"}
    await asyncio.sleep(60)
    assert not treadmill.belt.log
    await answer(hass, flow, **CONFIRMED)
    assert {"started_on_connect", "stop"} <= set(told(treadmill.belt))
    assert treadmill.belt.speed_kmh == 0
    assert not treadmill.connected


@pytest.mark.parametrize(
    "machine", ["no_speed_range", "no_ranges", "no_training_status", "no_status", "bare"]
)
async def test_a_machine_that_says_little(hass: HomeAssistant, treadmill: VirtualTreadmill) -> None:
    """What a machine lacks is done without."""
    result = await answer(hass, await discovered(hass), **CONFIRMED)
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    lacks = treadmill.profile.lacks
    assert ("speed_range" in entry.data) is ("2ad4" not in lacks)
    await hass.services.async_call(
        "switch", "turn_on", {"entity_id": "switch.virtual_treadmill_connection"}, blocking=True
    )
    await asyncio.sleep(5)
    belt = hass.states.get("sensor.virtual_treadmill_belt")
    assert belt is not None
    assert belt.state == "stopped"


@pytest.mark.parametrize("machine", ["no_control_point"])
async def test_a_machine_without_control(hass: HomeAssistant, treadmill: VirtualTreadmill) -> None:
    """What cannot be stopped is not set up."""
    result = await answer(hass, await discovered(hass), **CONFIRMED)
    assert result["errors"] == {"base": "cannot_connect"}


async def test_no_connection_at_first(
    hass: HomeAssistant, home_radio: VirtualRadio, treadmill: VirtualTreadmill
) -> None:
    """The maker's app holds the machine; closed, it can be tried again, and answers are kept."""
    flow = await discovered(hass)
    home_radio.refuse_connections(DEFAULT_ADDRESS, 120)
    refused = await answer(hass, flow, **{**CONFIRMED, "handrails": False})
    assert refused["errors"] == {"base": "cannot_connect"}
    assert suggested(refused) == {"handrails": False, "safety_clip": True}
    await asyncio.sleep(120)
    result = await answer(hass, flow, **CONFIRMED)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_nothing_in_range(
    hass: HomeAssistant, home_radio: VirtualRadio, clock: Clock
) -> None:
    """An empty list offers to look again, and shows a machine that was switched on meanwhile."""
    bulb = replace(PLAIN, advertising_data=wire.advertisement("A bulb", None, services=(0x180A,)))
    await home_radio.add(VirtualTreadmill(clock, bulb, "C0:FF:EE:18:0A:01"))
    await asyncio.sleep(2)
    flow = await add_by_hand(hass)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.MENU, "nothing_found")
    machine = await switch_on(home_radio, clock, replace(PLAIN, local_name=NAME))
    flow = await choose(hass, flow, "treadmill")
    assert flow["step_id"] == "treadmill"
    flow = await answer(hass, flow, address=machine.address)
    result = await answer(hass, flow, **CONFIRMED)
    assert result["title"] == NAME
    assert not found(hass)[1:]  # the first walker alone; what was found in the air is settled


async def test_a_silent_type_may_be_picked(
    hass: HomeAssistant, home_radio: VirtualRadio, clock: Clock
) -> None:
    """A machine that does not say what it is never shows up by itself, but can be picked."""
    silent = replace(PLAIN, advertising_data=wire.advertisement("Mystery", None))
    machine = await switch_on(home_radio, clock, silent)
    await hass.async_block_till_done()
    assert not found(hass)
    flow = await add_by_hand(hass)
    assert flow["data_schema"] is not None
    assert flow["data_schema"]({"address": machine.address})


async def test_set_up_already(
    hass: HomeAssistant,
    treadmill_entry: ConfigEntry,
    home_radio: VirtualRadio,
    treadmill: VirtualTreadmill,
) -> None:
    """A treadmill that has its entry neither shows up nor can be picked."""
    assert not found(hass)
    flow = await choose(hass, await add_by_hand(hass), "treadmill")
    assert flow["step_id"] == "nothing_found"


async def test_a_second_treadmill(
    hass: HomeAssistant, walker_entry: ConfigEntry, treadmill: VirtualTreadmill
) -> None:
    """Where there is a walker, no first one is offered."""
    result = await answer(hass, await discovered(hass), **CONFIRMED)
    assert "next_flow" not in result


async def test_reconfigure(hass: HomeAssistant, treadmill_entry: ConfigEntry) -> None:
    """The questions about rails and clip can be answered anew."""
    flow = await reconfigure(hass, treadmill_entry)
    assert suggested(flow) == {"handrails": True, "safety_clip": True}
    result = await answer(hass, flow, handrails=False, safety_clip=True)
    assert result["reason"] == "reconfigure_successful"
    assert treadmill_entry.data["handrails"] is False
    assert treadmill_entry.data["address"] == DEFAULT_ADDRESS
    assert treadmill_entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("treadmill_options", [{"unlocked_by": "Dr. Berg"}])
async def test_options(
    hass: HomeAssistant, treadmill: VirtualTreadmill, treadmill_entry: ConfigEntry
) -> None:
    """New options are taken over at once where nobody walks; what is left empty is gone."""
    chosen = {"connection": Connection.ALWAYS, "max_speed_kmh": 3.0, "unit": SpeedUnit.KMH}
    result = await set_options(hass, treadmill_entry, **chosen)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert treadmill_entry.options == {**chosen, "profile": "automatic"}
    await asyncio.sleep(10)
    assert treadmill.connected
    number = hass.states.get("number.fs_0e1b2c_target_speed")
    assert number is not None
    assert number.attributes["max"] == 3.0
