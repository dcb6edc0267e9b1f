"""What stands in the state machine, and how often it is written."""

from collections import defaultdict
from itertools import pairwise

from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)

WRITE_INTERVAL_S = 0.999  # a second; the loop's clock may be a hair late


class Writes:
    """Which states were written, and when."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen to all there are."""
        self.changed: dict[str, list[float]] = defaultdict(list)
        self.repeated: list[str] = []  # written though nothing had changed
        self._loop = hass.loop
        entity_ids = hass.states.async_entity_ids()
        async_track_state_change_event(hass, entity_ids, self._changed)
        async_track_state_report_event(hass, entity_ids, self._reported)

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        self.changed[event.data["entity_id"]].append(self._loop.time())

    @callback
    def _reported(self, event: Event[EventStateReportedData]) -> None:
        self.repeated.append(event.data["entity_id"])

    @property
    def too_soon(self) -> dict[str, float]:
        """The entities that were written twice within a second, and the seconds between."""
        return {
            entity_id: later_s - earlier_s
            for entity_id, times_s in self.changed.items()
            for earlier_s, later_s in pairwise(times_s)
            if later_s - earlier_s < WRITE_INTERVAL_S
        }
