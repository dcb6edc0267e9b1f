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
    SOURCE_USER,
    ConfigFlowResult,
    FlowType,
    OptionsFlow,
)
from homeassistant.const import CONF_ADDRESS, CONF_NAME, UnitOfSpeed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    SelectOptionDict,
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
    CONF_LIMITS,
    CONF_MAX_SPEED_KMH,
    CONF_NOBODY_ON_BELT,
    CONF_PIN,
    CONF_POWER_SWITCH,
    CONF_POWER_TESTED,
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
from .flow_by_hand import SAFEGUARDS, SPEEDS, SWITCH, ByHandFlow, limits_of
from .flow_power import PowerTest
from .machine import by_hand
from .registry import registry
from .runtime import RetrowalkConfigEntry
from .treadmill.link import LinkError
from .treadmill.profile import BY_KEY, SpeedUnit, recognise

BY_HAND = "by_hand"
UNITS = [AUTOMATIC, SpeedUnit.KMH, SpeedUnit.MPH]

CONFIRM = vol.Schema({vol.Required(CONF_NOBODY_ON_BELT, default=False): bool, **SAFEGUARDS})


class TreadmillFlow(ByHandFlow):
    """The steps of a treadmill's set-up, by Bluetooth or without."""

    _found: BluetoothServiceInfoBleak
    _nearby: dict[str, BluetoothServiceInfoBleak]

    async def _async_take_treadmill(self, info: BluetoothServiceInfoBleak) -> ConfigFlowResult:
        """Take a machine that advertises, if it is a treadmill."""
        if not is_treadmill(info):
            return self.async_abort(reason="not_a_treadmill")
        await self._async_take(info)
        return await self.async_step_treadmill_confirm()

    async def async_step_treadmill(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Pick one of the treadmills in range."""
        if user_input is not None:
            if user_input[CONF_ADDRESS] == BY_HAND:
                return await self.async_step_by_hand()
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
            return await self.async_step_nothing_found()
        names = {address: info.name or address for address, info in self._nearby.items()}
        names[BY_HAND] = BY_HAND  # translated
        choice = SelectSelector(
            SelectSelectorConfig(
                options=[SelectOptionDict(value=key, label=name) for key, name in names.items()],
                translation_key="treadmill",
            )
        )
        return self.async_show_form(
            step_id="treadmill", data_schema=vol.Schema({vol.Required(CONF_ADDRESS): choice})
        )

    async def async_step_nothing_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Name the usual causes, and offer to look again."""
        return self.async_show_menu(step_id="nothing_found", menu_options=["treadmill", BY_HAND])

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
        await self.async_set_unique_id(
            dr.format_mac(info.address), raise_on_progress=self.source != SOURCE_USER
        )
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
        schema = vol.Schema(SAFEGUARDS | (SPEEDS if by_hand(data) else {}))
        errors: dict[str, str] = {}
        if user_input is not None:
            if by_hand(data) and user_input["min_speed_kmh"] > user_input["max_speed_kmh"]:
                errors["base"] = "lowest_above_highest"
            else:
                updates = {key: user_input[key] for key in (CONF_HANDRAILS, CONF_SAFETY_CLIP)}
                if by_hand(data):
                    updates[CONF_LIMITS] = limits_of(user_input)
                return self.async_update_and_abort(
                    self._get_reconfigure_entry(), data_updates=updates
                )
        known = {**data, **data.get(CONF_LIMITS, {}), **(user_input or {})}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(schema, known),
            errors=errors,
        )


class TreadmillOptionsFlow(PowerTest, OptionsFlow):
    """A treadmill's caps, connection and unit, its power switch, and who unlocked what."""

    _chosen: dict[str, Any]

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options."""
        entry = self.config_entry
        if user_input is not None:
            self._chosen = user_input
            return await self._async_with_power_switch(entry)
        of_radio = {
            vol.Required(CONF_CONNECTION, default=Connection.ON_DEMAND): SelectSelector(
                SelectSelectorConfig(options=list(Connection), translation_key=CONF_CONNECTION)
            ),
            vol.Required(CONF_UNIT, default=AUTOMATIC): SelectSelector(
                SelectSelectorConfig(options=UNITS, translation_key=CONF_UNIT)
            ),
            vol.Required(CONF_PROFILE, default=AUTOMATIC): SelectSelector(
                SelectSelectorConfig(options=[AUTOMATIC, *BY_KEY], translation_key=CONF_PROFILE)
            ),
        }
        schema = vol.Schema(
            {
                **({} if by_hand(entry.data) else of_radio),
                vol.Required(CONF_MAX_SPEED_KMH, default=DEFAULT_MAX_SPEED_KMH): NumberSelector(
                    NumberSelectorConfig(
                        min=0.5,
                        max=8,
                        step=0.1,
                        unit_of_measurement=UnitOfSpeed.KILOMETERS_PER_HOUR,
                    )
                ),
                **SWITCH,
                vol.Optional(CONF_PIN): TextSelector(
                    TextSelectorConfig(type=TextSelectorType.PASSWORD)
                ),
                vol.Optional(CONF_UNLOCKED_BY): str,
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, entry.options),
        )

    async def _async_with_power_switch(self, entry: RetrowalkConfigEntry) -> ConfigFlowResult:
        """Have a switch tested that was not chosen before; a tested one stays tested."""
        switch = self._chosen.get(CONF_POWER_SWITCH)
        if switch is None or switch == entry.options.get(CONF_POWER_SWITCH):
            tested = {CONF_POWER_TESTED: entry.options[CONF_POWER_TESTED]} if switch else {}
            return await self._async_power_tested(tested)
        self._switch = switch
        if not by_hand(entry.data):
            self._runtime = registry(self.hass).treadmills.get(str(entry.unique_id))
        return await self.async_step_power_test()

    @override
    async def _async_power_tested(self, tested: dict[str, Any]) -> ConfigFlowResult:
        """Keep the options."""
        return self.async_create_entry(data=self._chosen | tested)
