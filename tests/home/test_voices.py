"""What is heard and seen of an alert in the house, and the message about each walk."""

import asyncio
from itertools import pairwise
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from .family import ALERT, Family
from .home import Home

pytestmark = pytest.mark.virtual_time

LISTENS, SPEAKS = "assist_satellite.hall", "assist_satellite.gym"
SPEAKER, LIGHT, VOICE = "media_player.gym", "light.gym", "tts.voice"


class House:
    """The actions of satellites, speakers and a light, recorded."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Register them."""
        self.hass = hass
        self.calls: list[tuple[float, str, dict[str, Any]]] = []
        self.answer: str | None = None  # what somebody says to the satellite
        self.broken = False
        hass.states.async_set(LISTENS, "idle", {"supported_features": 3})
        hass.states.async_set(SPEAKS, "idle", {"supported_features": 1})
        hass.states.async_set(SPEAKER, "idle", {"volume_level": 0.2})
        for action in (
            "assist_satellite.announce",
            "media_player.volume_set",
            "tts.speak",
            "light.turn_on",
            "light.turn_off",
        ):
            domain, name = action.split(".")
            hass.services.async_register(domain, name, self._called)
        hass.services.async_register(
            "assist_satellite",
            "ask_question",
            self._asked,
            supports_response=SupportsResponse.ONLY,
        )

    @callback
    def _called(self, call: ServiceCall) -> None:
        self.calls.append((self.hass.loop.time(), f"{call.domain}.{call.service}", dict(call.data)))
        if self.broken:
            raise HomeAssistantError("broken")

    async def _asked(self, call: ServiceCall) -> ServiceResponse:
        self._called(call)
        await asyncio.sleep(5)
        return {"id": self.answer, "sentence": "", "slots": {}}

    def of(self, action: str) -> list[dict[str, Any]]:
        """Return what an action was called with."""
        return [data for _, each, data in self.calls if each == action]

    def times(self, action: str) -> list[float]:
        """Return when an action was called."""
        return [at_s for at_s, each, _ in self.calls if each == action]


@pytest.fixture
def house(hass: HomeAssistant) -> House:
    """Return the house."""
    return House(hass)


@pytest.fixture
def walker_options() -> dict[str, Any]:
    """Let Anna's alert use all of it."""
    return {
        "alerts": {
            "satellites": [LISTENS, SPEAKS],
            "speakers": [SPEAKER],
            "tts": VOICE,
            "light": LIGHT,
            "tell_walks": True,
        }
    }


async def test_asks_louder_and_louder(home: Home, house: House) -> None:
    """Every 8 s, rising, on all of them; the light flashes less than 3 times a second."""
    await home.walk()
    home.belt.pull_key()
    await home.until("asking", of=ALERT)
    await asyncio.sleep(33)
    assert [data["volume_level"] for data in house.of("media_player.volume_set")] == [
        0.4,
        0.6,
        0.8,
        1.0,
        1.0,
    ]
    said = house.times("tts.speak")
    assert [later - sooner for sooner, later in pairwise(said)] == pytest.approx([8] * 4)
    assert "Anna, are you OK?" in house.of("assist_satellite.announce")[0]["message"]
    [question, *_] = house.of("assist_satellite.ask_question")
    assert [answer["id"] for answer in question["answers"]] == ["ok", "help"]
    flashes = house.times("light.turn_on")
    assert 30 < len(flashes) < 36
    assert min(later - sooner for sooner, later in pairwise(flashes)) >= 1 / 3
    await home.act("im_ok")
    await asyncio.sleep(2)
    assert house.of("media_player.volume_set")[-1] == {
        "entity_id": SPEAKER,
        "volume_level": 0.2,
    }
    assert house.calls[-1][1] != "light.turn_off"  # who comes to help can see
    count = len(house.calls)
    await asyncio.sleep(30)
    assert len(house.calls) == count


@pytest.mark.parametrize(("answer", "state"), [("ok", "all_clear"), ("help", "undelivered")])
async def test_the_answer_is_heard(home: Home, house: House, answer: str, state: str) -> None:
    """The walker answers a satellite without a wake word."""
    await home.walk()
    house.answer = answer
    home.belt.pull_key()
    await home.until(state, of=ALERT, limit_s=10)
    await home.act("im_ok")


async def test_nothing_works(home: Home, house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Voices and lights that fail keep the family from nothing."""
    house.broken = True
    await home.walk()
    home.belt.pull_key()
    await home.until("undelivered", of=ALERT, limit_s=100)
    await home.act("im_ok")


async def test_each_walk_is_told(
    hass: HomeAssistant, home: Home, house: House, walker_entry: ConfigEntry, family: Family
) -> None:
    """The start shows a countdown that the end of the walk takes away."""
    await family.add_contact(walker_entry, "Ben")
    await home.walk()
    ben = await family.pushes("Ben")
    [push] = ben.shown.values()
    ends = dt_util.utc_from_timestamp(push.data["when"])
    assert push.title == f"Anna walks until {dt_util.as_local(ends):%H:%M}"
    assert push.data["chronometer"]
    assert not push.data["push"].get("sound")
    shown = hass.states.get("sensor.anna_session_ends")
    assert shown
    assert dt_util.parse_datetime(shown.state) == ends
    await home.act("stop")
    await family.until(lambda: not ben.shown)
