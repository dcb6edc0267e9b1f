"""Buttons. A press only asks where it would move a belt: who pressed cannot be told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .actions import origin_of
from .const import Kind
from .entity import RetrowalkEntity, add_entities_by_kind
from .runtime import RetrowalkConfigEntry
from .safety.gate import Origin
from .treadmill_runtime import TreadmillRuntime
from .walker_runtime import WalkerRuntime

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class RetrowalkButtonDescription[RuntimeT](ButtonEntityDescription):
    """A button, and what a press from some origin does; it never waits."""

    press_fn: Callable[[RuntimeT, Origin], object]


WALKER_BUTTONS: tuple[RetrowalkButtonDescription[WalkerRuntime], ...] = (
    RetrowalkButtonDescription(
        key="start",
        press_fn=lambda walker, origin: walker.start(walker.selected_program, origin),
    ),
    RetrowalkButtonDescription(key="pause", press_fn=lambda walker, _: walker.pause()),
    RetrowalkButtonDescription(key="resume", press_fn=lambda walker, origin: walker.resume(origin)),
    RetrowalkButtonDescription(key="skip_phase", press_fn=lambda walker, _: walker.skip_phase()),
    RetrowalkButtonDescription(key="stop", press_fn=lambda walker, _: walker.stop()),
    RetrowalkButtonDescription(
        key="confirm_turn", press_fn=lambda walker, origin: walker.confirm(origin)
    ),
    RetrowalkButtonDescription(key="im_ok", press_fn=lambda walker, _: walker.im_ok()),
    RetrowalkButtonDescription(
        key="call_for_help", press_fn=lambda walker, _: walker.call_for_help()
    ),
    RetrowalkButtonDescription(
        key="send_test_alert",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda walker, _: walker.send_test_alert(),
    ),
)

TREADMILL_BUTTONS: tuple[RetrowalkButtonDescription[TreadmillRuntime], ...] = (
    RetrowalkButtonDescription(key="stop", press_fn=lambda treadmill, _: treadmill.stop()),
    RetrowalkButtonDescription(key="pause", press_fn=lambda treadmill, _: treadmill.pause()),
    RetrowalkButtonDescription(
        key="reconnect",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda treadmill, _: treadmill.reconnect(),
    ),
)

BUTTONS: dict[Kind, Sequence[RetrowalkButtonDescription[Any]]] = {
    Kind.WALKER: WALKER_BUTTONS,
    Kind.TREADMILL: TREADMILL_BUTTONS,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of an entry's kind."""
    add_entities_by_kind(entry, async_add_entities, RetrowalkButton, BUTTONS)


class RetrowalkButton(RetrowalkEntity[Any], ButtonEntity):
    """A thing to ask of a runtime."""

    entity_description: RetrowalkButtonDescription[Any]

    @override
    async def async_press(self) -> None:
        """Ask."""
        self.entity_description.press_fn(self.runtime, origin_of(self._context))
