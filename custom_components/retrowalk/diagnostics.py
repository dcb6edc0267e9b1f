"""Diagnostics: what a treadmill said and was told, without anybody's address."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_ADDRESS, CONF_NAME
from homeassistant.core import HomeAssistant

from .const import CONF_PERSON, CONF_PIN, CONF_TREADMILL, CONF_UNLOCKED_BY, CONF_WEARABLES
from .runtime import RetrowalkConfigEntry

TO_REDACT = {
    CONF_ADDRESS,
    CONF_NAME,
    CONF_PERSON,
    CONF_PIN,
    CONF_TREADMILL,  # the walker knows them by their addresses
    CONF_UNLOCKED_BY,
    CONF_WEARABLES,
    "title",
    "unique_id",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: RetrowalkConfigEntry
) -> Mapping[str, Any]:
    """Return the entry and what its runtime has kept."""
    shown: dict[str, Any] = {
        "entry": {"data": dict(entry.data), "options": dict(entry.options)},
        "runtime": entry.runtime_data.diagnostics,
    }
    redacted: dict[str, Any] = async_redact_data(shown, TO_REDACT)
    return redacted
