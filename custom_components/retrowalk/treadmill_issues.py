"""What a treadmill has to say that must not be missed: repair issues, and a notification."""

from typing import Final

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN
from .runtime import RetrowalkConfigEntry
from .treadmill.profile import SpeedUnit

STOP_FAILED: Final = "belt_stop_failed"
UNIT_ISSUES: Final = {SpeedUnit.UNKNOWN: "unit_unknown", SpeedUnit.MPH: "unit_mph"}


@callback
def async_raise_stop_failed(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
    """Say that the belt was told to stop and may still be moving."""
    _create(hass, entry, STOP_FAILED, STOP_FAILED, ir.IssueSeverity.CRITICAL)
    texts = async_get_cached_translations(hass, hass.config.language, "issues", DOMAIN)
    path = f"component.{DOMAIN}.issues.{STOP_FAILED}"
    persistent_notification.async_create(
        hass,
        texts[f"{path}.description"].format(treadmill=entry.title),
        texts[f"{path}.title"].format(treadmill=entry.title),
        _id(entry, STOP_FAILED),
    )


@callback
def async_clear_stop_failed(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
    """Take that back: the belt is at rest."""
    if stop_failed(hass, entry):
        ir.async_delete_issue(hass, DOMAIN, _id(entry, STOP_FAILED))
        persistent_notification.async_dismiss(hass, _id(entry, STOP_FAILED))


@callback
def stop_failed(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> bool:
    """Tell whether a stop has failed, and the belt was not seen at rest since."""
    return ir.async_get(hass).async_get_issue(DOMAIN, _id(entry, STOP_FAILED)) is not None


@callback
def async_show_unit(
    hass: HomeAssistant, entry: RetrowalkConfigEntry, unit: SpeedUnit, *, chosen: bool
) -> None:
    """Ask about a unit that is not certain, and tell of miles that were found; else be quiet."""
    if chosen or unit not in UNIT_ISSUES:
        ir.async_delete_issue(hass, DOMAIN, _id(entry, "unit"))
    else:
        _create(hass, entry, "unit", UNIT_ISSUES[unit], ir.IssueSeverity.WARNING)


@callback
def async_forget(hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
    """Leave nothing behind of an entry that is removed."""
    async_clear_stop_failed(hass, entry)
    ir.async_delete_issue(hass, DOMAIN, _id(entry, "unit"))


def _create(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    what: str,
    translation_key: str,
    severity: ir.IssueSeverity,
) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        _id(entry, what),
        is_fixable=False,
        # A belt that may be moving is not at rest because Home Assistant was restarted.
        is_persistent=severity is ir.IssueSeverity.CRITICAL,
        severity=severity,
        translation_key=translation_key,
        translation_placeholders={"treadmill": entry.title},
    )


def _id(entry: RetrowalkConfigEntry, what: str) -> str:
    return f"{what}_{entry.entry_id}"
