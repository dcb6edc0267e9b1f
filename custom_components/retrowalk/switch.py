"""Switches of a treadmill: whether the link is held, and the lock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import Kind
from .entity import RetrowalkEntity, add_entities_by_kind
from .runtime import RetrowalkConfigEntry
from .treadmill_runtime import TreadmillRuntime

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RetrowalkSwitchDescription(SwitchEntityDescription):
    """A switch of a treadmill."""

    is_on_fn: Callable[[TreadmillRuntime], bool]
    turn_fn: Callable[[TreadmillRuntime, bool, Context | None], Awaitable[None]]


SWITCHES = {
    Kind.TREADMILL: (
        RetrowalkSwitchDescription(
            key="connection",
            entity_category=EntityCategory.CONFIG,
            is_on_fn=lambda treadmill: treadmill.link.wanted,
            turn_fn=lambda treadmill, on, _: treadmill.async_hold_link(on),
        ),
        RetrowalkSwitchDescription(
            key="lock",
            entity_category=EntityCategory.CONFIG,
            is_on_fn=lambda treadmill: treadmill.lock.on,
            turn_fn=lambda treadmill, on, by: treadmill.lock.async_turn(on, by),
        ),
    )
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches of an entry's kind."""
    add_entities_by_kind(entry, async_add_entities, RetrowalkSwitch, SWITCHES)


class RetrowalkSwitch(RetrowalkEntity[TreadmillRuntime], SwitchEntity):
    """One thing of a treadmill that is on or off."""

    entity_description: RetrowalkSwitchDescription

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is on."""
        return self.entity_description.is_on_fn(self.runtime)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on."""
        await self.entity_description.turn_fn(self.runtime, True, self._context)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off."""
        await self.entity_description.turn_fn(self.runtime, False, self._context)
