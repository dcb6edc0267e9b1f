"""Home Assistant's HTTP and websocket interface, used as a browser uses it."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import aiohttp

from .house import DemoError


@contextmanager
def _failures_of(what: str) -> Generator[None]:
    """Say what failed when Home Assistant cannot be reached, or says what makes no sense."""
    try:
        yield
    except (aiohttp.ClientError, aiohttp.WSMessageTypeError) as error:
        raise DemoError(f"{what}: {error}") from error


class Api:
    """One user's way to Home Assistant."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        """Log nobody in yet."""
        self.url = url
        self.token = ""
        self._session = session

    async def get(self, path: str) -> Any:
        """Read something."""
        return await self._request("GET", path)

    async def post(self, path: str, body: Any = None, *, form: Any = None) -> Any:
        """Send JSON, or a form."""
        return await self._request("POST", path, json=body, data=form)

    async def delete(self, path: str) -> Any:
        """Take something away."""
        return await self._request("DELETE", path)

    async def act(self, action: str, **data: Any) -> None:
        """Perform an action."""
        await self.post(f"/api/services/{action.replace('.', '/')}", data)

    async def answer(self, action: str, **data: Any) -> dict[str, Any]:
        """Perform an action that answers."""
        path = f"/api/services/{action.replace('.', '/')}?return_response"
        response: dict[str, Any] = (await self.post(path, data))["service_response"]
        return response

    async def ask(self, command: str, **fields: Any) -> Any:
        """Send one command by websocket and return its result."""
        with _failures_of(command):
            async with self._session.ws_connect(f"{self.url}/api/websocket") as socket:
                await socket.receive_json()
                await socket.send_json({"type": "auth", "access_token": self.token})
                await socket.receive_json()
                await socket.send_json({"id": 1, "type": command, **fields})
                reply = await socket.receive_json()
        if not reply["success"]:
            raise DemoError(f"{command}: {reply['error']['message']}")
        return reply["result"]

    async def _request(self, method: str, path: str, **how: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with _failures_of(f"{method} {path}"):
            url = self.url + path
            async with self._session.request(method, url, headers=headers, **how) as reply:
                if not reply.ok:
                    raise DemoError(f"{method} {path}: {reply.status} {await reply.text()}")
                return await reply.json()
