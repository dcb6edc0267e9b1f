"""Setting up a walker: who walks, on which belt, and the health questions once."""

from collections.abc import Mapping
from typing import Any, override
from uuid import uuid4

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_NAME, UnitOfSpeed
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
)
import probatio as vol

from .const import (
    CONF_ALERTS,
    CONF_ANY_USER,
    CONF_BACKWARD_CAP_KMH,
    CONF_FAMILY_PHONES,
    CONF_FORWARD_CAP_KMH,
    CONF_HANDRAIL_BUTTON,
    CONF_HEALTH_READ,
    CONF_KIND,
    CONF_OWN_PHONES,
    CONF_PERSON,
    CONF_TREADMILL,
    CONF_TURN_MODE,
    CONF_WEARABLES,
    CONF_WITHOUT_WEARABLE,
    DOMAIN,
    Kind,
)
from .flow_contact import ALERTS, contacts_of_phones
from .phones import phone_selector
from .program.model import MPH_IN_KMH, Caps
from .program.states import TurnMode


def _entries(hass: HomeAssistant, kind: Kind) -> list[SelectOptionDict]:
    """List the entries of a kind by name."""
    return [
        SelectOptionDict(value=str(entry.unique_id), label=entry.title)
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data[CONF_KIND] == kind
    ]


def treadmill_selector(hass: HomeAssistant) -> SelectSelector:
    """Offer the treadmills that are set up."""
    return SelectSelector(SelectSelectorConfig(options=_entries(hass, Kind.TREADMILL)))


def wearable_selector(hass: HomeAssistant) -> SelectSelector:
    """Offer the wearables that are set up."""
    return SelectSelector(
        SelectSelectorConfig(options=_entries(hass, Kind.WEARABLE), multiple=True)
    )


def speed_selector(max_mph: float) -> NumberSelector:
    """Ask for a speed in km/h, up to a bound that is given in mph."""
    return NumberSelector(
        NumberSelectorConfig(
            min=0.5,
            max=round(max_mph * MPH_IN_KMH, 2),
            step=0.01,
            unit_of_measurement=UnitOfSpeed.KILOMETERS_PER_HOUR,
        )
    )


class WalkerFlow(ConfigFlow):
    """The steps of a walker's set-up."""

    _suggested: Mapping[str, Any] = {}
    _walker: dict[str, Any]
    _own_phones: list[str]
    _family_phones: list[str]

    @override
    async def async_step_integration_discovery(
        self, discovery_info: dict[str, Any]
    ) -> ConfigFlowResult:
        """Offer a first walker for a treadmill that was just set up."""
        await self.async_set_unique_id(f"first_walker_of_{discovery_info[CONF_TREADMILL]}")
        self._suggested = {CONF_TREADMILL: discovery_info[CONF_TREADMILL]}
        self.context["title_placeholders"] = {"name": discovery_info[CONF_NAME]}
        return await self.async_step_walker()

    async def async_step_walker(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask who walks, and on which treadmill."""
        if user_input is not None:
            self._own_phones = user_input.pop(CONF_OWN_PHONES, [])
            self._family_phones = user_input.pop(CONF_FAMILY_PHONES, [])
            self._walker = user_input
            return await self.async_step_health()
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME): str,
                vol.Optional(CONF_PERSON): EntitySelector(EntitySelectorConfig(domain="person")),
                vol.Required(CONF_TREADMILL): treadmill_selector(self.hass),
                vol.Optional(CONF_WEARABLES, default=[]): wearable_selector(self.hass),
                vol.Optional(CONF_OWN_PHONES): phone_selector(),
                vol.Optional(CONF_FAMILY_PHONES): phone_selector(),
            }
        )
        return self.async_show_form(
            step_id="walker",
            data_schema=self.add_suggested_values_to_schema(schema, self._suggested),
        )

    async def async_step_health(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show once who asks a clinician first, and ask about walking unwatched."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if not user_input[CONF_HEALTH_READ]:
                errors[CONF_HEALTH_READ] = "read_first"
            else:
                await self.async_set_unique_id(uuid4().hex)
                return self.async_create_entry(
                    title=self._walker[CONF_NAME],
                    data={
                        CONF_KIND: Kind.WALKER,
                        **self._walker,
                        CONF_WITHOUT_WEARABLE: user_input[CONF_WITHOUT_WEARABLE],
                    },
                    options={CONF_ALERTS: {CONF_OWN_PHONES: self._own_phones}},
                    subentries=contacts_of_phones(self.hass, self._family_phones),
                )
        return self.async_show_form(
            step_id="health",
            data_schema=vol.Schema(
                {
                    vol.Required(CONF_HEALTH_READ, default=False): bool,
                    vol.Required(CONF_WITHOUT_WEARABLE, default=False): bool,
                }
            ),
            errors=errors,
        )

    async def _async_reconfigure_walker(
        self, user_input: dict[str, Any] | None, data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Choose another treadmill or another way to watch for falls."""
        if user_input is not None:
            kept = {key: value for key, value in data.items() if key != CONF_PERSON}
            return self.async_update_and_abort(
                self._get_reconfigure_entry(), data={**kept, **user_input}
            )
        schema = vol.Schema(
            {
                vol.Optional(CONF_PERSON): EntitySelector(EntitySelectorConfig(domain="person")),
                vol.Required(CONF_TREADMILL): treadmill_selector(self.hass),
                vol.Optional(CONF_WEARABLES, default=[]): wearable_selector(self.hass),
                vol.Required(CONF_WITHOUT_WEARABLE, default=False): bool,
            }
        )
        return self.async_show_form(
            step_id="reconfigure", data_schema=self.add_suggested_values_to_schema(schema, data)
        )


class WalkerOptionsFlow(OptionsFlow):
    """A walker's caps, way of turning, handrail button, and who may confirm a start."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        caps = Caps()
        schema = vol.Schema(
            {
                vol.Required(
                    CONF_BACKWARD_CAP_KMH, default=round(caps.backward_kmh, 2)
                ): speed_selector(1.3),
                vol.Required(
                    CONF_FORWARD_CAP_KMH, default=round(caps.forward_kmh, 2)
                ): speed_selector(3.0),
                vol.Required(CONF_TURN_MODE, default=TurnMode.CONFIRM): SelectSelector(
                    SelectSelectorConfig(options=list(TurnMode), translation_key=CONF_TURN_MODE)
                ),
                vol.Optional(CONF_HANDRAIL_BUTTON): EntitySelector(
                    EntitySelectorConfig(domain=["event", "binary_sensor", "input_button"])
                ),
                vol.Required(CONF_ANY_USER, default=False): bool,
                vol.Optional(CONF_ALERTS, default={}): ALERTS,
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options),
        )
