"""The start gate: who may move a belt from rest, and who only asks."""

import asyncio
from collections.abc import Callable
from typing import Any

from hass_nabucasa import remote
from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest

from custom_components.retrowalk.const import Connection

from .home import BELT, RAIL_BUTTON, SESSION, WALKING, Home, refusal, told

pytestmark = pytest.mark.virtual_time

ALWAYS_LINKED = {"connection": Connection.ALWAYS}
TARGET_SPEED = "number.fs_0e1b2c_target_speed"
LOCK = "switch.fs_0e1b2c_lock"


@pytest.fixture
def user(hass_admin_user: User) -> Context:
    """Return the context of a user's own request."""
    return Context(user_id=hass_admin_user.id)


async def by_action(home: Home, user: Context) -> None:
    """Ask by an action of a user."""
    await home.act("start_program", program="daily_two", context=user)


async def by_button(home: Home, user: Context) -> None:
    """Ask by a button on a dashboard."""
    await home.call("button.press", "button.anna_start", context=user)


async def by_automation(home: Home, user: Context) -> None:
    """Ask by an automation."""
    automation = {
        "triggers": {"trigger": "event", "event_type": "doorbell"},
        "actions": {"action": "retrowalk.start_program", "data": {"program": "daily_two"}},
    }
    assert await async_setup_component(home.hass, "automation", {"automation": automation})
    home.hass.bus.async_fire("doorbell", context=user)
    await home.hass.async_block_till_done()


EVERYBODY_ELSE = [by_action, by_button, by_automation]


@pytest.mark.parametrize("ask", EVERYBODY_ELSE)
async def test_asking(home: Home, user: Context, ask: Callable[[Home, Context], Any]) -> None:
    """Who is not at the belt only asks: the session waits, and after a minute it is over."""
    await ask(home, user)
    await home.until("waiting", limit_s=1.5)
    assert home.attribute(SESSION, "reason") == "not_at_the_belt"
    await asyncio.sleep(58)
    assert home.session == "waiting"
    await home.until("stopped", limit_s=3)
    assert home.attribute(SESSION, "reason") == "expired"
    assert not told(home.belt)


@pytest.mark.parametrize("walker_options", [{"any_user": True}])
@pytest.mark.parametrize(
    ("ask", "state"),
    zip(EVERYBODY_ELSE, ["preparing", "preparing", "waiting"], strict=True),
)
async def test_any_user(
    home: Home, user: Context, ask: Callable[[Home, Context], Any], state: str
) -> None:
    """A walker may let every user start the belt; an automation is nobody."""
    await ask(home, user)
    await home.until(state, limit_s=1.5)


async def test_only_the_rail_confirms(home: Home, user: Context) -> None:
    """Neither a user's action nor a dashboard opens the gate; the button on the rail does."""
    await by_action(home, user)
    for asking in (
        home.act("confirm_turn", context=user),
        home.act("confirm_turn"),
        home.call("button.press", "button.anna_confirm_turn", context=user),
    ):
        assert await refusal(asking) == "not_at_the_belt"
    assert await home.until("waiting")
    await home.press()
    await home.until("moving", of=BELT)


async def test_a_pause_ends_at_the_belt_alone(home: Home, user: Context) -> None:
    """Resuming passes the gate like a start, and begins at the lowest speed."""
    await home.walk()
    await home.act("pause")
    await home.until("stopped", of=BELT)
    for asking in (
        home.act("resume", context=user),
        home.call("button.press", "button.anna_resume", context=user),
    ):
        assert await refusal(asking) == "not_at_the_belt"
    before = len(told(home.belt))
    await home.press()
    await home.until(*WALKING)
    await asyncio.sleep(10)
    assert told(home.belt)[before : before + 2] == ["start", 0.8]


@pytest.mark.parametrize("treadmill_options", [ALWAYS_LINKED])
async def test_the_consoles_own_start(home: Home, user: Context) -> None:
    """A start at the console is the word of a person at the belt."""
    await by_action(home, user)
    await home.until("stopped", of=BELT)
    home.belt.press_start()
    assert await home.until(*WALKING)
    assert "start" not in told(home.belt)


@pytest.mark.parametrize("treadmill_options", [ALWAYS_LINKED])
async def test_a_target_speed_starts_nothing(home: Home) -> None:
    """A speed for a belt at rest is refused; for a walking belt it is held to the caps."""
    await home.until("stopped", of=BELT)
    for entity_id in (TARGET_SPEED, "number.fs_0e1b2c_target_inclination"):
        asking = home.call("number.set_value", entity_id, value=2.0)
        assert await refusal(asking) == "belt_at_rest"
    await home.walk("daily_two")
    asking = home.call("number.set_value", TARGET_SPEED, value=2.0)
    assert await refusal(asking) == "speed_above_cap"
    await home.call("number.set_value", TARGET_SPEED, value=1.0)
    await asyncio.sleep(10)
    assert told(home.belt) == ["start", 0.8, 1.0]


@pytest.mark.parametrize("treadmill_options", [{**ALWAYS_LINKED, "max_speed_kmh": 3.0}])
async def test_a_belt_without_a_session(home: Home) -> None:
    """Somebody walks by the console: speed and slope may be set, within the treadmill's cap."""
    await home.until("stopped", of=BELT)
    home.belt.press_start()
    await home.until("moving", of=BELT)
    await home.call("number.set_value", TARGET_SPEED, value=2.0)
    await home.call("number.set_value", "number.fs_0e1b2c_target_inclination", value=1.5)
    with pytest.raises(ServiceValidationError):
        await home.call("number.set_value", TARGET_SPEED, value=3.1)
    await asyncio.sleep(10)
    assert (home.belt.speed_kmh, home.belt.inclination_percent) == (2.0, 1.5)
    await home.call("button.press", "button.fs_0e1b2c_pause")
    await home.until("stopped", of=BELT)
    assert told(home.belt) == ["console_start", 2.0, "stop"]
    assert home.session == "idle"


