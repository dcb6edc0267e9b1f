"""Who is told: a contact is a subentry of the walker; and what else an alert may use."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryData, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
    TimeSelector,
)
import probatio as vol

from .const import (
    CONF_CRITICAL,
    CONF_LIGHT,
    CONF_NUMBER,
    CONF_ORDER,
    CONF_OWN_PHONES,
    CONF_PHONES,
    CONF_QUIET_END,
    CONF_QUIET_START,
    CONF_SATELLITES,
    CONF_SECOND_CHANNEL,
    CONF_SPEAKERS,
    CONF_TELL_WALKS,
    CONF_TTS,
    SUBENTRY_CONTACT,
)
from .phones import is_phones_own, phone_selector

ALERTS = section(
    vol.Schema(
        {
            vol.Optional(CONF_OWN_PHONES): phone_selector(),
            vol.Optional(CONF_NUMBER): TextSelector(TextSelectorConfig(type=TextSelectorType.TEL)),
            vol.Optional(CONF_SATELLITES): EntitySelector(
                EntitySelectorConfig(domain="assist_satellite", multiple=True)
            ),
            vol.Optional(CONF_SPEAKERS): EntitySelector(
                EntitySelectorConfig(domain="media_player", multiple=True)
            ),
            vol.Optional(CONF_TTS): EntitySelector(EntitySelectorConfig(domain="tts")),
            vol.Optional(CONF_LIGHT): EntitySelector(EntitySelectorConfig(domain="light")),
            vol.Optional(CONF_TELL_WALKS): BooleanSelector(),
        }
    ),
    {"collapsed": True},
)

CONTACT = vol.Schema(
    {
        vol.Required(CONF_NAME): str,
        vol.Optional(CONF_PHONES): phone_selector(),
        vol.Required(CONF_ORDER, default=1): NumberSelector(
            NumberSelectorConfig(min=1, max=9, mode=NumberSelectorMode.BOX)
        ),
        vol.Required(CONF_CRITICAL, default=True): BooleanSelector(),
        vol.Optional(CONF_SECOND_CHANNEL): EntitySelector(EntitySelectorConfig(domain="notify")),
        vol.Optional(CONF_QUIET_START): TimeSelector(),
        vol.Optional(CONF_QUIET_END): TimeSelector(),
    }
)


def _errors(hass: HomeAssistant, contact: dict[str, Any]) -> dict[str, str]:
    """Say what keeps a message from reaching this contact."""
    second_channel = contact.get(CONF_SECOND_CHANNEL)
    if not contact.get(CONF_PHONES) and second_channel is None:
        return {CONF_PHONES: "no_way"}
    if second_channel is not None and is_phones_own(hass, second_channel):
        return {CONF_SECOND_CHANNEL: "same_way"}
    if (CONF_QUIET_START in contact) != (CONF_QUIET_END in contact):
        return {CONF_QUIET_END: "both_or_none"}
    return {}


def contacts_of_phones(hass: HomeAssistant, phones: list[str]) -> list[ConfigSubentryData]:
    """Make contacts of phones, told one after another, and named as their phones are."""
    devices = dr.async_get(hass)
    return [
        ConfigSubentryData(
            subentry_type=SUBENTRY_CONTACT,
            title=(device and (device.name_by_user or device.name)) or phone,
            unique_id=None,
            data={CONF_PHONES: [phone], CONF_ORDER: order, CONF_CRITICAL: True},
        )
        for order, phone in enumerate(phones, 1)
        for device in [devices.async_get(phone)]
    ]


class ContactFlow(ConfigSubentryFlow):
    """Add or change somebody who is told."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a contact."""
        errors = {} if user_input is None else _errors(self.hass, user_input)
        if user_input is None or errors:
            return self._form("user", user_input or {}, errors)
        return self.async_create_entry(title=user_input.pop(CONF_NAME), data=user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a contact."""
        subentry = self._get_reconfigure_subentry()
        errors = {} if user_input is None else _errors(self.hass, user_input)
        if user_input is None or errors:
            shown = user_input or {CONF_NAME: subentry.title, **subentry.data}
            return self._form("reconfigure", shown, errors)
        return self.async_update_and_abort(
            self._get_entry(), subentry, title=user_input.pop(CONF_NAME), data=user_input
        )

    def _form(
        self, step_id: str, shown: dict[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(CONTACT, shown),
            errors=errors,
        )
