"""A walker with a strap: a recorded fall over the radio stops the belt, and walking does not."""

import asyncio
from dataclasses import replace
import json

from homeassistant.const import CONF_ADDRESS, CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.json import JSONEncoder
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.const import (
    CONF_KIND,
    CONF_PLACEMENT,
    CONF_SOURCE,
    CONF_WEARABLES,
    CONF_WITHOUT_WEARABLE,
    DOMAIN,
    Kind,
    Source,
)
from custom_components.retrowalk.diagnostics import async_get_config_entry_diagnostics
from script.replay import Replay, same
from simulator.polar_strap import DEFAULT_ADDRESS, VirtualPolarStrap
from simulator.radio import VirtualRadio
from simulator.recordings import RATE_HZ, Trial, trials
from simulator.treadmill import VirtualTreadmill
from simulator.walker import Walker

from .home import SESSION, WALKING, Home, times_of

pytestmark = pytest.mark.virtual_time

STRAP_ID = dr.format_mac(DEFAULT_ADDRESS)
LEADS_UP_S = 1.0
FRAME_S = 0.2  # the strap sends 36 samples at once, each 0.18 s
ARMED = "binary_sensor.anna_fall_alerts_armed"
FALLS = [activity for activity, trial in trials().items() if trial.is_fall]


def from_the_fall(trial: Trial) -> Trial:
    """Cut a fall's recording to begin just before the impact: until then Anna walks."""
    assert trial.impact_s is not None
    begin = int((trial.impact_s - LEADS_UP_S) * RATE_HZ)
    return replace(trial, acc_g=trial.acc_g[begin:], impact_s=LEADS_UP_S)


@pytest.fixture
async def anna(hass: HomeAssistant, clock: Clock, treadmill: VirtualTreadmill) -> Walker:
    """Let Anna stand on the belt."""
    return Walker(clock, lambda: treadmill.belt.speed_kmh)


@pytest.fixture
async def strap(
    hass: HomeAssistant,
    home_radio: VirtualRadio,
    clock: Clock,
    anna: Walker,
    home: Home,
    walker_entry: MockConfigEntry,
) -> VirtualPolarStrap:
    """Put a strap around Anna's chest."""
    strap = VirtualPolarStrap(clock, anna)
    await home_radio.add(strap)
    await home_radio.until_on_air(strap.address)
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Strap",
        unique_id=STRAP_ID,
        data={
            CONF_KIND: Kind.WEARABLE,
            CONF_SOURCE: Source.POLAR,
            CONF_ADDRESS: strap.address,
            CONF_NAME: strap.profile.local_name,
            CONF_PLACEMENT: "chest",
        },
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    worn = {CONF_WEARABLES: [STRAP_ID], CONF_WITHOUT_WEARABLE: False}
    hass.config_entries.async_update_entry(walker_entry, data={**walker_entry.data, **worn})
    await hass.async_block_till_done()
    return strap


@pytest.fixture
async def walking(home: Home, strap: VirtualPolarStrap) -> Home:
    """Let Anna walk for half a minute."""
    await home.act("start_program", program="short_classic")
    await home.press()
    await home.until(*WALKING)
    await asyncio.sleep(30)
    assert home.state(ARMED) == "on"
    return home


@pytest.mark.parametrize("activity", FALLS)
async def test_a_fall_stops_the_belt(walking: Home, anna: Walker, activity: str) -> None:
    """Impact and posture stop the belt within 1.5 s and the frame that brings them."""
    anna.play(from_the_fall(trials()[activity]))
    impact_s = walking.hass.loop.time() + LEADS_UP_S
    await walking.until("fall_suspected")
    await asyncio.sleep(10)
    [stopped_s] = times_of(walking.belt, "stop")
    assert 0 < stopped_s - impact_s <= 1.5 + FRAME_S
    assert walking.belt.speed_kmh == 0
    assert walking.state("binary_sensor.anna_fall_suspected") == "on"
    with pytest.raises(ServiceValidationError, match="I'm OK"):
        await walking.act("start_program", program="daily_two")


async def test_what_led_to_a_decision_can_be_heard_again(
    walking: Home, anna: Walker, walker_entry: MockConfigEntry
) -> None:
    """From the radio into the diagnostics, without an address, and through a guard once more."""
    anna.play(from_the_fall(trials()[FALLS[0]]))
    await walking.until("fall_suspected")
    await asyncio.sleep(40)
    shown = await async_get_config_entry_diagnostics(walking.hass, walker_entry)
    download = json.dumps(shown, cls=JSONEncoder)
    assert STRAP_ID not in download.lower()
    [incident] = json.loads(download)["runtime"]["incidents"]
    first = incident["decisions"][0]
    assert (first["evidence"], first["response"]) == ("fall", "stop")
    assert 20_000 < first["at_ms"] <= 30_000
    assert incident["heard"][-1]["at_ms"] - first["at_ms"] > 25_000
    assert same(incident, Replay(incident).run())


async def test_a_walk_is_left_alone(home: Home, strap: VirtualPolarStrap) -> None:
    """A whole program with its rests: the guard does not break in."""
    await home.act("start_program", program="daily_two")
    await home.press()
    await home.until(*WALKING)
    while await home.until_asked():
        await home.press()
        await home.until(*WALKING)
    assert home.session == "finished"
    assert home.state("sensor.strap_steps") != "0"


async def test_a_lost_strap_pauses(
    walking: Home, home_radio: VirtualRadio, strap: VirtualPolarStrap
) -> None:
    """Silence is not a fall, and not safety: the session waits, and goes on only if told so."""
    home_radio.set_reachable(strap.address, False)
    await walking.until("paused")
    assert walking.attribute(SESSION, "reason") == "sensor_lost"
    assert walking.state(ARMED) == "off"
    await asyncio.sleep(10)
    assert walking.belt.speed_kmh == 0
    await walking.press()  # I'm OK
    await walking.press()  # go on
    await asyncio.sleep(30)
    assert walking.session == "preparing"
    assert walking.belt.speed_kmh == 0


async def test_a_strap_that_is_off_keeps_the_belt_at_rest(
    home: Home, home_radio: VirtualRadio, strap: VirtualPolarStrap
) -> None:
    """The start gives up, and names the check that failed."""
    home_radio.set_reachable(strap.address, False)
    await home.act("start_program", program="short_classic")
    await home.press()
    await home.until("stopped")
    assert home.attribute(SESSION, "reason") == "wearable_missing"
    assert not times_of(home.belt, "start")


async def test_the_strap_is_let_go_after_the_session(
    walking: Home, strap: VirtualPolarStrap
) -> None:
    """Straps are linked only while somebody walks, and two minutes longer."""
    assert strap.connected
    await walking.act("stop")
    await asyncio.sleep(100)
    assert strap.connected
    await asyncio.sleep(60)
    assert not strap.connected
    assert walking.state("binary_sensor.strap_streaming") == "off"
