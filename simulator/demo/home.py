"""The whole home: Home Assistant, a treadmill on its radio, and a user's way to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from homeassistant.core import HomeAssistant

from custom_components.retrowalk.clock import LoopClock

from ..belt_physics import BeltPhysics
from .api import Api
from .house import LOOPBACK, home_assistant, prepare
from .machine import connect_console, treadmill_on_air
from .onboarding import Onboarding


@dataclass(frozen=True, kw_only=True)
class Home:
    """What the demo shows, and what its check looks at."""

    hass: HomeAssistant
    running: asyncio.Task[int]  # until Home Assistant is stopped: its exit code
    belt: BeltPhysics
    api: Api


@asynccontextmanager
async def open_home(
    folder: Path, port: int, profile: str, say: Callable[[str], None]
) -> AsyncIterator[Home]:
    """Start everything, and stop it on leaving: Home Assistant first, and with it the belt."""
    clock = LoopClock(asyncio.get_running_loop())
    prepare(folder, port)
    say("starting Home Assistant")
    async with (
        treadmill_on_air(clock, profile) as (radio, treadmill),
        home_assistant(folder) as (hass, running),
        aiohttp.ClientSession() as session,
    ):
        radio.register(hass)
        connect_console(hass, treadmill.belt)
        api = Api(session, f"http://{LOOPBACK}:{port}")
        await Onboarding(api, folder, say).run(treadmill.address)
        yield Home(hass=hass, running=running, belt=treadmill.belt, api=api)
