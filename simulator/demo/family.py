"""The phones of the demo: the walker's own and the family's, shown in the dashboard."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, override

import aiohttp
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import slugify

from ..companion import CompanionPhone, Pushed, PushServer
from .api import Api

OWN_PHONE = "Anna's phone"
FAMILYS_PHONE = "Ben's phone"


@dataclass
class ShownPhone(CompanionPhone):
    """A phone whose newest message somebody else can read too."""

    show: Callable[[str, Pushed | None], None] = field(kw_only=True)

    @override
    def take(self, payload: dict[str, Any], at_s: float) -> None:
        super().take(payload, at_s)
        self.show(self.name, next(reversed(self.shown.values()), None))


@dataclass(frozen=True, kw_only=True)
class _App:
    """The app's way to Home Assistant: that of whoever is logged in."""

    session: aiohttp.ClientSession
    api: Api

    async def post(self, path: str, /, *, json: Any) -> aiohttp.ClientResponse:
        """Post, and return the response."""
        headers = {"Authorization": f"Bearer {self.api.token}"}
        return await self.session.post(self.api.url + path, json=json, headers=headers)


@asynccontextmanager
async def phones_at_hand(
    hass: HomeAssistant, session: aiohttp.ClientSession, api: Api, say: Callable[[str], None]
) -> AsyncIterator[dict[str, CompanionPhone]]:
    """Run the push server of both phones, by name; they are not yet registered."""

    def show(name: str, push: Pushed | None) -> None:
        title, message = (push.title, push.message) if push else (None, "")
        say(f"{name} shows {f'{title}: {message}' if push else 'nothing any more'}")
        told = {"friendly_name": name, "message": message}
        hass.states.async_set(f"sensor.{slugify(name)}", title or STATE_UNKNOWN, told)

    server = PushServer()
    await server.start()
    try:
        app = _App(session=session, api=api)
        names = (OWN_PHONE, FAMILYS_PHONE)
        yield {name: ShownPhone(name, server, app, show=show) for name in names}
    finally:
        await server.stop()
