"""Retrowalk: walking backward on a home treadmill, safely."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .actions import async_setup_actions
from .alert_issues import forget_alert_issues
from .alert_store import AlertStore
from .belt_store import BeltStore
from .const import CONF_KIND, DOMAIN, PLATFORMS, Kind
from .program.library import load_built_in
from .registry import REGISTRY, Registry
from .runtime import RetrowalkConfigEntry, Runtime
from .treadmill_issues import async_forget
from .treadmill_runtime import TreadmillRuntime
from .walker_runtime import WalkerRuntime
from .wearable_runtime import WearableRuntime
from .websocket import async_setup_websocket

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

RUNTIMES: dict[Kind, type[Runtime]] = {
    Kind.TREADMILL: TreadmillRuntime,
    Kind.WEARABLE: WearableRuntime,
    Kind.WALKER: WalkerRuntime,
}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Make the registry and register what belongs to no single entry."""
    hass.data[REGISTRY] = Registry(await hass.async_add_executor_job(load_built_in))
    async_setup_actions(hass)
    async_setup_websocket(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> bool:
    """Bring an entry to life; a switched-off machine keeps its entities."""
    runtime = RUNTIMES[Kind(entry.data[CONF_KIND])](hass, entry)
    entry.runtime_data = runtime
    await runtime.async_start()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_async_updated))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> bool:
    """Stop what moves, and leave nothing behind."""
    await entry.runtime_data.async_stop()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
    """Leave nothing behind on disk or on the list of repairs."""
    await BeltStore(hass, entry.entry_id).async_remove()
    async_forget(hass, entry)
    await AlertStore(hass, entry).async_remove()
    forget_alert_issues(hass, entry)


async def _async_updated(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
    """Take over new options; a running session is not disturbed, and has them after it."""
    entry.runtime_data.entry_updated()
