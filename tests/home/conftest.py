"""A home with a treadmill in the air, and the two entries as their flows leave them."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
import logging
from typing import Any

from homeassistant.const import CONF_ADDRESS, CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.const import (
    CONF_HANDRAILS,
    CONF_INCLINATION_RANGE,
    CONF_KIND,
    CONF_SAFETY_CLIP,
    CONF_SPEED_RANGE,
    CONF_TREADMILL,
    CONF_WITHOUT_WEARABLE,
    DOMAIN,
    Kind,
)
from simulator.companion import PushServer
from simulator.profiles import PLAIN, PROFILES, Profile
from simulator.radio import VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS, VirtualTreadmill

from .family import Family, SecondWay, make_second_way
from .home import RAIL_BUTTON, Home

TREADMILL_ID = dr.format_mac(DEFAULT_ADDRESS)
# A FitShow module counts in km/h for certain, so that all its speeds are used.
NAME = "FS-0E1B2C"
# What the test's own surroundings complain about: a custom integration, no zlib, no BlueZ.
NOT_OURS = {"homeassistant.loader", "aiohttp_fast_zlib", "bleak_retry_connector.bluez"}


@pytest.fixture(autouse=True)
def no_warnings(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    """Fail where something was logged that a user would have to read."""
    logging.getLogger("habluetooth").setLevel(logging.INFO)  # it tells each advertisement
    yield
    warnings = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING and record.name not in NOT_OURS
    ]
    assert not warnings


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots as Home Assistant does: without what differs from run to run."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let entities be enabled that a user would have to enable."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture
def machine() -> str | None:
    """Name the profile of the treadmill in the air; None for a FitShow module without oddities."""
    return None


@pytest.fixture
def profile(machine: str | None) -> Profile:
    """Return the profile of the treadmill in the air."""
    return PROFILES[machine] if machine else replace(PLAIN, local_name=NAME)


@pytest.fixture
async def treadmill(
    hass: HomeAssistant, home_radio: VirtualRadio, clock: Clock, profile: Profile
) -> VirtualTreadmill:
    """Switch a treadmill on, and let Home Assistant hear it."""
    treadmill = VirtualTreadmill(clock, profile)
    await home_radio.add(treadmill)
    await asyncio.sleep(2)
    await hass.async_block_till_done()
    return treadmill


@pytest.fixture
def treadmill_options() -> dict[str, Any]:
    """Return the treadmill's options."""
    return {}


@pytest.fixture
def walker_options() -> dict[str, Any]:
    """Return the walker's options, beside the button on the rail."""
    return {}


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Add an entry and set it up."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


def treadmill_for(
    profile: Profile, address: str = DEFAULT_ADDRESS, /, **options: Any
) -> MockConfigEntry:
    """Make a treadmill's entry, as its flow leaves it."""
    motor = profile.motor
    inclinations = {
        "min_inclination_percent": 0.0,
        "max_inclination_percent": motor.max_inclination_percent,
        "inclination_step_percent": motor.inclination_step_percent,
    }
    return MockConfigEntry(
        domain=DOMAIN,
        title=profile.local_name,
        unique_id=dr.format_mac(address),
        data={
            CONF_KIND: Kind.TREADMILL,
            CONF_ADDRESS: address,
            CONF_NAME: profile.local_name,
            CONF_HANDRAILS: True,
            CONF_SAFETY_CLIP: True,
            CONF_SPEED_RANGE: {
                "min_speed_kmh": motor.min_speed_kmh,
                "max_speed_kmh": motor.max_speed_kmh,
                "speed_step_kmh": motor.speed_step_kmh,
            },
            **({CONF_INCLINATION_RANGE: inclinations} if motor.max_inclination_percent else {}),
        },
        options=options,
    )


@pytest.fixture
async def treadmill_entry(
    hass: HomeAssistant,
    home_radio: VirtualRadio,
    profile: Profile,
    treadmill_options: dict[str, Any],
) -> MockConfigEntry:
    """Set up the treadmill's entry; whether the machine is on is another matter."""
    return await set_up(hass, treadmill_for(profile, **treadmill_options))


def walker(
    name: str, treadmill_id: str = TREADMILL_ID, *, without_wearable: bool = True, **options: Any
) -> MockConfigEntry:
    """Make a walker's entry."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=name,
        unique_id=name.lower(),
        data={
            CONF_KIND: Kind.WALKER,
            CONF_NAME: name,
            CONF_TREADMILL: treadmill_id,
            CONF_WITHOUT_WEARABLE: without_wearable,
        },
        options=options,
    )


@pytest.fixture
async def walker_entry(hass: HomeAssistant, walker_options: dict[str, Any]) -> MockConfigEntry:
    """Set up Anna, and the button on the rail."""
    assert await async_setup_component(hass, "input_button", {"input_button": {"rail": None}})
    entry = walker("Anna", handrail_button=RAIL_BUTTON, **walker_options)
    return await set_up(hass, entry)


@pytest.fixture
def home(
    hass: HomeAssistant,
    treadmill: VirtualTreadmill,
    treadmill_entry: MockConfigEntry,
    walker_entry: MockConfigEntry,
) -> Home:
    """Return the home, with all that is in it."""
    return Home(hass, treadmill)


@pytest.fixture
async def family(
    socket_enabled: None, hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> AsyncGenerator[Family]:
    """Set up the companion app's integration, and the push server that its phones name."""
    for integration in ("notify", "mobile_app"):  # both want routes, so before the server starts
        assert await async_setup_component(hass, integration, {})
    server = PushServer()
    await server.start()
    yield Family(hass, server, await hass_client())
    await server.stop()


@pytest.fixture
async def second_way(hass: HomeAssistant, family: Family) -> AsyncGenerator[SecondWay]:
    """Set up a notify entity that is no phone's."""
    async with make_second_way(hass) as way:
        yield way
