"""Events: the cues of a session, for announcements of one's own."""

from collections import deque
from typing import override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Kind
from .entity import RetrowalkEntity, add_entities_by_kind
from .program.states import Cue
from .runtime import RetrowalkConfigEntry
from .walker_runtime import WalkerRuntime

PARALLEL_UPDATES = 0

EVENTS = {Kind.WALKER: (EventEntityDescription(key="cue", event_types=list(Cue)),)}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the events of an entry's kind."""
    add_entities_by_kind(entry, async_add_entities, RetrowalkCue, EVENTS)


class RetrowalkCue(RetrowalkEntity[WalkerRuntime], EventEntity):
    """The cues, in order, at most one a second."""

    def __init__(self, runtime: WalkerRuntime, description: EventEntityDescription) -> None:
        """Have nothing to say yet."""
        super().__init__(runtime, description)
        self._to_say: deque[Cue] = deque()

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the walker's cues."""
        await super().async_added_to_hass()
        self.async_on_remove(self.runtime.listen_to_cues(self._heard))

    @override
    def shown(self) -> object:
        """Differ from what was written as long as there is something to say."""
        return len(self._to_say)

    @callback
    def _heard(self, cue: Cue) -> None:
        self._to_say.append(cue)
        self._runtime_changed()

    @callback
    @override
    def _write(self) -> None:
        """Say the next cue."""
        if self._to_say:
            self._trigger_event(self._to_say.popleft())
            super()._write()
        self._written = 0
        self._runtime_changed()
