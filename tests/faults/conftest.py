"""A home whose treadmill has a fault; the rest of it is the same as in `tests/home`."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.const import (
    CONF_BACKWARD_CAP_KMH,
    CONF_CONNECTION,
    CONF_FORWARD_CAP_KMH,
    CONF_INCLINATION_RANGE,
    CONF_SPEED_RANGE,
    Connection,
)
from custom_components.retrowalk.registry import registry
from simulator.radio import VirtualRadio
from simulator.treadmill import VirtualTreadmill
from tests.home.conftest import no_warnings, treadmill_for, walker_entry
from tests.home.home import Home

from .fault import Fault
from .walk import BACKWARD_CAP_KMH, FORWARD_CAP_KMH, PROGRAM, Walk

# What an entry knows of its machine, and the characteristic that it was read from.
SAID_IN = {"2ad4": CONF_SPEED_RANGE, "2ad5": CONF_INCLINATION_RANGE}

__all__ = ["no_warnings", "walker_entry"]


@pytest.fixture
async def treadmill(
    hass: HomeAssistant, home_radio: VirtualRadio, clock: Clock, fault: Fault
) -> VirtualTreadmill:
    """Switch the treadmill on, and let Home Assistant hear it."""
    treadmill = VirtualTreadmill(clock, fault.profile)
    treadmill.belt.cadence_spm = 80.0
    await home_radio.add(treadmill)
    await asyncio.sleep(2)
    await hass.async_block_till_done()
    return treadmill


@pytest.fixture
def walker_options() -> dict[str, Any]:
    """Return the walker's caps."""
    return {
        CONF_BACKWARD_CAP_KMH: BACKWARD_CAP_KMH,
        CONF_FORWARD_CAP_KMH: FORWARD_CAP_KMH,
    }


@pytest.fixture
async def treadmill_entry(hass: HomeAssistant, fault: Fault) -> MockConfigEntry:
    """Set the treadmill's entry up, as its flow leaves it."""
    connection = Connection.ON_DEMAND if fault.on_demand else Connection.ALWAYS
    entry = treadmill_for(fault.profile, **{CONF_CONNECTION: connection, **fault.options})
    entry.add_to_hass(hass)
    known = dict(entry.data)
    for said in (SAID_IN[each] for each in fault.profile.lacks & SAID_IN.keys()):
        known.pop(said, None)
    hass.config_entries.async_update_entry(entry, data=known)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    programs = registry(hass)
    programs.programs = {**programs.programs, PROGRAM.id: PROGRAM}
    return entry


@pytest.fixture
async def walk(
    hass: HomeAssistant,
    home_radio: VirtualRadio,
    treadmill: VirtualTreadmill,
    treadmill_entry: MockConfigEntry,
    walker_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
) -> Walk:
    """Return the walk that the fault will strike."""
    hass.loop.set_debug(False)  # noting where each task was made takes half of the time
    return Walk(
        home=Home(hass, treadmill),
        radio=home_radio,
        treadmill_entry=treadmill_entry,
        storage=hass_storage,
    )
