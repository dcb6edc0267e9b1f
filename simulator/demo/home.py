"""The whole home: Home Assistant, devices on its radio, phones, and a user's way to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from homeassistant.core import HomeAssistant

from custom_components.retrowalk.clock import LoopClock

from ..belt_physics import BeltPhysics
from ..companion import CompanionPhone
from .api import Api
from .family import phones_at_hand
from .house import LOOPBACK, home_assistant, prepare
from .machine import Devices, connect_buttons, devices_on_air
from .onboarding import Onboarding


@dataclass(frozen=True, kw_only=True)
class Home:
    """What the demo shows, and what its check looks at."""

    hass: HomeAssistant
    running: asyncio.Task[int]  # until Home Assistant is stopped: its exit code
    devices: Devices
    phones: Mapping[str, CompanionPhone]
    api: Api

    @property
    def belt(self) -> BeltPhysics:
        """The belt that the walker stands on."""
        return self.devices.treadmill.belt

    def state(self, entity_id: str) -> str | None:
        """Return what an entity shows."""
        state = self.hass.states.get(entity_id)
        return state.state if state else None


@asynccontextmanager
async def open_home(
    folder: Path, port: int, profile: str, say: Callable[[str], None]
) -> AsyncIterator[Home]:
    """Start everything, and stop it on leaving: Home Assistant first, and with it the belt."""
    clock = LoopClock(asyncio.get_running_loop())
    prepare(folder, port)
    say("starting Home Assistant")
    async with (
        aiohttp.ClientSession() as session,
        devices_on_air(clock, profile) as devices,
        home_assistant(folder) as (hass, running),
    ):
        api = Api(session, f"http://{LOOPBACK}:{port}")
        async with phones_at_hand(hass, session, api, say) as phones:
            devices.radio.register(hass)
            connect_buttons(hass, devices)
            await Onboarding(api, folder, say).run(devices, phones)
            yield Home(hass=hass, running=running, devices=devices, phones=phones, api=api)
