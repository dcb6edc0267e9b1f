"""A home as a person in it sees it: states to read, actions to call, a button on the rail."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from custom_components.retrowalk.const import DOMAIN
from custom_components.retrowalk.program.states import AT_AN_END
from simulator.belt_physics import BeltPhysics
from simulator.treadmill import VirtualTreadmill

RAIL_BUTTON = "input_button.rail"
SESSION = "sensor.anna_session"
BELT = "sensor.fs_0e1b2c_belt"
WALKING = ("walking_forward", "walking_backward")

# One phase of Short Classic as the machine is told: 0.8 mph is 1.287 km/h, rounded down to 1.2.
FORWARD = ("start", 0.8, 1.1, 1.2, "stop")
BACKWARD = ("start", 0.8, 1.0, 1.2, "stop")


def device_id(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return the id of an entry's device."""
    devices = dr.async_get(hass)
    device = devices.async_get_device_by_identifier((DOMAIN, str(entry.unique_id)), entry.entry_id)
    assert device is not None
    return device.id


def told(belt: BeltPhysics) -> list[object]:
    """Return what the belt was told, in order: starts and stops by name, speeds in km/h."""
    return [
        entry.event if entry.value is None else entry.value
        for entry in belt.log
        if entry.event not in {"control_point", "inclination"}
    ]


def times_of(belt: BeltPhysics, event: str) -> list[float]:
    """Return when something happened at the belt."""
    return [entry.at_s for entry in belt.log if entry.event == event]


async def refusal(asking: Awaitable[object]) -> str:
    """Return the key of the refusal that `asking` meets; its sentence is whole."""
    with pytest.raises(HomeAssistantError) as caught:
        await asking
    error = caught.value
    assert error.translation_domain == DOMAIN
    assert "{" not in str(error)
    assert str(error) != error.translation_key
    return str(error.translation_key)


@dataclass
class Home:
    """A home with Anna and a treadmill."""

    hass: HomeAssistant
    treadmill: VirtualTreadmill
    pressed_at_s: list[float] = field(default_factory=list)

    @property
    def belt(self) -> BeltPhysics:
        """What the belt really does."""
        return self.treadmill.belt

    @property
    def entries(self) -> list[ConfigEntry]:
        """Return all of Retrowalk's entries."""
        return self.hass.config_entries.async_entries(DOMAIN)

    def entry(self, kind: str) -> ConfigEntry:
        """Return the first entry of a kind."""
        return next(entry for entry in self.entries if entry.data["kind"] == kind)

    @property
    def session(self) -> str:
        """The session as it is shown."""
        return self.state(SESSION)

    def state(self, entity_id: str) -> str:
        """Return a state."""
        state = self.hass.states.get(entity_id)
        assert state is not None, f"there is no {entity_id}"
        return state.state

    def attribute(self, entity_id: str, name: str) -> Any:
        """Return an attribute of a state."""
        state = self.hass.states.get(entity_id)
        assert state is not None, f"there is no {entity_id}"
        return state.attributes[name]

    async def act(self, action: str, *, context: Context | None = None, **data: Any) -> Any:
        """Call an action of Retrowalk; answer where it answers."""
        answers = action in {"start_program", "list_programs"}
        return await self.hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=answers
        )

    async def call(
        self, action: str, entity_id: str, *, context: Context | None = None, **data: Any
    ) -> None:
        """Call an action of Home Assistant on an entity."""
        domain, name = action.split(".")
        await self.hass.services.async_call(
            domain, name, {"entity_id": entity_id, **data}, blocking=True, context=context
        )

    async def press(self) -> None:
        """Find the button on the rail and press it."""
        await asyncio.sleep(1)
        self.pressed_at_s.append(self.hass.loop.time())
        await self.call("input_button.press", RAIL_BUTTON)
        await self.hass.async_block_till_done()

    async def until(self, *states: str, of: str = SESSION, limit_s: float = 300.0) -> str:
        """Wait until an entity shows one of `states`, and return it."""
        await self.until_true(lambda: self.state(of) in states, of=of, limit_s=limit_s)
        return self.state(of)

    async def until_asked(self) -> bool:
        """Wait until the walker's word is awaited; False if the session ended instead."""
        await self.until_true(
            lambda: self.session in AT_AN_END or self.attribute(SESSION, "awaiting_confirmation")
        )
        return self.session not in AT_AN_END

    async def until_true(
        self, condition: Callable[[], bool], *, of: str = SESSION, limit_s: float = 300.0
    ) -> None:
        """Wait until `condition` is true; it is looked at when the entity `of` changes."""
        met = asyncio.Event()

        @callback
        def look(_: object = None) -> None:
            if condition():
                met.set()

        cancel = async_track_state_change_event(self.hass, of, look)
        look()
        try:
            async with asyncio.timeout(limit_s):
                await met.wait()
        except TimeoutError:
            pytest.fail(f"{limit_s} s over, and {self.hass.states.get(of)}")
        finally:
            cancel()

    async def walk(self, program: str = "short_classic") -> None:
        """Start a program, confirm it at the rail, and wait until the belt is at speed."""
        await self.act("start_program", program=program)
        await self.press()
        await self.until(*WALKING)
        await asyncio.sleep(15)
        assert self.belt.speed_kmh > 0
