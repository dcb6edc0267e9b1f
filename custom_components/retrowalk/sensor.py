"""Sensors: what the session is about, and what the belt reports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    MATCH_ALL,
    PERCENTAGE,
    EntityCategory,
    UnitOfEnergy,
    UnitOfLength,
    UnitOfSpeed,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .belt import BeltMotion
from .const import Kind
from .entity import RetrowalkEntity, add_entities_by_kind
from .program.states import PHASE_STATES, SessionState
from .runtime import RetrowalkConfigEntry
from .safety.alert_messages import AlertState
from .treadmill_runtime import TreadmillRuntime
from .walker_runtime import WalkerRuntime
from .wearable_runtime import WearableRuntime

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RetrowalkSensorDescription[RuntimeT](SensorEntityDescription):
    """A sensor, how its value is read, and what is told beside it."""

    value_fn: Callable[[RuntimeT], StateType | datetime]
    attributes_fn: Callable[[RuntimeT], Mapping[str, Any]] | None = None
    needs_link: bool = False  # a number of the machine is nothing without a link


def _program(walker: WalkerRuntime) -> str | None:
    """Return the program of the session."""
    program = walker.view.program
    return program.id if program else None


def _next_phase(walker: WalkerRuntime) -> str | None:
    """Return what the session will be in when this phase is over."""
    phase = walker.view.next_phase
    return PHASE_STATES[phase.kind] if phase else None


def _session_attributes(walker: WalkerRuntime) -> Mapping[str, Any]:
    """Return what a card needs to show the session."""
    view = walker.view
    return {
        "reason": view.reason,
        "awaiting_confirmation": view.awaiting_confirmation,
        "asks": view.asks and view.asks.kind,
        "asks_speed_kmh": view.asks and view.asks.speed_kmh,
        "countdown_ends": walker.wall_time(view.countdown_ends_s),
        "target_speed_kmh": view.target_speed_kmh,
        "checks": {each.check: each.passed for each in view.checks},
    }


WALKER_SENSORS: tuple[RetrowalkSensorDescription[WalkerRuntime], ...] = (
    RetrowalkSensorDescription(
        key="session",
        device_class=SensorDeviceClass.ENUM,
        options=list(SessionState),
        value_fn=lambda walker: walker.view.state,
        attributes_fn=_session_attributes,
    ),
    RetrowalkSensorDescription(
        key="program",
        device_class=SensorDeviceClass.ENUM,
        value_fn=_program,
    ),
    RetrowalkSensorDescription(
        key="next_phase",
        device_class=SensorDeviceClass.ENUM,
        options=list(PHASE_STATES.values()),
        value_fn=_next_phase,
    ),
    RetrowalkSensorDescription(
        key="phase_ends",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda walker: walker.wall_time(walker.view.phase_ends_s),
    ),
    RetrowalkSensorDescription(
        key="session_ends",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda walker: walker.wall_time(walker.view.session_ends_s),
    ),
    RetrowalkSensorDescription(
        key="alert",
        device_class=SensorDeviceClass.ENUM,
        options=list(AlertState),
        value_fn=lambda walker: walker.alerting.view.state,
        attributes_fn=lambda walker: walker.alerting.attributes,
    ),
)


def _said(treadmill: TreadmillRuntime, field: str) -> float | None:
    """Return a field of the newest record that program and safety do without."""
    value: float | None = getattr(treadmill.belt.inbox.data, field, None)
    return value


TREADMILL_SENSORS: tuple[RetrowalkSensorDescription[TreadmillRuntime], ...] = (
    RetrowalkSensorDescription(
        key="belt",  # without a link it may be moving, and that is shown
        device_class=SensorDeviceClass.ENUM,
        options=list(BeltMotion),
        value_fn=lambda treadmill: treadmill.belt.report.motion,
    ),
    RetrowalkSensorDescription(
        key="speed",
        device_class=SensorDeviceClass.SPEED,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfSpeed.KILOMETERS_PER_HOUR,
        suggested_display_precision=1,
        value_fn=lambda treadmill: treadmill.belt.report.speed_kmh,
        needs_link=True,
    ),
    RetrowalkSensorDescription(
        key="inclination",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        value_fn=lambda treadmill: treadmill.belt.report.inclination_percent,
        needs_link=True,
    ),
    RetrowalkSensorDescription(
        key="distance",
        device_class=SensorDeviceClass.DISTANCE,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfLength.METERS,
        value_fn=lambda treadmill: treadmill.belt.report.distance_m,
        needs_link=True,
    ),
    RetrowalkSensorDescription(
        key="steps",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda treadmill: treadmill.belt.report.steps,
        needs_link=True,
    ),
    RetrowalkSensorDescription(
        key="energy",
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.KILO_CALORIE,
        value_fn=lambda treadmill: _said(treadmill, "energy_kcal"),
        needs_link=True,
    ),
    RetrowalkSensorDescription(
        key="heart_rate",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement="bpm",
        value_fn=lambda treadmill: _said(treadmill, "heart_rate_bpm"),
        needs_link=True,
    ),
    RetrowalkSensorDescription(
        key="elapsed_time",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        entity_registry_enabled_default=False,  # it ticks each second
        value_fn=lambda treadmill: _said(treadmill, "elapsed_s"),
        needs_link=True,
    ),
)

WEARABLE_SENSORS: tuple[RetrowalkSensorDescription[WearableRuntime], ...] = (
    RetrowalkSensorDescription(
        key="cadence",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement="spm",
        suggested_display_precision=0,
        value_fn=lambda wearable: wearable.state.cadence_spm,
    ),
    RetrowalkSensorDescription(
        key="steps",
        state_class=SensorStateClass.TOTAL_INCREASING,
        value_fn=lambda wearable: wearable.state.steps,
    ),
    RetrowalkSensorDescription(
        key="stride_length",
        device_class=SensorDeviceClass.DISTANCE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfLength.METERS,
        value_fn=lambda wearable: wearable.state.stride_length_m,
    ),
    RetrowalkSensorDescription(
        key="heart_rate",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement="bpm",
        value_fn=lambda wearable: wearable.state.heart_rate_bpm,
    ),
    RetrowalkSensorDescription(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=PERCENTAGE,
        value_fn=lambda wearable: wearable.state.battery_percent,
    ),
)

SENSORS: dict[Kind, Sequence[RetrowalkSensorDescription[Any]]] = {
    Kind.WALKER: WALKER_SENSORS,
    Kind.WEARABLE: WEARABLE_SENSORS,
    Kind.TREADMILL: TREADMILL_SENSORS,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of an entry's kind."""
    add_entities_by_kind(entry, async_add_entities, RetrowalkSensor, SENSORS)


class RetrowalkSensor(RetrowalkEntity[Any], SensorEntity):
    """One value of a runtime."""

    entity_description: RetrowalkSensorDescription[Any]
    _unrecorded_attributes = frozenset({MATCH_ALL})

    @property
    @override
    def available(self) -> bool:
        """Whether the value can be known."""
        return not self.entity_description.needs_link or self.runtime.belt.report.linked

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the value."""
        return self.entity_description.value_fn(self.runtime)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what a card needs beside the value."""
        attributes_fn = self.entity_description.attributes_fn
        return None if attributes_fn is None else attributes_fn(self.runtime)
