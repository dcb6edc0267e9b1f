"""The lock of a treadmill: with it on, nothing starts the belt."""

from hmac import compare_digest

from homeassistant.core import Context

from .belt_store import BeltStore
from .const import CONF_PIN
from .errors import refused
from .runtime import Runtime
from .safety.gate import StartGate


class BeltLock:
    """Locks the start gate, and keeps that over a restart."""

    def __init__(self, runtime: Runtime, gate: StartGate, store: BeltStore) -> None:
        """Belong to one treadmill."""
        self._runtime = runtime
        self._gate = gate
        self._store = store

    @property
    def on(self) -> bool:
        """Whether every start is locked, for everybody."""
        return self._gate.locked

    async def async_turn(self, on: bool, by: Context | None) -> None:
        """Lock or unlock; only an administrator takes the lock off here."""
        if not on:
            users = self._runtime.hass.auth
            user = by and by.user_id and await users.async_get_user(by.user_id)
            if not user or not user.is_admin:
                raise refused("unlock_needs_admin")
        await self._async_keep(on)

    async def async_unlock(self, pin: str) -> None:
        """Take the lock off by the PIN of the treadmill's options."""
        right_pin = self._runtime.entry.options.get(CONF_PIN)
        if not right_pin or not compare_digest(pin.encode(), right_pin.encode()):
            raise refused("wrong_pin")
        await self._async_keep(False)

    async def _async_keep(self, on: bool) -> None:
        self._gate.locked = on
        await self._store.async_keep(locked=on)
        self._runtime.changed()
