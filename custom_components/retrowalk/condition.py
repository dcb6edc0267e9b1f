"""Conditions for automations: what a session or an alert is in."""

from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import Condition, EntityStateConditionBase

from .own_entities import ALERT_OPEN, WALKS, own_entities
from .program.states import SessionState

SENSORS = {"sensor": DomainSpec()}


def _in(key: str, states: set[str | bool]) -> type[Condition]:
    """Make the condition that a sensor of ours is in one of `states`."""

    class OwnCondition(EntityStateConditionBase):
        """A sensor of ours, of all that the target holds, is in one of some states."""

        _domain_specs = SENSORS
        _states = states

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            return own_entities(self._hass, entities, key)

    return OwnCondition


CONDITIONS: dict[str, type[Condition]] = {
    "is_walking": _in("session", {*WALKS}),
    "is_walking_backward": _in("session", {SessionState.WALKING_BACKWARD}),
    "is_fall_alert_active": _in("alert", {*ALERT_OPEN}),
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return CONDITIONS
