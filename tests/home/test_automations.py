"""Automations of one's own: the triggers and conditions, and the blueprints as imported."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.importer import fetch_blueprint_from_url
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.retrowalk.belt import BeltEvent, BeltEventKind
from custom_components.retrowalk.condition import CONDITIONS
from custom_components.retrowalk.const import SIGNAL_BELT_EVENT
from custom_components.retrowalk.trigger import TRIGGERS

from .conftest import TREADMILL_ID
from .family import ALERT, FALL
from .home import SESSION, Home, device_id

pytestmark = pytest.mark.virtual_time

BLUEPRINTS = Path(__file__).parents[2] / "blueprints" / "automation" / "retrowalk"
GITHUB = "https://github.com/retrowalk/retrowalk/blob/main/blueprints/automation/retrowalk"
RAW = "https://raw.githubusercontent.com/retrowalk/retrowalk/main/blueprints/automation/retrowalk"


@pytest.fixture(autouse=True)
def own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Write blueprints into no folder that others use."""
    hass.config.config_dir = str(tmp_path)


async def note_triggers(hass: HomeAssistant, target: dict[str, Any]) -> list[str]:
    """Write down the triggers as they fire, from now on."""
    fired: list[str] = []

    @callback
    def note(call: ServiceCall) -> None:
        fired.append(call.data["trigger"])

    hass.services.async_register("test", "note", note)
    automations = [
        {
            "alias": name,
            "triggers": {"trigger": f"retrowalk.{name}", "target": target},
            "actions": {"action": "test.note", "data": {"trigger": name}},
            "mode": "queued",
        }
        for name in TRIGGERS
    ]
    assert await async_setup_component(hass, "automation", {"automation": automations})
    await hass.async_block_till_done()
    return fired


async def test_triggers(hass: HomeAssistant, home: Home, walker_entry: ConfigEntry) -> None:
    """A walk, a stop that is none of ours, and an alert, seen from the walker's device."""
    fired = await note_triggers(hass, {"device_id": device_id(hass, walker_entry)})
    await home.walk()
    await hass.async_block_till_done()
    assert fired == ["session_started", "phase_changed"]
    home.belt.pull_key()
    await home.until("asking", of=ALERT)
    await home.act("im_ok")
    await home.until("all_clear", of=ALERT)
    await home.act("stop")
    await home.until("stopped")
    await hass.async_block_till_done()
    assert fired[2:] == ["alert_raised", "alert_cleared", "session_finished"]
    hass.states.async_set(FALL, "on")
    await hass.async_block_till_done()
    assert fired[5:] == ["fall_suspected"]


async def test_a_belt_that_does_not_stop(
    hass: HomeAssistant, home: Home, treadmill_entry: ConfigEntry
) -> None:
    """It is told by the treadmill, whether anybody has a session there or not."""
    fired = await note_triggers(hass, {"device_id": device_id(hass, treadmill_entry)})
    event = BeltEvent(kind=BeltEventKind.STOP_FAILED)
    async_dispatcher_send(hass, SIGNAL_BELT_EVENT, "another", event)
    await hass.async_block_till_done()
    assert fired == []
    async_dispatcher_send(hass, SIGNAL_BELT_EVENT, TREADMILL_ID, event)
    await hass.async_block_till_done()
    assert fired == ["belt_stop_failed"]


@pytest.mark.parametrize(
    ("shown", "passing"),
    [
        ({SESSION: "idle", ALERT: "none"}, set()),
        ({SESSION: "walking_forward", ALERT: "all_clear"}, {"is_walking"}),
        (
            {SESSION: "walking_backward", ALERT: "asking"},
            {"is_walking", "is_walking_backward", "is_fall_alert_active"},
        ),
    ],
)
async def test_conditions(
    hass: HomeAssistant, walker_entry: ConfigEntry, shown: dict[str, str], passing: set[str]
) -> None:
    """Each looks at its own sensor, of all that the walker's device has."""
    passed = async_mock_service(hass, "test", "passed")
    target = {"device_id": device_id(hass, walker_entry)}
    automations = [
        {
            "triggers": {"trigger": "event", "event_type": "look"},
            "conditions": {
                "condition": f"retrowalk.{name}",
                "target": target,
                "options": {"behavior": "any"},
            },
            "actions": {"action": "test.passed", "data": {"condition": name}},
        }
        for name in CONDITIONS
    ]
    assert await async_setup_component(hass, "automation", {"automation": automations})
    for entity_id, state in shown.items():
        hass.states.async_set(entity_id, state)
    hass.bus.async_fire("look")
    await hass.async_block_till_done()
    assert {call.data["condition"] for call in passed} == passing


type Use = Callable[..., Any]


