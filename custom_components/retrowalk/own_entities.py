"""Which entities are ours: for triggers and conditions, whose targets are areas and devices too."""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .program.states import PHASE_STATES, WALKING
from .safety.alert_messages import CLOSED, AlertState

PHASES = set(PHASE_STATES.values())
WALKS = set(WALKING.values())
ALERT_OPEN = set(AlertState) - CLOSED


def _own(hass: HomeAssistant, entity_ids: Iterable[str], key: str) -> list[er.RegistryEntry]:
    entities = er.async_get(hass)
    found = (entities.async_get(each) for each in entity_ids)
    ours = (DOMAIN, key)
    return [each for each in found if each and (each.platform, each.translation_key) == ours]


@callback
def own_entities(hass: HomeAssistant, entity_ids: Iterable[str], key: str) -> set[str]:
    """Return those of `entity_ids` that are ours and have this key."""
    return {each.entity_id for each in _own(hass, entity_ids, key)}


@callback
def own_unique_ids(hass: HomeAssistant, entity_ids: Iterable[str], key: str) -> set[str]:
    """Return the unique ids of the entries that those entities belong to."""
    return {each.unique_id.removesuffix(f"_{key}") for each in _own(hass, entity_ids, key)}
