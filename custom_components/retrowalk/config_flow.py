"""Config flows: the one class that Home Assistant wants; each kind's steps are its own module."""

from typing import Any, override

from homeassistant.components.bluetooth import BluetoothServiceInfoBleak
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import callback

from .bluetooth import wearable_source
from .const import CONF_KIND, DOMAIN, SUBENTRY_CONTACT, Kind
from .flow_contact import ContactFlow
from .flow_treadmill import TreadmillFlow, TreadmillOptionsFlow
from .flow_walker import WalkerFlow, WalkerOptionsFlow
from .flow_wearable import WearableFlow, WearableOptionsFlow

OPTIONS_FLOWS: dict[Kind, type[OptionsFlow]] = {
    Kind.TREADMILL: TreadmillOptionsFlow,
    Kind.WEARABLE: WearableOptionsFlow,
    Kind.WALKER: WalkerOptionsFlow,
}
SUBENTRY_FLOWS: dict[Kind, dict[str, type[ConfigSubentryFlow]]] = {
    Kind.WALKER: {SUBENTRY_CONTACT: ContactFlow},
}


class RetrowalkConfigFlow(TreadmillFlow, WearableFlow, WalkerFlow, domain=DOMAIN):
    """Set up a treadmill, a wearable or a walker."""

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what to set up; a walker needs a treadmill first."""
        if any(entry.data[CONF_KIND] == Kind.TREADMILL for entry in self._async_current_entries()):
            return self.async_show_menu(step_id="user", menu_options=list(Kind))
        return await self.async_step_treadmill()

    @override
    async def async_step_bluetooth(
        self, discovery_info: BluetoothServiceInfoBleak
    ) -> ConfigFlowResult:
        """Take a treadmill, a foot pod or a strap that advertises."""
        if wearable_source(discovery_info):
            return await self._async_take_wearable(discovery_info)
        return await self._async_take_treadmill(discovery_info)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Reconfigure an entry of its kind."""
        data = self._get_reconfigure_entry().data
        steps = {
            Kind.TREADMILL: self._async_reconfigure_treadmill,
            Kind.WEARABLE: self._async_reconfigure_wearable,
            Kind.WALKER: self._async_reconfigure_walker,
        }
        return await steps[Kind(data[CONF_KIND])](user_input, data)

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what may be added to an entry of its kind."""
        return SUBENTRY_FLOWS.get(Kind(config_entry.data[CONF_KIND]), {})

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's kind."""
        return OPTIONS_FLOWS[Kind(config_entry.data[CONF_KIND])]()
