"""What every kind of entry has at run time: a device, listeners, a start and a stop."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo

type RetrowalkConfigEntry = ConfigEntry[Runtime]


class Runtime(ABC):
    """The living part of one config entry."""

    lacks: frozenset[str] = frozenset()  # keys of the entities that it has nothing for

    def __init__(self, hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
        """Belong to `entry`."""
        self.hass = hass
        self.entry = entry
        self.unique_id = str(entry.unique_id)
        self._listeners: list[Callable[[], None]] = []
        self._reload_due = False
        self._set_up_with = (entry.data, entry.options, entry.subentries)

    @property
    @abstractmethod
    def device_info(self) -> DeviceInfo:
        """Describe the device that this entry's entities belong to."""

    @property
    @abstractmethod
    def busy(self) -> bool:
        """Whether a reload would disturb a session."""

    @property
    @abstractmethod
    def diagnostics(self) -> Mapping[str, Any]:
        """Return what helps to find out what happened."""

    @abstractmethod
    async def async_start(self) -> None:
        """Load what is stored, and take the place in the registry."""

    @abstractmethod
    async def async_stop(self) -> None:
        """Leave nothing behind, and no belt moving."""

    @callback
    def listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` at every change; the returned function ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def changed(self) -> None:
        """Tell the listeners that something changed."""
        for listener in tuple(self._listeners):
            listener()
        if self._reload_due and not self.busy:
            self.reload_when_idle()

    @callback
    def entry_updated(self) -> None:
        """Take over new settings; that the device was discovered again is no news."""
        entry = self.entry
        if self._set_up_with != (entry.data, entry.options, entry.subentries):
            self.reload_when_idle()

    @callback
    def reload_when_idle(self) -> None:
        """Reload the entry: now, or as soon as no session would be disturbed."""
        self._reload_due = self.busy
        if not self._reload_due:
            self.hass.config_entries.async_schedule_reload(self.entry.entry_id)

    @callback
    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what nobody should wait for."""
        self.entry.async_create_background_task(
            self.hass, work, f"{self.entry.title}: in the background"
        )
