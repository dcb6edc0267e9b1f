"""What an alert keeps on disk: written whole, in order, and flushed, at each change."""

import asyncio
import logging
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .runtime import RetrowalkConfigEntry

VERSION = 1
# A message waits for its change to be on the disk, but no dying disk holds an alert up.
WRITING_S = 1.0

_LOGGER = logging.getLogger(__name__)


class AlertStore:
    """Keeps the alert of one walker."""

    def __init__(self, hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
        """Belong to the walker's entry."""
        self._hass = hass
        self._entry = entry
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.alert.{entry.entry_id}", private=True, atomic_writes=True
        )
        self._unwritten: dict[str, Any] | None = None
        self._writing: asyncio.Task[None] | None = None

    async def async_load(self) -> dict[str, Any]:
        """Read what was kept; what is there but cannot be read counts as an alert that was open."""
        there = await self._hass.async_add_executor_job(Path(self._store.path).exists)
        kept: Any = None
        try:
            kept = await self._store.async_load()
        except HomeAssistantError as error:
            _LOGGER.warning("The alert of %s cannot be read: %s", self._entry.title, error)
        if isinstance(kept, dict):
            return kept
        return {"alert": "unreadable"} if there else {}

    @callback
    def save(self, data: dict[str, Any]) -> None:
        """Write `data` now, or after what is being written."""
        self._unwritten = data
        if self._writing is None or self._writing.done():
            self._writing = self._entry.async_create_task(self._hass, self._async_write())

    async def async_written(self) -> None:
        """Wait until all is on the disk, for a second at most."""
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=WRITING_S)

    async def async_remove(self) -> None:
        """Leave nothing behind."""
        await self._store.async_remove()

    async def _async_write(self) -> None:
        """Write until nothing is unwritten; `Store` tells in the log where it cannot."""
        while self._unwritten is not None:
            data, self._unwritten = self._unwritten, None
            await self._store.async_save(data)
