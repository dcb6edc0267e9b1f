"""Setting up a treadmill without Bluetooth: its walker sets the speed at the console."""

from collections.abc import Mapping
from typing import Any, override
from uuid import uuid4

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_NAME, UnitOfSpeed
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import probatio as vol

from .const import CONF_HANDRAILS, CONF_KIND, CONF_LIMITS, CONF_POWER_SWITCH, CONF_SAFETY_CLIP, Kind
from .flow_power import PowerTest

KMH = NumberSelector(
    NumberSelectorConfig(
        min=0.05,
        max=25,
        step=0.01,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement=UnitOfSpeed.KILOMETERS_PER_HOUR,
    )
)
# The fields of BeltLimits, with what many walking pads do.
LIMITS = {"min_speed_kmh": 1.0, "max_speed_kmh": 6.0, "speed_step_kmh": 0.1}
SPEEDS = {vol.Required(field, default=default): KMH for field, default in LIMITS.items()}
SAFEGUARDS = {
    vol.Required(CONF_HANDRAILS, default=False): bool,
    vol.Required(CONF_SAFETY_CLIP, default=False): bool,
}
SWITCH = {
    vol.Optional(CONF_POWER_SWITCH): EntitySelector(EntitySelectorConfig(domain="switch")),
}


def limits_of(answers: Mapping[str, Any]) -> dict[str, float]:
    """Return the speeds that were answered, as they are stored."""
    return {field: answers[field] for field in LIMITS}


class ByHandFlow(PowerTest, ConfigFlow):
    """The steps of such a treadmill's set-up."""

    _by_hand: dict[str, Any]

    async def async_step_by_hand(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what a link would tell."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input["min_speed_kmh"] > user_input["max_speed_kmh"]:
                errors["base"] = "lowest_above_highest"
            else:
                self._by_hand = user_input
                if switch := user_input.get(CONF_POWER_SWITCH):
                    self._switch = switch
                    return await self.async_step_power_test()
                return await self._async_power_tested({})
        schema = vol.Schema({vol.Required(CONF_NAME): str, **SPEEDS, **SAFEGUARDS, **SWITCH})
        return self.async_show_form(
            step_id="by_hand",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
        )

    @override
    async def _async_power_tested(self, tested: dict[str, Any]) -> ConfigFlowResult:
        """Create the entry."""
        answers = self._by_hand
        await self.async_set_unique_id(uuid4().hex)
        return self.async_create_entry(
            title=answers[CONF_NAME],
            data={
                CONF_KIND: Kind.TREADMILL,
                CONF_NAME: answers[CONF_NAME],
                CONF_HANDRAILS: answers[CONF_HANDRAILS],
                CONF_SAFETY_CLIP: answers[CONF_SAFETY_CLIP],
                CONF_LIMITS: limits_of(answers),
            },
            options=tested,
        )
