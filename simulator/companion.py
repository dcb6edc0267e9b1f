"""Phones with the companion app, and the push server behind them: on the loopback, recorded."""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from aiohttp import web

WENT_WELL = HTTPStatus.CREATED
NEVER = None  # the server takes the push and does not answer


class Http(Protocol):
    """What speaks to Home Assistant, logged in."""

    async def post(self, path: str, /, *, json: Any) -> Any:
        """Post, and return the response."""


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """A push as it arrived, and when by the loop's clock."""

    at_s: float
    title: str | None
    message: str
    data: dict[str, Any]

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        """The buttons by their titles."""
        return {button["title"]: button for button in self.data.get("actions", ())}


@dataclass
class CompanionPhone:
    """One phone: what was pushed to it, and what its push server answers."""

    name: str
    server: PushServer
    http: Http
    answers: HTTPStatus | None = WENT_WELL
    apple: bool = False
    pushed: list[Pushed] = field(default_factory=list)
    shown: dict[str, Pushed] = field(default_factory=dict)  # by tag: one replaces another
    webhook_id: str = ""

    async def register(self) -> None:
        """Register with Home Assistant as the app does after its log-in."""
        self.server.phones[self.name] = self
        response = await self.http.post(
            "/api/mobile_app/registrations",
            json={
                "app_data": {"push_token": self.name, "push_url": f"{self.server.url}/push"},
                "app_id": "io.robbie.HomeAssistant" if self.apple else "io.homeassistant.companion",
                "app_name": "Home Assistant",
                "app_version": "2026.11",
                "device_id": f"device of {self.name}",
                "device_name": self.name,
                "manufacturer": "Apple" if self.apple else "Fairphone",
                "model": "a phone",
                "os_name": "iOS" if self.apple else "Android",
                "os_version": "17",
                "supports_encryption": False,
            },
        )
        registered = await response.json()
        self.webhook_id = registered["webhook_id"]

    def take(self, payload: dict[str, Any], at_s: float) -> None:
        """Show a push, instead of one with the same tag."""
        data = payload.get("data", {})
        push = Pushed(at_s=at_s, title=payload.get("title"), message=payload["message"], data=data)
        self.pushed.append(push)
        if push.message == "clear_notification":
            self.shown.pop(data["tag"], None)
        else:
            self.shown[data["tag"]] = push

    async def press(self, title: str) -> None:
        """Press a button of the newest message that is still shown."""
        push = list(self.shown.values())[-1]
        await self.fire("mobile_app_notification_action", {"action": push.buttons[title]["action"]})

    async def swipe_away(self) -> None:
        """Swipe the newest message away, which Android reports."""
        _, push = self.shown.popitem()
        buttons = enumerate(push.data.get("actions", ()), 1)
        keys = {f"action_{number}_key": button["action"] for number, button in buttons}
        await self.fire("mobile_app_notification_cleared", {"tag": push.data["tag"], **keys})

    async def fire(self, event: str, data: dict[str, Any]) -> None:
        """Send an event to Home Assistant by the app's webhook."""
        command = {"type": "fire_event", "data": {"event_type": event, "event_data": data}}
        response = await self.http.post(f"/api/webhook/{self.webhook_id}", json=command)
        assert response.status == HTTPStatus.OK


class PushServer:
    """The server that passes pushes on to phones."""

    def __init__(self) -> None:
        """Know no phone yet."""
        self.phones: dict[str, CompanionPhone] = {}
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on the loopback; after a stop, at the same port again."""
        app = web.Application()
        app.router.add_post("/push", self._push)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Be gone."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _push(self, request: web.Request) -> web.StreamResponse:
        payload = await request.json()
        phone = self.phones[payload["push_token"]]
        if phone.answers is NEVER:
            await asyncio.sleep(60)
            return web.Response(status=HTTPStatus.GATEWAY_TIMEOUT)
        if phone.answers is WENT_WELL:
            phone.take(payload, asyncio.get_running_loop().time())
            return web.json_response({"target": phone.name}, status=WENT_WELL)
        return web.json_response({"errorMessage": "no"}, status=phone.answers)
