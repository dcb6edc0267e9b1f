"""Config flows: the one class that Home Assistant wants; each kind's steps are its own module."""

from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlow
from homeassistant.core import callback

from .const import CONF_KIND, DOMAIN, Kind
from .flow_treadmill import TreadmillFlow, TreadmillOptionsFlow
from .flow_walker import WalkerFlow, WalkerOptionsFlow

OPTIONS_FLOWS: dict[Kind, type[OptionsFlow]] = {
    Kind.TREADMILL: TreadmillOptionsFlow,
    Kind.WALKER: WalkerOptionsFlow,
}


class RetrowalkConfigFlow(TreadmillFlow, WalkerFlow, domain=DOMAIN):
    """Set up a treadmill or a walker."""

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what to set up; a walker needs a treadmill first."""
        if any(entry.data[CONF_KIND] == Kind.TREADMILL for entry in self._async_current_entries()):
            return self.async_show_menu(step_id="user", menu_options=list(Kind))
        return await self.async_step_treadmill()

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Reconfigure an entry of either kind."""
        data = self._get_reconfigure_entry().data
        steps = {
            Kind.TREADMILL: self._async_reconfigure_treadmill,
            Kind.WALKER: self._async_reconfigure_walker,
        }
        return await steps[Kind(data[CONF_KIND])](user_input, data)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's kind."""
        return OPTIONS_FLOWS[Kind(config_entry.data[CONF_KIND])]()
