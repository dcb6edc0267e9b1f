"""What a treadmill keeps on disk: its lock, and whether a session was running."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN

VERSION = 1


@dataclass(frozen=True, kw_only=True)
class BeltMemory:
    """What must outlive a restart."""

    locked: bool = False
    walker_id: str | None = None  # whose session was running; None: none was
    program_id: str | None = None


class BeltStore:
    """Keeps a treadmill's memory, and writes it at every change."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Belong to one treadmill entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )
        self.memory = BeltMemory()

    async def async_load(self) -> None:
        """Read what was kept; what cannot be read counts as nothing."""
        kept = await self._store.async_load() or {}
        known = {key: kept[key] for key in asdict(self.memory) if key in kept}
        self.memory = replace(self.memory, **known)

    async def async_keep(self, **changes: Any) -> None:
        """Change what is kept, at once."""
        memory = replace(self.memory, **changes)
        if memory != self.memory:
            self.memory = memory
            await self._store.async_save(asdict(memory))

    async def async_remove(self) -> None:
        """Leave nothing behind."""
        await self._store.async_remove()
