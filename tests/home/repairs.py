"""The list of repairs, as far as it is about treadmills."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.retrowalk.const import DOMAIN


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the treadmill's repair issues by what they say."""
    keys = {"belt_stop_failed", "unit_unknown", "unit_mph"}
    return {
        str(issue.translation_key): issue
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.active and issue.translation_key in keys
    }
