"""Setting up a treadmill: found by Bluetooth, and never connected to before the belt is clear."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.bluetooth import (
    BluetoothServiceInfoBleak,
    async_discovered_service_info,
    async_request_active_scan,
)
from homeassistant.config_entries import (
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigFlow,
    ConfigFlowResult,
    FlowType,
    OptionsFlow,
)
from homeassistant.const import CONF_ADDRESS, CONF_NAME, UnitOfSpeed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

from .bluetooth import async_ask_machine, is_treadmill, stored
from .const import (
    AUTOMATIC,
    CONF_CONNECTION,
    CONF_HANDRAILS,
    CONF_KIND,
    CONF_MAX_SPEED_KMH,
    CONF_NOBODY_ON_BELT,
    CONF_PIN,
    CONF_PROFILE,
    CONF_SAFETY_CLIP,
    CONF_TREADMILL,
    CONF_UNIT,
    CONF_UNLOCKED_BY,
    DEFAULT_MAX_SPEED_KMH,
    DOMAIN,
    Connection,
    Kind,
)
from .treadmill.link import LinkError
from .treadmill.profile import BY_KEY, SpeedUnit, recognise

UNITS = [AUTOMATIC, SpeedUnit.KMH, SpeedUnit.MPH]

SAFEGUARDS = {
    vol.Required(CONF_HANDRAILS, default=False): bool,
    vol.Required(CONF_SAFETY_CLIP, default=False): bool,
}
CONFIRM = vol.Schema({vol.Required(CONF_NOBODY_ON_BELT, default=False): bool, **SAFEGUARDS})


class TreadmillFlow(ConfigFlow):
    """The steps of a treadmill's set-up."""

    _found: BluetoothServiceInfoBleak
    _nearby: dict[str, BluetoothServiceInfoBleak]

    @override
    async def async_step_bluetooth(
        self, discovery_info: BluetoothServiceInfoBleak
    ) -> ConfigFlowResult:
        """Take a machine that advertises, if it is a treadmill."""
        if not is_treadmill(discovery_info):
            return self.async_abort(reason="not_a_treadmill")
        await self._async_take(discovery_info)
        return await self.async_step_treadmill_confirm()

    async def async_step_treadmill(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Pick one of the treadmills in range."""
        if user_input is not None:
            await self._async_take(self._nearby[user_input[CONF_ADDRESS]])
            return await self.async_step_treadmill_confirm()
        await async_request_active_scan(self.hass)
        known = self._async_current_ids(include_ignore=False)
        self._nearby = {
            info.address: info
            for info in async_discovered_service_info(self.hass)
            # A machine that does not say what it is may be picked, and is asked on connecting.
            if is_treadmill(info) is not False and dr.format_mac(info.address) not in known
        }
        if not self._nearby:
            return self.async_show_menu(step_id="nothing_found", menu_options=["treadmill"])
        names = {address: info.name or address for address, info in self._nearby.items()}
        return self.async_show_form(
            step_id="treadmill",
            data_schema=vol.Schema({vol.Required(CONF_ADDRESS): vol.In(names)}),
        )

    async def async_step_treadmill_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Connect for the first time, once nobody stands on the belt."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not user_input.pop(CONF_NOBODY_ON_BELT):
                errors[CONF_NOBODY_ON_BELT] = "step_off_first"
            else:
                try:
                    info = await async_ask_machine(
                        self.hass, self._found.address, recognise(self._found.name)
                    )
                except LinkError:
                    errors["base"] = "cannot_connect"
                else:
                    return self.async_create_entry(
                        title=self._name,
                        data={
                            CONF_KIND: Kind.TREADMILL,
                            CONF_ADDRESS: self._found.address,
                            CONF_NAME: self._name,
                            **user_input,
                            **stored(info),
                        },
                    )
        return self.async_show_form(
            step_id="treadmill_confirm",
            data_schema=self.add_suggested_values_to_schema(CONFIRM, user_input),
            errors=errors,
            description_placeholders={"name": self._name},
        )

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Offer to create the first walker."""
        entry = result["result"]
        walkers = [
            other for other in self._async_current_entries() if other.data[CONF_KIND] == Kind.WALKER
        ]
        if entry.data[CONF_KIND] == Kind.TREADMILL and not walkers:
            flow = await self.hass.config_entries.flow.async_init(
                DOMAIN,
                context={"source": SOURCE_INTEGRATION_DISCOVERY},
                data={CONF_TREADMILL: entry.unique_id, CONF_NAME: entry.title},
            )
            if "step_id" in flow:
                result["next_flow"] = (FlowType.CONFIG_FLOW, flow["flow_id"])
        return result

    async def _async_take(self, info: BluetoothServiceInfoBleak) -> None:
        """Make this flow the one for the machine of `info`."""
        await self.async_set_unique_id(dr.format_mac(info.address))
        self._abort_if_unique_id_configured(updates={CONF_ADDRESS: info.address})
        self._found = info
        self.context["title_placeholders"] = {"name": self._name}

    @property
    def _name(self) -> str:
        """The name that the machine advertises."""
        return self._found.name or self._found.address

    async def _async_reconfigure_treadmill(
        self, user_input: dict[str, Any] | None, data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Answer the questions about rails and clip anew."""
        if user_input is not None:
            return self.async_update_and_abort(
                self._get_reconfigure_entry(), data_updates=user_input
            )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(vol.Schema(SAFEGUARDS), data),
        )


class TreadmillOptionsFlow(OptionsFlow):
    """A treadmill's caps, connection and unit, and the named unlock of backward programs."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        schema = vol.Schema(
            {
                vol.Required(CONF_CONNECTION, default=Connection.ON_DEMAND): SelectSelector(
                    SelectSelectorConfig(options=list(Connection), translation_key=CONF_CONNECTION)
                ),
                vol.Required(CONF_MAX_SPEED_KMH, default=DEFAULT_MAX_SPEED_KMH): NumberSelector(
                    NumberSelectorConfig(
                        min=0.5,
                        max=8,
                        step=0.1,
                        unit_of_measurement=UnitOfSpeed.KILOMETERS_PER_HOUR,
                    )
                ),
                vol.Required(CONF_UNIT, default=AUTOMATIC): SelectSelector(
                    SelectSelectorConfig(options=UNITS, translation_key=CONF_UNIT)
                ),
                vol.Required(CONF_PROFILE, default=AUTOMATIC): SelectSelector(
                    SelectSelectorConfig(options=[AUTOMATIC, *BY_KEY], translation_key=CONF_PROFILE)
                ),
                vol.Optional(CONF_PIN): TextSelector(
                    TextSelectorConfig(type=TextSelectorType.PASSWORD)
                ),
                vol.Optional(CONF_UNLOCKED_BY): str,
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options),
        )
