"""Holds the link to a treadmill: always, or only while somebody needs it."""

from collections.abc import Callable
import logging

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_call_later

from .const import CONF_CONNECTION, DOMAIN, Connection
from .machine import Machine
from .runtime import Runtime
from .treadmill.link import LinkError

_LOGGER = logging.getLogger(__name__)

# On demand, the link outlives a session, so that a second walk starts at once.
LINK_OUTLIVES_SESSION_S = 60.0


class BeltLink:
    """One treadmill's link."""

    def __init__(self, runtime: Runtime, belt: Machine, needed: Callable[[], bool]) -> None:
        """Link nothing yet; as long as it is `needed` the link is not let go of."""
        self.wanted = runtime.entry.options.get(CONF_CONNECTION) == Connection.ALWAYS
        self._runtime = runtime
        self._belt = belt
        self._needed = needed
        self._cancel_let_go: CALLBACK_TYPE | None = None

    async def async_connect(self) -> None:
        """Connect now, and look for the machine again if that fails."""
        try:
            await self._belt.connect()
        except LinkError as error:
            _LOGGER.debug("%s: %s", self._runtime.entry.title, error)
        else:
            self._describe_device()

    async def async_hold(self, wanted: bool) -> None:
        """Hold the link outside sessions, or let go of it now."""
        self.wanted = wanted
        if wanted:
            self.keep()
            await self.async_connect()
        else:
            await self._belt.disconnect()

    async def async_renew(self) -> None:
        """Let go of the machine, and connect to it anew."""
        await self._belt.disconnect()
        await self.async_connect()

    @callback
    def keep(self) -> None:
        """Do not let go of the machine."""
        if self._cancel_let_go is not None:
            self._cancel_let_go()
            self._cancel_let_go = None

    @callback
    def let_go_later(self) -> None:
        """Leave console and maker's app usable, a while after somebody needed the link."""
        self.keep()
        if not (self.wanted or self._needed()):
            self._cancel_let_go = async_call_later(
                self._runtime.hass, LINK_OUTLIVES_SESSION_S, self._async_let_go
            )

    async def _async_let_go(self, _now: object) -> None:
        """Let go of the machine: nobody walked for a while."""
        self._cancel_let_go = None
        await self._belt.disconnect()

    @callback
    def _describe_device(self) -> None:
        """Show on the device's page what the machine has said of itself."""
        info, entry = self._belt.info, self._runtime.entry
        devices = dr.async_get(self._runtime.hass)
        device = devices.async_get_device_by_identifier(
            (DOMAIN, self._runtime.unique_id), entry.entry_id
        )
        if device is not None:
            devices.async_update_device(
                device.id, manufacturer=info.maker, model=info.model, sw_version=info.firmware
            )
