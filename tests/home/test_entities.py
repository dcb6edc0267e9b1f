"""The entities of both devices: what they are, what they show, and when they are written."""

import asyncio
from itertools import groupby

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.retrowalk.const import DOMAIN, Connection
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS

from .home import BELT, WALKING, Home, device_id
from .writes import Writes

pytestmark = pytest.mark.virtual_time

ALWAYS_LINKED = {"connection": Connection.ALWAYS}
CUE = "event.anna_cue"
# What is known of a treadmill without its radio.
STAYS = {"belt": "may_be_moving", "connected": "off"}


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("treadmill_options", [ALWAYS_LINKED])
@pytest.mark.parametrize("kind", ["treadmill", "walker"])
async def test_the_devices(
    home: Home,
    treadmill_entry: ConfigEntry,
    walker_entry: ConfigEntry,
    snapshot: SnapshotAssertion,
    kind: str,
) -> None:
    """Names, classes, units and states of all entities, on all platforms at once."""
    await home.until("stopped", of=BELT)
    await asyncio.sleep(2)
    entry = {"treadmill": treadmill_entry, "walker": walker_entry}[kind]
    devices, entities = dr.async_get(home.hass), er.async_get(home.hass)
    assert devices.async_get(device_id(home.hass, entry)) == snapshot(name="device")
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        assert entity.disabled_by is None
        assert entity == snapshot(name=f"{entity.entity_id}-entry")
        assert home.hass.states.get(entity.entity_id) == snapshot(name=f"{entity.entity_id}-state")


async def test_attributes_have_names(home: Home) -> None:
    """Whatever stands beside a state is named for the eye."""
    texts = await async_get_translations(home.hass, "en", "entity", [DOMAIN])
    await home.walk()
    entities = er.async_get(home.hass).entities.values()
    for entity in [each for each in entities if each.platform == DOMAIN and not each.disabled_by]:
        path = f"component.{DOMAIN}.entity.{entity.domain}.{entity.translation_key}"
        shown = home.hass.data["entity_components"][entity.domain].get_entity(entity.entity_id)
        for attribute in shown.extra_state_attributes or ():
            assert f"{path}.state_attributes.{attribute}.name" in texts


@pytest.mark.parametrize("treadmill_options", [ALWAYS_LINKED])
async def test_a_lost_link(
    hass: HomeAssistant, home: Home, home_radio: VirtualRadio, treadmill_entry: ConfigEntry
) -> None:
    """The machine's numbers are unavailable; that the belt may be moving is not."""
    await home.until("stopped", of=BELT)
    home_radio.set_reachable(DEFAULT_ADDRESS, False)
    await home.until("may_be_moving", of=BELT)
    await asyncio.sleep(2)
    entities = er.async_entries_for_config_entry(er.async_get(hass), treadmill_entry.entry_id)
    shown = {
        str(entity.translation_key): home.state(entity.entity_id)
        for entity in entities
        if entity.disabled_by is None and entity.domain in {"sensor", "binary_sensor", "number"}
    }
    assert STAYS.items() <= shown.items()
    unavailable = {key for key, state in shown.items() if state == "unavailable"}
    assert {"speed", "distance", "target_speed", "inclination"} <= unavailable
    assert not unavailable & STAYS.keys()


async def test_what_changed_is_written(home: Home) -> None:
    """Nothing is written while nothing changes, nor the same twice; nothing ticks."""
    await home.call("switch.turn_on", "switch.fs_0e1b2c_connection")
    await home.until("stopped", of=BELT)
    await asyncio.sleep(2)
    at_rest = Writes(home.hass)
    await asyncio.sleep(120)
    assert not at_rest.changed
    await home.walk("free_walk")
    walking = Writes(home.hass)
    await asyncio.sleep(60)
    assert walking.changed.keys() == {"sensor.fs_0e1b2c_distance"}
    assert not walking.repeated
    assert not walking.too_soon


async def test_cues(hass: HomeAssistant, home: Home) -> None:
    """They come one a second at most, in order, and none is lost."""
    cues: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        assert event.data["new_state"] is not None
        cues.append(event.data["new_state"].attributes["event_type"])

    writes = Writes(hass)
    async_track_state_change_event(hass, CUE, note)
    await home.act("start_program", program="daily_two")
    await home.press()
    await home.until("standing")
    await home.until_asked()
    await home.press()
    await home.until(*WALKING)
    await home.act("stop")
    await home.until("stopped")
    await asyncio.sleep(5)
    assert [cue for cue, _ in groupby(cues)] == [
        *("waiting", "preparing", "five", "four", "three", "two", "one", "phase_started"),
        *("half", "ten_seconds", "three", "two", "one"),
        *("phase_started", "half", "ten_seconds", "three", "two", "one", "confirm"),
        *("three", "two", "one", "stopped"),
    ]
    assert not writes.too_soon


async def test_the_choice_of_a_program_is_kept(home: Home, walker_entry: ConfigEntry) -> None:
    """After a restart the program is chosen that was chosen before."""
    assert home.state("select.anna_program") == "daily_two"
    await home.call("select.select_option", "select.anna_program", option="first_steps")
    await home.until("first_steps", of="select.anna_program", limit_s=1.5)
    await home.hass.config_entries.async_reload(walker_entry.entry_id)
    assert home.state("select.anna_program") == "first_steps"


async def test_times(home: Home) -> None:
    """The ends of phase and session are times on the wall, and stand while they do."""
    await home.walk("short_classic")
    ends = home.state("sensor.anna_phase_ends"), home.state("sensor.anna_session_ends")
    await asyncio.sleep(30)
    assert (home.state("sensor.anna_phase_ends"), home.state("sensor.anna_session_ends")) == ends
    phase_ends, session_ends = (dt_util.parse_datetime(end, raise_on_error=True) for end in ends)
    assert (session_ends - phase_ends).total_seconds() == 600
    left_s = (phase_ends - dt_util.utcnow()).total_seconds()
    await asyncio.sleep(left_s - 2)
    assert home.session == "walking_forward"
    await home.until("turning", limit_s=4)
    await home.until("unknown", of="sensor.anna_phase_ends", limit_s=2)
