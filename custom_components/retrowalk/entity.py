"""The base of all entities: named by translation, pushed, and written at most once a second."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

from .const import CONF_KIND, Kind
from .runtime import RetrowalkConfigEntry, Runtime

WRITE_INTERVAL_S = 1.0


class RetrowalkEntity[RuntimeT: Runtime](Entity):
    """An entity that shows one thing of a runtime."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, runtime: RuntimeT, description: EntityDescription) -> None:
        """Show what `description` says of `runtime`."""
        self.runtime = runtime
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{runtime.unique_id}_{description.key}"
        self._attr_device_info = runtime.device_info
        self._written: object = None
        self._written_at_s = 0.0
        self._cancel_write: CALLBACK_TYPE | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the runtime."""
        await super().async_added_to_hass()
        self._remember_written()
        self.async_on_remove(self.runtime.listen(self._runtime_changed))
        self.async_on_remove(self._drop_pending_write)

    def shown(self) -> object:
        """Return all that the state is made of, to be compared with what was written last."""
        return self.available and (self.state, self.extra_state_attributes)

    @callback
    def _runtime_changed(self) -> None:
        """Write the state if it differs, now or at the end of the second."""
        if self._cancel_write is not None or self.shown() == self._written:
            return
        wait_s = self._written_at_s + WRITE_INTERVAL_S - self.hass.loop.time()
        if wait_s <= 0:
            self._write()
        else:
            self._cancel_write = async_call_later(self.hass, wait_s, self._write_late)

    @callback
    def _write_late(self, _now: object) -> None:
        """Write what has gathered within the second."""
        self._cancel_write = None
        if self.shown() != self._written:
            self._write()

    @callback
    def _write(self) -> None:
        """Write the state and remember what it was made of."""
        self._remember_written()
        self.async_write_ha_state()

    @callback
    def _remember_written(self) -> None:
        """Note what stands in the state machine, and since when."""
        self._written = self.shown()
        self._written_at_s = self.hass.loop.time()

    @callback
    def _drop_pending_write(self) -> None:
        """Leave no timer behind."""
        if self._cancel_write is not None:
            self._cancel_write()
            self._cancel_write = None


@callback
def add_entities_by_kind[DescriptionT: EntityDescription](
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: Callable[[Any, DescriptionT], Entity],
    descriptions: Mapping[Kind, Sequence[DescriptionT]],
) -> None:
    """Add the entities that the entry's kind has on a platform."""
    async_add_entities(
        entity_class(entry.runtime_data, description)
        for description in descriptions.get(Kind(entry.data[CONF_KIND]), ())
        if description.key not in entry.runtime_data.lacks
    )
