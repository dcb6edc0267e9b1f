"""Setting up a wearable: a pod or strap in range, a phone that posts, or an entity there is."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components import webhook
from homeassistant.components.bluetooth import (
    BluetoothServiceInfoBleak,
    async_discovered_service_info,
    async_request_active_scan,
)
from homeassistant.config_entries import SOURCE_USER, ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_ADDRESS, CONF_ENTITY_ID, CONF_NAME, CONF_WEBHOOK_ID
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
)
import probatio as vol

from .bluetooth import wearable_source
from .const import (
    CONF_FROM_OUTSIDE,
    CONF_IOS_SIGNS,
    CONF_KIND,
    CONF_MULTIPLIER,
    CONF_PLACEMENT,
    CONF_SOURCE,
    DOMAIN,
    Kind,
    Source,
)
from .safety.thresholds import Placement
from .wearable.foot_pod import CALIBRATION_STEPS, FootPod, propose_multiplier

# Where each is usually worn: suggested, and to be changed.
USUALLY_WORN = {
    Source.FOOT_POD: Placement.FOOT,
    Source.POLAR: Placement.CHEST,
    Source.PHONE: Placement.POCKET,
    Source.ENTITY: Placement.FOOT,
}


def placement_field(source: Source) -> dict[vol.Marker, Any]:
    """Ask where it is worn."""
    return {
        vol.Required(CONF_PLACEMENT, default=USUALLY_WORN[source]): SelectSelector(
            SelectSelectorConfig(options=list(Placement), translation_key=CONF_PLACEMENT)
        )
    }


class WearableFlow(ConfigFlow):
    """The steps of a wearable's set-up."""

    _wearable: BluetoothServiceInfoBleak
    _wearables_nearby: Mapping[str, BluetoothServiceInfoBleak]
    _webhook_id: str | None = None

    async def async_step_wearable(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what kind of wearable."""
        return self.async_show_menu(
            step_id="wearable",
            menu_options=["wearable_bluetooth", "wearable_phone", "wearable_entity"],
        )

    async def async_step_wearable_bluetooth(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Pick one of the pods and straps in range."""
        if user_input is not None:
            return await self._async_take_wearable(self._wearables_nearby[user_input[CONF_ADDRESS]])
        await async_request_active_scan(self.hass)
        known = self._async_current_ids(include_ignore=False)
        self._wearables_nearby = {
            info.address: info
            for info in async_discovered_service_info(self.hass)
            if wearable_source(info) and dr.format_mac(info.address) not in known
        }
        if not self._wearables_nearby:
            return await self.async_step_no_wearable_found()
        names = {address: info.name for address, info in self._wearables_nearby.items()}
        return self.async_show_form(
            step_id="wearable_bluetooth",
            data_schema=vol.Schema({vol.Required(CONF_ADDRESS): vol.In(names)}),
        )

    async def async_step_no_wearable_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Name the usual causes, and offer to look again."""
        return self.async_show_menu(
            step_id="no_wearable_found", menu_options=["wearable_bluetooth"]
        )

    async def async_step_wearable_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where a pod or strap is worn."""
        source = wearable_source(self._wearable)
        assert source is not None, "only wearables come here"
        if user_input is not None:
            return self._create_wearable(
                self._wearable.name,
                source,
                {CONF_ADDRESS: self._wearable.address, **user_input},
            )
        return self.async_show_form(
            step_id="wearable_confirm",
            data_schema=vol.Schema(placement_field(source)),
            description_placeholders={"name": self._wearable.name},
        )

    async def async_step_wearable_phone(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the address that the app posts to; it is secret, and of this wearable alone."""
        if self._webhook_id is None:
            self._webhook_id = webhook.async_generate_id()
        if user_input is not None:
            await self.async_set_unique_id(self._webhook_id)
            name = user_input.pop(CONF_NAME)
            data = {CONF_WEBHOOK_ID: self._webhook_id, **user_input}
            return self._create_wearable(name, Source.PHONE, data)
        return self.async_show_form(
            step_id="wearable_phone",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_NAME): str,
                    **placement_field(Source.PHONE),
                    vol.Required(CONF_IOS_SIGNS, default=False): bool,
                    vol.Required(CONF_FROM_OUTSIDE, default=False): bool,
                }
            ),
            description_placeholders={
                "address": webhook.async_generate_url(self.hass, self._webhook_id)
            },
        )

    async def async_step_wearable_entity(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Pick a step counter, or a sensor that sees falls."""
        if user_input is not None:
            entity_id = user_input[CONF_ENTITY_ID]
            await self.async_set_unique_id(f"{DOMAIN}_{entity_id}")
            self._abort_if_unique_id_configured()
            state = self.hass.states.get(entity_id)
            return self._create_wearable(
                state.name if state else entity_id, Source.ENTITY, user_input
            )
        entities = EntitySelectorConfig(
            filter=[
                EntityWithDeviceFilterSelectorConfig(domain=["sensor", "counter", "input_number"]),
                EntityWithDeviceFilterSelectorConfig(domain="binary_sensor"),
            ]
        )
        return self.async_show_form(
            step_id="wearable_entity",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_ENTITY_ID): EntitySelector(entities),
                    **placement_field(Source.ENTITY),
                }
            ),
        )

    async def _async_take_wearable(self, info: BluetoothServiceInfoBleak) -> ConfigFlowResult:
        """Make this flow the one for the pod or strap of `info`."""
        await self.async_set_unique_id(
            dr.format_mac(info.address), raise_on_progress=self.source != SOURCE_USER
        )
        self._abort_if_unique_id_configured(updates={CONF_ADDRESS: info.address})
        self._wearable = info
        self.context["title_placeholders"] = {"name": info.name}
        return await self.async_step_wearable_confirm()

    def _create_wearable(
        self, name: str, source: Source, data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        return self.async_create_entry(
            title=name, data={CONF_KIND: Kind.WEARABLE, CONF_SOURCE: source, **data}
        )

    async def _async_reconfigure_wearable(
        self, user_input: dict[str, Any] | None, data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Say anew where it is worn."""
        if user_input is not None:
            return self.async_update_and_abort(
                self._get_reconfigure_entry(), data_updates=user_input
            )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(placement_field(Source(data[CONF_SOURCE]))), data
            ),
        )


class WearableOptionsFlow(OptionsFlow):
    """A foot pod's multiplier: typed, or found by walking 20 steps."""

    _counted_before: float
    _proposed: int

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer what there is to set."""
        if self.config_entry.data[CONF_SOURCE] != Source.FOOT_POD:
            return self.async_abort(reason="nothing_to_set")
        return self.async_show_menu(step_id="init", menu_options=["calibrate", "multiplier"])

    async def async_step_multiplier(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the multiplier."""
        if user_input is not None:
            return self._keep(int(user_input[CONF_MULTIPLIER]))
        kept = str(self.config_entry.options.get(CONF_MULTIPLIER, 1))
        return self.async_show_form(
            step_id="multiplier",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_MULTIPLIER, default=kept): SelectSelector(
                        SelectSelectorConfig(options=["1", "2"], translation_key=CONF_MULTIPLIER)
                    )
                }
            ),
        )

    async def async_step_calibrate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Count while the walker walks 20 steps, and show which multiplier fits."""
        pod: FootPod = self.config_entry.runtime_data.wearable
        if user_input is None:
            await pod.open()
            self._counted_before = pod.counted
            return self.async_show_form(
                step_id="calibrate",
                description_placeholders={"steps": str(CALIBRATION_STEPS)},
            )
        counted = pod.counted - self._counted_before
        if not self.config_entry.runtime_data.busy:
            await pod.close()
        multiplier = propose_multiplier(counted)
        if multiplier is None:
            return self.async_show_menu(
                step_id="calibration_failed",
                menu_options=["calibrate", "multiplier"],
                description_placeholders={"counted": f"{counted:.0f}"},
            )
        self._proposed = multiplier
        return self.async_show_form(
            step_id="calibrated",
            description_placeholders={
                "counted": f"{counted:.0f}",
                "multiplier": str(multiplier),
            },
        )

    async def async_step_calibrated(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Keep what was found."""
        return self._keep(self._proposed)

    def _keep(self, multiplier: int) -> ConfigFlowResult:
        return self.async_create_entry(data={CONF_MULTIPLIER: multiplier})
