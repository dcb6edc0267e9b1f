"""Binary sensors: link and key of a treadmill; a suspected fall, and whether one would be seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import BinarySensorEntity, BinarySensorEntityDescription
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Kind
from .entity import RetrowalkEntity, add_entities_by_kind
from .runtime import RetrowalkConfigEntry
from .treadmill_runtime import TreadmillRuntime
from .walker_runtime import WalkerRuntime
from .wearable_runtime import WearableRuntime

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RetrowalkBinarySensorDescription[RuntimeT](BinarySensorEntityDescription):
    """A binary sensor, and how its state is read; None is unknown."""

    is_on_fn: Callable[[RuntimeT], bool | None]
    attributes_fn: Callable[[RuntimeT], Mapping[str, Any] | None] = lambda _: None


def _key_in(treadmill: TreadmillRuntime) -> bool | None:
    """Tell whether the safety key is in; None where the machine has never said."""
    key_out = treadmill.belt.report.key_out
    return None if key_out is None else not key_out


WALKER_BINARY_SENSORS: tuple[RetrowalkBinarySensorDescription[WalkerRuntime], ...] = (
    RetrowalkBinarySensorDescription(
        key="fall_suspected",
        device_class=BinarySensorDeviceClass.SAFETY,
        is_on_fn=lambda walker: walker.alerting.fell,
    ),
    RetrowalkBinarySensorDescription(
        key="fall_alerts_armed",
        is_on_fn=lambda walker: walker.fall_alerts_off is None,
        attributes_fn=lambda walker: {"why_not": walker.fall_alerts_off},
    ),
)

TREADMILL_BINARY_SENSORS: tuple[RetrowalkBinarySensorDescription[TreadmillRuntime], ...] = (
    RetrowalkBinarySensorDescription(
        key="connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda treadmill: treadmill.belt.report.linked,
    ),
    RetrowalkBinarySensorDescription(key="safety_key", is_on_fn=_key_in),
)

WEARABLE_BINARY_SENSORS: tuple[RetrowalkBinarySensorDescription[WearableRuntime], ...] = (
    RetrowalkBinarySensorDescription(
        key="streaming",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        is_on_fn=lambda wearable: wearable.state.streaming,
        attributes_fn=lambda wearable: {"problem": wearable.state.problem},
    ),
    RetrowalkBinarySensorDescription(
        key="walking", is_on_fn=lambda wearable: wearable.state.walking
    ),
)

BINARY_SENSORS: dict[Kind, Sequence[RetrowalkBinarySensorDescription[Any]]] = {
    Kind.WALKER: WALKER_BINARY_SENSORS,
    Kind.WEARABLE: WEARABLE_BINARY_SENSORS,
    Kind.TREADMILL: TREADMILL_BINARY_SENSORS,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of an entry's kind."""
    add_entities_by_kind(entry, async_add_entities, RetrowalkBinarySensor, BINARY_SENSORS)


class RetrowalkBinarySensor(RetrowalkEntity[Any], BinarySensorEntity):
    """One thing of a runtime that is so or not."""

    entity_description: RetrowalkBinarySensorDescription[Any]

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether it is so."""
        return self.entity_description.is_on_fn(self.runtime)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what explains the state."""
        return self.entity_description.attributes_fn(self.runtime)
