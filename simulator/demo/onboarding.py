"""The first run: a user, a token, and treadmill and walker set up as in a browser."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from homeassistant.helpers.device_registry import format_mac

from .api import Api
from .house import TOKEN, DemoError
from .machine import HANDRAIL_BUTTON

USER = PASSWORD = "demo"  # noqa: S105  it listens on the loopback alone
WALKER = "Anna"
PROGRAM = "short_classic"  # what Start starts in a new house
DASHBOARD = "retrowalk-demo"
DASHBOARD_FILE = "dashboard.yaml"
FLOWS = "/api/config/config_entries/flow"
OPTIONS = "/api/config/config_entries/options/flow"
ENTRIES = "/api/config/config_entries/entry"
# Home Assistant's on-boarding sets these up, and they want the Internet.
WANT_THE_INTERNET = {"google_translate", "met", "radio_browser"}
WAIT_S = 30.0
LOOK_EVERY_S = 0.2


async def soon[T](what: str, look: Callable[[], Awaitable[T | None]]) -> T:
    """Look until there is something to see, and return it."""
    try:
        async with asyncio.timeout(WAIT_S):
            while (seen := await look()) is None:  # noqa: ASYNC110  as a browser looks
                await asyncio.sleep(LOOK_EVERY_S)
            return seen
    except TimeoutError:
        raise DemoError(f"{what}: not within {WAIT_S:.0f} s") from None


class Onboarding:
    """Brings a new house to where a walk can begin; in an old one there is little to do."""

    def __init__(self, api: Api, folder: Path, say: Callable[[str], None]) -> None:
        """Work through `api`; `say` tells of steps that take their time."""
        self._api = api
        self._folder = folder
        self._say = say

    async def run(self, address: str) -> None:
        """Do what is missing for a walk on the treadmill with `address`."""
        token_file = self._folder / TOKEN
        new = not token_file.exists()
        if new:
            self._say("making a user")
            await self._make_user()
        else:
            self._api.token = token_file.read_text()
        if await self._entity(f"{format_mac(address)}_belt") is None:
            await self._set_up(address)
        walker = await self._show_dashboard(address)
        if new:  # The token comes last: without it, a first run begins anew.
            select = {"entity_id": f"select.{walker}_program", "option": PROGRAM}
            await self._api.act("select.select_option", **select)
            token_file.touch(mode=0o600)
            token_file.write_text(self._api.token)

    async def _make_user(self) -> None:
        """Do what the pages of the on-boarding do, and make a token that lasts."""
        api, client_id = self._api, f"{self._api.url}/"
        user = {"name": "Demo", "username": USER, "password": PASSWORD, "language": "en"}
        code = await api.post("/api/onboarding/users", user | {"client_id": client_id})
        grant = {"grant_type": "authorization_code", "code": code["auth_code"]}
        granted = await api.post("/auth/token", form=grant | {"client_id": client_id})
        api.token = granted["access_token"]
        await api.post("/api/onboarding/core_config")
        await api.post("/api/onboarding/analytics")
        where = {"client_id": client_id, "redirect_uri": client_id}
        await api.post("/api/onboarding/integration", where)
        api.token = await api.ask("auth/long_lived_access_token", client_name="demo", lifespan=3650)
        await api.ask("frontend/set_system_data", key="core", value={"default_panel": DASHBOARD})

    async def _set_up(self, address: str) -> None:
        """Confirm the treadmill that was discovered, and give it to the walker."""
        self._say("finding the treadmill")
        flow = await soon("an advertisement", lambda: self._discovered(address))
        self._say("setting treadmill and walker up")
        done = await self._fill(FLOWS, flow, nobody_on_belt=True, handrails=True, safety_clip=True)
        if (session := await self._entity("_session")) is None:
            _, flow = done["next_flow"]
            await self._fill(FLOWS, flow, name=WALKER)
            done = await self._fill(FLOWS, flow, health_read=True, without_wearable=True)
            form = await self._api.post(OPTIONS, {"handler": done["result"]["entry_id"]})
            await self._fill(OPTIONS, form["flow_id"], handrail_button=HANDRAIL_BUTTON)
        else:
            walker = {"handler": "retrowalk", "entry_id": session["config_entry_id"]}
            form = await self._api.post(FLOWS, walker)
            await self._fill(FLOWS, form["flow_id"], treadmill=format_mac(address))
        for entry in await self._api.get(ENTRIES):
            if entry["domain"] in WANT_THE_INTERNET:
                await self._api.delete(f"{ENTRIES}/{entry['entry_id']}")
        await soon("new options in effect", self._all_loaded)

    async def _discovered(self, address: str) -> str | None:
        """Return the flow that the advertisement of `address` began."""
        flows = await self._api.ask("config_entries/flow/progress")
        unique_id = format_mac(address)
        return next(
            (flow["flow_id"] for flow in flows if flow["context"].get("unique_id") == unique_id),
            None,
        )

    async def _all_loaded(self) -> bool | None:
        """Tell whether treadmill and walker are ready."""
        entries = await self._api.get(f"{ENTRIES}?domain=retrowalk")
        return all(entry["state"] == "loaded" for entry in entries) or None

    async def _entity(self, unique_id: str) -> dict[str, Any] | None:
        """Return the entity whose unique id ends so, if there is one."""
        return next(
            (
                entity
                for entity in await self._api.ask("config/entity_registry/list")
                if entity["platform"] == "retrowalk"
                and str(entity["unique_id"]).endswith(unique_id)
            ),
            None,
        )

    async def _fill(self, path: str, flow_id: str, **answers: Any) -> dict[str, Any]:
        """Fill a form in, leaving what it suggests as it is; return what comes next."""
        form = await self._api.get(f"{path}/{flow_id}")
        suggested = {
            field["name"]: field["description"]["suggested_value"]
            for field in form["data_schema"]
            if "suggested_value" in field.get("description", {})
        }
        done: dict[str, Any] = await self._api.post(f"{path}/{flow_id}", suggested | answers)
        if done.get("errors"):
            raise DemoError(f"{form['step_id']}: {done['errors']}")
        return done

    async def _show_dashboard(self, address: str) -> str:
        """Write the dashboard for this treadmill, and return what the walker's entities share."""
        template = Path(__file__).with_name(DASHBOARD_FILE).read_text()
        belt = await self._entity(f"{format_mac(address)}_belt")
        session = await self._entity("_session")
        assert belt, "it has just been set up"
        assert session, "so has the walker"
        treadmill = belt["entity_id"].removeprefix("sensor.").removesuffix("_belt")
        walker: str = session["entity_id"].removeprefix("sensor.").removesuffix("_session")
        dashboard = template.replace("TREADMILL", treadmill).replace("WALKER", walker)
        (self._folder / DASHBOARD_FILE).write_text(dashboard)
        return walker
