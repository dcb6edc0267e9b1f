"""Events: the cues of a session, and falls, for automations of one's own."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alerting import FallEvent
from .const import Kind
from .entity import RetrowalkEntity, add_entities_by_kind
from .program.states import Cue
from .runtime import RetrowalkConfigEntry
from .walker_runtime import WalkerRuntime

PARALLEL_UPDATES = 0

type Heard = Callable[[str, Mapping[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class RetrowalkEventDescription(EventEntityDescription):
    """An event, and how one listens to it."""

    listen_fn: Callable[[WalkerRuntime, Heard], CALLBACK_TYPE]


EVENTS = {
    Kind.WALKER: (
        RetrowalkEventDescription(
            key="cue",
            event_types=list(Cue),
            listen_fn=lambda walker, heard: walker.listen_to_cues(lambda cue: heard(cue, {})),
        ),
        RetrowalkEventDescription(
            key="fall",
            event_types=list(FallEvent),
            listen_fn=lambda walker, heard: walker.alerting.listen_to_falls(heard),
        ),
    )
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the events of an entry's kind."""
    add_entities_by_kind(entry, async_add_entities, RetrowalkEvent, EVENTS)


class RetrowalkEvent(RetrowalkEntity[WalkerRuntime], EventEntity):
    """What happens, in order, at most once a second."""

    entity_description: RetrowalkEventDescription

    def __init__(self, runtime: WalkerRuntime, description: RetrowalkEventDescription) -> None:
        """Have nothing to say yet."""
        super().__init__(runtime, description)
        self._to_say: deque[tuple[str, Mapping[str, Any]]] = deque()

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the walker."""
        await super().async_added_to_hass()
        self.async_on_remove(self.entity_description.listen_fn(self.runtime, self._heard))

    @override
    def shown(self) -> object:
        """Differ from what was written as long as there is something to say."""
        return len(self._to_say)

    @callback
    def _heard(self, event: str, attributes: Mapping[str, Any]) -> None:
        self._to_say.append((event, attributes))
        self._runtime_changed()

    @callback
    @override
    def _write(self) -> None:
        """Say the next one."""
        if self._to_say:
            event, attributes = self._to_say.popleft()
            self._trigger_event(event, dict(attributes))
            super()._write()
        self._written = 0
        self._runtime_changed()
