"""The first run: a user, a token, and treadmill, wearables and walker set up as in a browser."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from homeassistant.helpers.device_registry import format_mac

from ..companion import CompanionPhone
from .api import Api
from .family import FAMILYS_PHONE, OWN_PHONE
from .house import TOKEN, DemoError
from .machine import HANDRAIL_BUTTON, Devices

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


def _suggested(fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a form suggests, in its sections too."""
    suggested: dict[str, Any] = {}
    for field in fields:
        if "schema" in field:
            suggested[field["name"]] = _suggested(field["schema"])
        elif "suggested_value" in field.get("description", {}):
            suggested[field["name"]] = field["description"]["suggested_value"]
    return suggested


class Onboarding:
    """Brings a new house to where a walk can begin; in an old one there is little to do."""

    def __init__(self, api: Api, folder: Path, say: Callable[[str], None]) -> None:
        """Work through `api`; `say` tells of steps that take their time."""
        self._api = api
        self._folder = folder
        self._say = say

    async def run(self, devices: Devices, phones: Mapping[str, CompanionPhone]) -> None:
        """Do what is missing for a walk on the treadmill among `devices`."""
        address = devices.treadmill.address
        token_file = self._folder / TOKEN
        new = not token_file.exists()
        if new:
            self._say("making a user")
            await self._make_user()
        else:
            self._api.token = token_file.read_text()
        for phone in phones.values():  # Each run anew: the push server has another port.
            await phone.register()
        if await self._entity(f"{format_mac(address)}_belt") is None:
            await self._set_up(devices)
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

    async def _set_up(self, devices: Devices) -> None:
        """Confirm what was discovered, and give it to the walker."""
        treadmill, worn = devices.treadmill.address, (devices.strap.address, devices.pod.address)
        self._say("finding the treadmill")
        flow = await self._discovered(treadmill)
        self._say("setting treadmill, wearables and walker up")
        done = await self._fill(FLOWS, flow, nobody_on_belt=True, handrails=True, safety_clip=True)
        if (session := await self._entity("_session")) is None:
            _, flow = done["next_flow"]
            for address in worn:
                await self._fill(FLOWS, await self._discovered(address))
            await self._fill(
                FLOWS,
                flow,
                name=WALKER,
                wearables=[format_mac(address) for address in worn],
                own_phones=[await self._phone(OWN_PHONE)],
                family_phones=[await self._phone(FAMILYS_PHONE)],
            )
            done = await self._fill(FLOWS, flow, health_read=True)
            form = await self._api.post(OPTIONS, {"handler": done["result"]["entry_id"]})
            await self._fill(OPTIONS, form["flow_id"], handrail_button=HANDRAIL_BUTTON)
        else:
            walker = {"handler": "retrowalk", "entry_id": session["config_entry_id"]}
            form = await self._api.post(FLOWS, walker)
            await self._fill(FLOWS, form["flow_id"], treadmill=format_mac(treadmill))
        for entry in await self._api.get(ENTRIES):
            if entry["domain"] in WANT_THE_INTERNET:
                await self._api.delete(f"{ENTRIES}/{entry['entry_id']}")
        await soon("new options in effect", self._all_loaded)

    async def _discovered(self, address: str) -> str:
        """Wait for the flow that the advertisement of `address` begins."""
        unique_id = format_mac(address)

        async def look() -> str | None:
            flows = await self._api.ask("config_entries/flow/progress")
            ours = (flow for flow in flows if flow["context"].get("unique_id") == unique_id)
            return next((flow["flow_id"] for flow in ours), None)

        return await soon(f"an advertisement of {address}", look)

    async def _phone(self, name: str) -> str:
        """Return the device of a phone."""
        devices = await self._api.ask("config/device_registry/list")
        return next(str(device["id"]) for device in devices if device["name"] == name)

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
        filled = _suggested(form["data_schema"]) | answers
        done: dict[str, Any] = await self._api.post(f"{path}/{flow_id}", filled)
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