@pytest.fixture
async def use(hass: HomeAssistant, aioclient_mock: AiohttpClientMocker) -> AsyncGenerator[Use]:
    """Import a blueprint as the button of the README does, and make an automation of it."""

    async def use(name: str, **inputs: Any) -> None:
        text = await hass.async_add_executor_job((BLUEPRINTS / f"{name}.yaml").read_text)
        aioclient_mock.get(f"{RAW}/{name}.yaml", text=text)  # type: ignore[no-untyped-call]
        imported = await fetch_blueprint_from_url(hass, f"{GITHUB}/{name}.yaml")
        assert imported.blueprint.validate() is None
        assert imported.blueprint.metadata["source_url"] == f"{GITHUB}/{name}.yaml"
        path = f"{imported.suggested_filename}.yaml"
        await async_get_blueprints(hass).async_add_blueprint(imported.blueprint, path)
        automation = {"use_blueprint": {"path": path, "input": inputs}}
        assert await async_setup_component(hass, "automation", {"automation": [automation]})
        await hass.async_block_till_done()
        [state] = hass.states.async_all("automation")
        assert state.state == "on"

    yield use
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.fixture
def phone(hass: HomeAssistant) -> str:
    """Return a phone's device, for `notify.mobile_app_annas_phone`."""
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("mobile_app", "1")}, name="Annas phone"
    )
    return device.id


async def test_stop_belt_on_fall(hass: HomeAssistant, use: Use) -> None:
    """Any fall sensor stops any treadmill, by its button and by its socket."""
    pressed = async_mock_service(hass, "button", "press")
    switched = async_mock_service(hass, "switch", "turn_off")
    hass.states.async_set("binary_sensor.radar", "off")
    await use(
        "stop_belt_on_fall", fall=["binary_sensor.radar"], belt=["button.stop", "switch.socket"]
    )
    hass.states.async_set("binary_sensor.radar", "on")
    await hass.async_block_till_done()
    assert pressed[0].data["entity_id"] == ["button.stop"]
    assert switched[0].data["entity_id"] == ["switch.socket"]


async def test_notify_family_on_fall(hass: HomeAssistant, use: Use, phone: str) -> None:
    """A critical message, unless the fall is taken back within the wait."""
    sent = async_mock_service(hass, "notify", "mobile_app_annas_phone")
    hass.states.async_set("binary_sensor.radar", "off")
    await use("notify_family_on_fall", fall=["binary_sensor.radar"], phones=[phone])
    hass.states.async_set("binary_sensor.radar", "on")
    await asyncio.sleep(20)
    hass.states.async_set("binary_sensor.radar", "off")
    await asyncio.sleep(60)
    assert not sent
    hass.states.async_set("binary_sensor.radar", "on")
    await asyncio.sleep(31)
    await hass.async_block_till_done()
    [call] = sent
    assert call.data["data"]["push"]["sound"]["critical"] == 1


async def test_remind_to_walk(
    hass: HomeAssistant, use: Use, phone: str, walker_entry: ConfigEntry
) -> None:
    """At the time, unless there was a walk today."""
    sent = async_mock_service(hass, "notify", "mobile_app_annas_phone")
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    await use("remind_to_walk", session=SESSION, phone=phone, days=days)
    automation = hass.states.async_all("automation")[0].entity_id

    async def run() -> None:
        await hass.services.async_call(
            "automation",
            "trigger",
            {"entity_id": automation, "skip_condition": False},
            blocking=True,
        )
        await hass.async_block_till_done()

    await run()
    assert len(sent) == 1
    hass.states.async_set(SESSION, "finished")
    await run()
    assert len(sent) == 1


async def test_announce_cues(hass: HomeAssistant, use: Use) -> None:
    """Each cue that has words is said."""
    said = async_mock_service(hass, "tts", "speak")
    hass.states.async_set("event.anna_cue", "1", {"event_type": "waiting"})
    await use("announce_cues", cue="event.anna_cue", tts="tts.voice", speakers=["media_player.gym"])
    for number, cue in enumerate(("three", "speed_raised", "turn")):
        hass.states.async_set("event.anna_cue", f"2 {number}", {"event_type": cue})
    await hass.async_block_till_done()
    assert [call.data["message"] for call in said] == ["Three", "Hold the rail and turn."]


async def test_lights_on_fall(hass: HomeAssistant, use: Use) -> None:
    """The lights go on, bright."""
    lit = async_mock_service(hass, "light", "turn_on")
    hass.states.async_set("binary_sensor.radar", "off")
    await use("lights_on_fall", fall=["binary_sensor.radar"], lights={"entity_id": ["light.hall"]})
    hass.states.async_set("binary_sensor.radar", "on")
    await hass.async_block_till_done()
    assert lit[0].data == {"entity_id": ["light.hall"], "brightness_pct": 100}
