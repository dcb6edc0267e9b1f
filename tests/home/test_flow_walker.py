"""Setting up a walker: who walks and where, and the health questions once."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
import pytest

from .conftest import NAME, TREADMILL_ID
from .flows import add_by_hand, answer, choose, found, reconfigure, set_options, suggested
from .home import RAIL_BUTTON

pytestmark = pytest.mark.virtual_time

READ = {"health_read": True, "without_wearable": True}
WALKER = {"name": "Ben", "treadmill": TREADMILL_ID}


async def test_by_hand(hass: HomeAssistant, treadmill_entry: ConfigEntry) -> None:
    """Three screens: what to set up, who walks where, and what to read first."""
    flow = await add_by_hand(hass)
    assert flow["type"] is FlowResultType.MENU
    assert "treadmill" in flow["menu_options"]
    assert "walker" in flow["menu_options"]
    flow = await choose(hass, flow, "walker")
    assert flow["step_id"] == "walker"
    flow = await answer(hass, flow, **WALKER)
    assert flow["step_id"] == "health"
    flow = await answer(hass, flow, **{**READ, "health_read": False})
    assert flow["errors"] == {"health_read": "read_first"}
    result = await answer(hass, flow, **READ)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert (entry.title, entry.state) == ("Ben", ConfigEntryState.LOADED)
    expected = {**WALKER, "kind": "walker", "without_wearable": True}
    assert expected.items() <= entry.data.items()
    assert hass.states.is_state("sensor.ben_session", "idle")


async def test_two_of_one_name(hass: HomeAssistant, treadmill_entry: ConfigEntry) -> None:
    """Two walkers may have one name."""
    for _ in range(2):
        flow = await choose(hass, await add_by_hand(hass), "walker")
        result = await answer(hass, await answer(hass, flow, **WALKER), **READ)
        assert result["type"] is FlowResultType.CREATE_ENTRY
    assert hass.states.get("sensor.ben_session_2")


async def test_offered_by_the_treadmill(hass: HomeAssistant, treadmill_entry: ConfigEntry) -> None:
    """The first walker comes with its treadmill filled in; offered twice, it is shown once."""
    for _ in range(2):
        flow = await hass.config_entries.flow.async_init(
            "retrowalk",
            context={"source": "integration_discovery"},
            data={"treadmill": TREADMILL_ID, "name": NAME},
        )
    assert flow["reason"] == "already_in_progress"
    assert found(hass) == [NAME]
    (flow_id,) = (one["flow_id"] for one in hass.config_entries.flow.async_progress())
    flow = await hass.config_entries.flow.async_configure(flow_id)
    assert suggested(flow) == {"treadmill": TREADMILL_ID}


async def test_reconfigure(
    hass: HomeAssistant, treadmill_entry: ConfigEntry, walker_entry: ConfigEntry
) -> None:
    """Person, treadmill and wearable can be chosen anew; a person left out is gone."""
    rest = {"treadmill": TREADMILL_ID, "without_wearable": False}
    flow = await reconfigure(hass, walker_entry)
    assert suggested(flow) == {"treadmill": TREADMILL_ID, "without_wearable": True}
    result = await answer(hass, flow, person="person.anna", **rest)
    assert result["reason"] == "reconfigure_successful"
    expected = {"kind": "walker", "name": "Anna", "person": "person.anna", **rest}
    assert expected.items() <= walker_entry.data.items()
    await answer(hass, await reconfigure(hass, walker_entry), **rest)
    assert "person" not in walker_entry.data


@pytest.mark.parametrize(
    ("chosen", "rejected"),
    [
        ({"backward_cap_kmh": 2.0, "forward_cap_kmh": 3.0, "any_user": True}, False),
        ({"turn_mode": "countdown", "handrail_button": "event.rail"}, False),
        ({"backward_cap_kmh": 2.5}, True),  # 1.3 mph is the most
    ],
)
async def test_options(
    hass: HomeAssistant, walker_entry: ConfigEntry, chosen: dict[str, Any], rejected: bool
) -> None:
    """What is not chosen keeps its default."""
    if rejected:
        with pytest.raises(InvalidData):
            await set_options(hass, walker_entry, **chosen)
        return
    await set_options(hass, walker_entry, **chosen)
    defaults = {
        "backward_cap_kmh": 1.61,
        "forward_cap_kmh": 4.83,
        "turn_mode": "confirm",
        "any_user": False,
    }
    assert {**defaults, **chosen}.items() <= walker_entry.options.items()


async def test_options_show_what_is_set(hass: HomeAssistant, walker_entry: ConfigEntry) -> None:
    """An options form begins with what was chosen before."""
    flow = await hass.config_entries.options.async_init(walker_entry.entry_id)
    assert suggested(flow) == {"handrail_button": RAIL_BUTTON}
