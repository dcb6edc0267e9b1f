"""Repairs that a user can do on the spot: sending the test alert."""

from homeassistant.components.repairs import RepairsFlow
from homeassistant.components.repairs.models import RepairsFlowResult
from homeassistant.core import HomeAssistant
import probatio as vol

from .registry import registry


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that sends a test alert to a walker's contacts."""
    return SendTestAlert()


class SendTestAlert(RepairsFlow):
    """Send a test alert; the repair stays away if the answers come back."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin; what comes in here is no answer yet."""
        return await self.async_step_send()

    async def async_step_send(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask to silence the phones first, then send."""
        if user_input is None:
            return self.async_show_form(step_id="send", data_schema=vol.Schema({}))
        entry_id = (self.data or {}).get("entry_id")
        for walker in registry(self.hass).walkers.values():
            if walker.entry.entry_id == entry_id:
                walker.send_test_alert()
                return self.async_create_entry(data={})
        return self.async_abort(reason="not_loaded")
