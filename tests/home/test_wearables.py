"""Wearables set up as a user would, each over its own road: radio, HTTP, an entity."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.const import DOMAIN
from simulator.foot_pod import VirtualFootPod
from simulator.polar_strap import VirtualPolarStrap
from simulator.radio import VirtualRadio
from simulator.walker import Walker
from simulator.wearable_profiles import PODS

from .home import Home

pytestmark = pytest.mark.virtual_time

BODY = {
    "messageId": 1,
    "sessionId": "here",
    "deviceId": "phone",
    "payload": [
        {"name": "totalacceleration", "time": 1_000_000_000, "values": {"x": 0, "y": 0, "z": 9.81}}
    ],
}


@pytest.fixture
def somebody(clock: Clock) -> Walker:
    """Let somebody walk at 1.2 km/h beside the treadmill."""
    return Walker(clock, lambda: 1.2)


async def choose(hass: HomeAssistant, *steps: str) -> dict[str, Any]:
    """Go through the menus of the flow for a new wearable."""
    result: Any = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    for step in steps:
        result = await hass.config_entries.flow.async_configure(
            result["flow_id"], {"next_step_id": step}
        )
    return dict(result)


async def fill(hass: HomeAssistant, flow: dict[str, Any], **fields: Any) -> Any:
    """Fill in a form."""
    return await hass.config_entries.flow.async_configure(flow["flow_id"], fields)


async def discovered(hass: HomeAssistant) -> list[Any]:
    """Return the flows that a wearable's advertisement has begun."""
    await asyncio.sleep(2)
    await hass.async_block_till_done()
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    return [flow for flow in flows if flow["step_id"] == "wearable_confirm"]


def entry_of(hass: HomeAssistant, result: Any) -> ConfigEntry:
    """Return the entry that a flow has made."""
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry: ConfigEntry = result["result"]
    return entry


async def test_a_foot_pod_is_found_and_calibrated(
    hass: HomeAssistant, home: Home, home_radio: VirtualRadio, clock: Clock, somebody: Walker
) -> None:
    """A pod that counts each second step gets the multiplier 2 by 20 steps."""
    await home_radio.add(VirtualFootPod(clock, somebody, PODS["half_cadence"]))
    [flow] = await discovered(hass)
    entry = entry_of(hass, await fill(hass, flow, placement="foot"))
    await hass.async_block_till_done()

    options: Any = await hass.config_entries.options.async_init(entry.entry_id)
    configure = hass.config_entries.options.async_configure
    options = await configure(options["flow_id"], {"next_step_id": "calibrate"})
    steps = somebody.steps
    await asyncio.sleep(10)
    steps = somebody.steps - steps
    walks_on_s = (20 - steps) / somebody.cadence_spm * 60
    await asyncio.sleep(walks_on_s)
    options = await configure(options["flow_id"], {})
    assert options["step_id"] == "calibrated", options
    assert options["description_placeholders"]["multiplier"] == "2"
    await configure(options["flow_id"], {})
    assert entry.options == {"multiplier": 2}


async def test_nothing_in_range(hass: HomeAssistant, home: Home) -> None:
    """An empty picker offers to look again."""
    flow = await choose(hass, "wearable", "wearable_bluetooth")
    assert flow["step_id"] == "no_wearable_found"


async def test_a_strap_is_picked_from_the_list(
    hass: HomeAssistant, home: Home, home_radio: VirtualRadio, clock: Clock, somebody: Walker
) -> None:
    """What was found by itself can be picked by hand too, and then only once."""
    strap = VirtualPolarStrap(clock, somebody)
    await home_radio.add(strap)
    await discovered(hass)
    flow = await choose(hass, "wearable", "wearable_bluetooth")
    flow = await fill(hass, flow, address=strap.address)
    entry = entry_of(hass, await fill(hass, flow, placement="chest"))
    assert entry.data["source"] == "polar"
    assert not await discovered(hass)


@pytest.fixture
async def post(
    hass: HomeAssistant, home: Home, hass_client_no_auth: ClientSessionGenerator
) -> Callable[[Any], Any]:
    """Set a phone up, and return what posts a body to its address."""
    flow = await choose(hass, "wearable", "wearable_phone")
    address = flow["description_placeholders"]["address"]
    result = await fill(
        hass, flow, name="Phone", placement="pocket", ios_signs=False, from_outside=False
    )
    entry_of(hass, result)
    await hass.async_block_till_done()
    client: TestClient[Any, Any] = await hass_client_no_auth()

    async def send(body: Any) -> int:
        path = "/api" + address.split("/api", 1)[1]
        kind = {"data": body} if isinstance(body, bytes) else {"json": body}
        return (await client.post(path, **kind)).status

    return send


NEVER_DELIVERED = "wearable_never_delivered"


def issues(issue_registry: ir.IssueRegistry) -> set[str | None]:
    """Return what the repairs page shows."""
    return {issue.translation_key for issue in issue_registry.issues.values()}


async def test_a_phone_posts(hass: HomeAssistant, home: Home, post: Callable[[Any], Any]) -> None:
    """A body is taken; one that is malformed or too large is answered with an error."""
    await asyncio.sleep(1)
    assert await post(BODY) == 200
    assert home.state("binary_sensor.phone_streaming") == "on"
    assert await post(b"{") == 400
    assert await post(b"x" * 300_000) == 413


async def test_a_phone_that_never_posts_says_so(
    hass: HomeAssistant, post: Callable[[Any], Any], issue_registry: ir.IssueRegistry
) -> None:
    """After 60 s a repair issue tells what to do, and goes with the first body."""
    await asyncio.sleep(61)
    assert NEVER_DELIVERED in issues(issue_registry)
    assert await post(BODY) == 200
    assert NEVER_DELIVERED not in issues(issue_registry)


async def test_an_entity_that_counts_steps(hass: HomeAssistant, home: Home) -> None:
    """Its steps are added up, and never run backward."""
    hass.states.async_set("sensor.pedometer", "1000")
    flow = await choose(hass, "wearable", "wearable_entity")
    entry_of(hass, await fill(hass, flow, entity_id="sensor.pedometer", placement="foot"))
    await hass.async_block_till_done()
    for count in ("1000", "1012", "unavailable", "3", "8"):
        hass.states.async_set("sensor.pedometer", count)
        await hass.async_block_till_done()
        await asyncio.sleep(1.1)
    assert home.state("sensor.pedometer_steps") == "17"
