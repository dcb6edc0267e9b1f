"""Numbers: the target speed of a belt that moves, and its inclination."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import PERCENTAGE, UnitOfSpeed
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Kind
from .entity import RetrowalkEntity, add_entities_by_kind
from .runtime import RetrowalkConfigEntry
from .treadmill_runtime import TreadmillRuntime

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RetrowalkNumberDescription(NumberEntityDescription):
    """A number of a treadmill: its range, its value, and what setting it does."""

    min_fn: Callable[[TreadmillRuntime], float] = lambda _: 0.0
    max_fn: Callable[[TreadmillRuntime], float]
    step_fn: Callable[[TreadmillRuntime], float]
    value_fn: Callable[[TreadmillRuntime], float | None]
    set_fn: Callable[[TreadmillRuntime, float], None]


NUMBERS = {
    Kind.TREADMILL: (
        RetrowalkNumberDescription(
            key="target_speed",
            device_class=NumberDeviceClass.SPEED,
            native_unit_of_measurement=UnitOfSpeed.KILOMETERS_PER_HOUR,
            min_fn=lambda treadmill: treadmill.belt.limits.min_speed_kmh,
            max_fn=lambda treadmill: treadmill.top_speed_kmh,
            step_fn=lambda treadmill: treadmill.belt.limits.speed_step_kmh,
            value_fn=lambda treadmill: treadmill.belt.report.target_speed_kmh,
            set_fn=lambda treadmill, speed_kmh: treadmill.set_target_speed(speed_kmh),
        ),
        RetrowalkNumberDescription(
            key="target_inclination",
            native_unit_of_measurement=PERCENTAGE,
            max_fn=lambda treadmill: treadmill.belt.limits.max_inclination_percent or 0.0,
            step_fn=lambda treadmill: treadmill.belt.limits.inclination_step_percent or 1.0,
            value_fn=lambda treadmill: treadmill.belt.report.inclination_percent,
            set_fn=lambda treadmill, percent: treadmill.set_inclination(percent),
        ),
    )
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers of an entry's kind."""
    add_entities_by_kind(entry, async_add_entities, RetrowalkNumber, NUMBERS)


class RetrowalkNumber(RetrowalkEntity[TreadmillRuntime], NumberEntity):
    """One number that a moving belt can be asked for."""

    entity_description: RetrowalkNumberDescription
    _attr_mode = NumberMode.BOX

    @property
    @override
    def available(self) -> bool:
        """Whether the machine can be asked."""
        return self.runtime.belt.report.linked

    @property
    @override
    def native_min_value(self) -> float:
        """Return the least that the machine does."""
        return self.entity_description.min_fn(self.runtime)

    @property
    @override
    def native_max_value(self) -> float:
        """Return the most that is allowed."""
        return self.entity_description.max_fn(self.runtime)

    @property
    @override
    def native_step(self) -> float:
        """Return the machine's step."""
        return self.entity_description.step_fn(self.runtime)

    @property
    @override
    def native_value(self) -> float | None:
        """Return what was asked last."""
        return self.entity_description.value_fn(self.runtime)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Ask for it; at rest it is refused."""
        self.entity_description.set_fn(self.runtime, value)