async def test_the_button_on_the_rail(home: Home) -> None:
    """It does what a press means now: nothing, confirm, stop; it is no press when it comes back."""
    await home.press()
    assert home.session == "idle"
    await home.walk()
    pressed = home.state(RAIL_BUTTON)
    for state in ("unavailable", pressed, "off", "unknown"):
        home.hass.states.async_set(RAIL_BUTTON, state)
    home.hass.states.async_remove(RAIL_BUTTON)
    home.hass.states.async_set(RAIL_BUTTON, pressed)
    await asyncio.sleep(5)
    assert home.session in WALKING
    await home.press()
    await home.until("stopped")
    assert told(home.belt)[-1] == "stop"


async def test_the_lock(
    hass: HomeAssistant, home: Home, user: Context, treadmill_entry: ConfigEntry
) -> None:
    """A locked treadmill starts for nobody, also after a restart, until it is unlocked."""
    await by_action(home, user)
    await home.call("switch.turn_on", LOCK)
    await home.press()
    await asyncio.sleep(70)
    assert await refusal(by_action(home, user)) == "treadmill_locked"
    await hass.config_entries.async_reload(treadmill_entry.entry_id)
    assert home.state(LOCK) == "on"
    assert await refusal(by_action(home, user)) == "treadmill_locked"
    assert await refusal(home.call("switch.turn_off", LOCK)) == "unlock_needs_admin"
    assert not told(home.belt)
    await home.call("switch.turn_off", LOCK, context=user)
    await by_action(home, user)
    await home.press()
    await home.until("moving", of=BELT)


@pytest.mark.parametrize(
    ("treadmill_options", "pin", "opens"),
    [
        ({"pin": "1234"}, "1234", True),
        ({"pin": "1234"}, "4321", False),
        ({"pin": "söt"}, "sött", False),
        ({}, "", False),
    ],
)
async def test_the_pin(home: Home, pin: str, opens: bool) -> None:
    """The PIN takes the lock off; where there is none, nothing is the right one."""
    await home.call("switch.turn_on", LOCK)
    if opens:
        await home.act("unlock", pin=pin)
    else:
        assert await refusal(home.act("unlock", pin=pin)) == "wrong_pin"
    await asyncio.sleep(1)
    assert home.state(LOCK) == ("off" if opens else "on")


class Card:
    """A card in a browser somewhere: it speaks by its own websocket command."""

    def __init__(self, websocket: Any) -> None:
        """Speak through a websocket."""
        self._websocket = websocket
        self._messages = 0

    async def say(self, **message: Any) -> dict[str, Any]:
        """Say something and return the answer."""
        await self._websocket.send_json(message)
        answer: dict[str, Any] = await self._websocket.receive_json()
        return answer

    async def move(self, do: str, walker: str = "anna", **fields: Any) -> str:
        """Ask for a move, and return the session's state or the reason why not."""
        self._messages += 1
        answer = await self.say(
            id=self._messages, type="retrowalk/move", walker=walker, do=do, **fields
        )
        if answer["success"]:
            return str(answer["result"]["session"])
        return str(answer["error"].get("translation_key", answer["error"]["code"]))


@pytest.fixture
async def behind_a_proxy(hass: HomeAssistant) -> None:
    """Put Home Assistant behind a proxy that says who asks; to be there before Bluetooth."""
    http = {"use_x_forwarded_for": True, "trusted_proxies": ["127.0.0.1"]}
    assert await async_setup_component(hass, "http", {"http": http})


@pytest.fixture
def place() -> str:
    """Say where the card is."""
    return "192.168.1.7"


@pytest.fixture
async def card(
    behind_a_proxy: None,
    hass: HomeAssistant,
    home: Home,
    place: str,
    aiohttp_client: Callable[..., Any],
    hass_access_token: str,
    socket_enabled: None,
) -> Card:
    """Open a card, at an address or through the cloud."""
    if place == "cloud":
        hass.config.components.add("cloud")
        remote.is_cloud_request.set(True)  # as the cloud does for what it serves
        place = "127.0.0.1"
    browser = await aiohttp_client(hass.http.app, headers={"X-Forwarded-For": place})
    websocket = await browser.ws_connect("/api/websocket")
    await websocket.receive_json()
    card = Card(websocket)
    await card.say(type="auth", access_token=hass_access_token)
    return card


async def test_a_card_at_the_belt(card: Card, home: Home) -> None:
    """On the local network the card's own command starts, confirms and resumes."""
    assert await card.move("start", program="short_classic") == "preparing"
    await home.until("moving", of=BELT)
    await home.act("pause")
    await home.until("stopped", of=BELT)
    assert await card.move("resume") == "preparing"
    await home.until("moving", of=BELT)
    await home.act("stop")
    await home.until("stopped")
    await home.act("start_program", program="daily_two")
    assert await card.move("confirm") == "preparing"
    assert await card.move("confirm", walker="nobody") == "not_found"
    assert await card.move("start") == "session_running"


@pytest.mark.parametrize("place", ["203.0.113.7", "cloud"])
async def test_a_card_far_away(card: Card, home: Home) -> None:
    """From elsewhere the same command only asks."""
    assert await card.move("start") == "waiting"
    assert await card.move("confirm") == "not_at_the_belt"
    await asyncio.sleep(70)
    assert not told(home.belt)
