"""Triggers for automations: our own entities changing, and a belt that does not stop."""

from collections.abc import Set as AbstractSet
from typing import Any, override

from homeassistant.const import CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, State, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.trigger import (
    EntityTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.trigger.entity_trigger import NotTriggeredReasonReporter
from homeassistant.helpers.typing import ConfigType
import probatio as vol

from .belt import BeltEvent, BeltEventKind
from .const import SIGNAL_BELT_EVENT
from .own_entities import ALERT_OPEN, PHASES, own_entities, own_unique_ids
from .program.states import SessionState
from .safety.alert_messages import CLOSED

BEFORE = {
    SessionState.IDLE,
    SessionState.WAITING,
    SessionState.FINISHED,
    SessionState.STOPPED,
}
DURING = set(SessionState) - BEFORE - {SessionState.PREPARING}
OVER = {SessionState.FINISHED, SessionState.STOPPED}


def _changes(
    key: str,
    to: AbstractSet[str],
    before: AbstractSet[str] | None = None,
    domain: str = "sensor",
) -> type[Trigger]:
    """Make the trigger that an entity of ours changes to one of some states, from some or any."""
    domain_specs = {domain: DomainSpec()}

    class OwnTrigger(EntityTriggerBase):
        """An entity of ours, of all that the target holds, changes."""

        _domain_specs = domain_specs
        _primary_entities_only = False  # a wearable's "streaming" is a diagnostic one

        @override
        def entity_filter(self, entities: set[str]) -> set[str]:
            return own_entities(self._hass, entities, key)

        @override
        def is_valid_transition(self, from_state: State, to_state: State) -> bool:
            changed = from_state.state != to_state.state
            return changed and (before is None or from_state.state in before)

        @override
        def is_valid_state(
            self, state: State, report_not_triggered: NotTriggeredReasonReporter
        ) -> bool:
            return state.state in to

    return OwnTrigger


class BeltStopFailed(Trigger):
    """A belt was told to stop, and may still be moving: with a session or without one."""

    _schema = vol.Schema({vol.Required(CONF_TARGET): cv.TARGET_FIELDS})

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Ask for a target."""
        checked: ConfigType = cls._schema(config)
        return checked

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Belong to the treadmills of the target."""
        super().__init__(hass, config)
        self._target: dict[str, Any] = config.target or {}

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Listen to the belts."""

        @callback
        def heard(treadmill_id: str, event: BeltEvent) -> None:
            if event.kind is BeltEventKind.STOP_FAILED and treadmill_id in self._treadmills():
                run_action({"treadmill": treadmill_id}, "belt did not stop")

        return async_dispatcher_connect(self._hass, SIGNAL_BELT_EVENT, heard)

    @callback
    def _treadmills(self) -> set[str]:
        """Return the ids of the targeted treadmills: each has one sensor `belt`."""
        found = async_extract_referenced_entity_ids(self._hass, TargetSelection(self._target))
        return own_unique_ids(self._hass, found.referenced | found.indirectly_referenced, "belt")


TRIGGERS: dict[str, type[Trigger]] = {
    "session_started": _changes("session", {SessionState.PREPARING, *PHASES}, BEFORE),
    "phase_changed": _changes("session", PHASES),
    "session_finished": _changes("session", OVER, DURING),
    "fall_suspected": _changes("fall_suspected", {"on"}, domain="binary_sensor"),
    "alert_raised": _changes("alert", ALERT_OPEN, CLOSED),
    "alert_cleared": _changes("alert", CLOSED, ALERT_OPEN),
    "belt_stop_failed": BeltStopFailed,
    "wearable_lost": _changes("streaming", {"off"}, {"on"}, domain="binary_sensor"),
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
