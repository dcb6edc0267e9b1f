"""The choice of a program."""

from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoreEntity

from .const import Kind
from .entity import RetrowalkEntity, add_entities_by_kind
from .runtime import RetrowalkConfigEntry
from .walker_runtime import WalkerRuntime

PARALLEL_UPDATES = 0

SELECTS = {Kind.WALKER: (SelectEntityDescription(key="program"),)}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects of an entry's kind."""
    add_entities_by_kind(entry, async_add_entities, ProgramSelect, SELECTS)


class ProgramSelect(RetrowalkEntity[WalkerRuntime], SelectEntity, RestoreEntity):
    """The program that Start starts."""

    @override
    async def async_added_to_hass(self) -> None:
        """Come back with the program that was chosen before."""
        last = await self.async_get_last_state()
        if last is not None and last.state in self.options:
            self.runtime.selected_program = last.state
        await super().async_added_to_hass()

    @property
    @override
    def options(self) -> list[str]:
        """Return the programs that there are."""
        return self.runtime.programs

    @property
    @override
    def current_option(self) -> str:
        """Return the chosen program."""
        return self.runtime.selected_program

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose a program; a running session is not disturbed."""
        self.runtime.selected_program = option
        self.runtime.changed()
