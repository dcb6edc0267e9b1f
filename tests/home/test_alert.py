"""The alert in Home Assistant: raised, shown, latched, answered by real phones, and restored."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from .family import ALERT, FALL, Family
from .home import Home, device_id, times_of

pytestmark = pytest.mark.virtual_time

OWN = "Anna's phone"


@pytest.fixture
async def alarmed(home: Home, walker_entry: ConfigEntry, family: Family) -> Home:
    """Give Anna a phone and two contacts, let her walk, and pull the key."""
    await family.give_walker(walker_entry, OWN, number="+44123")
    await family.add_contact(walker_entry, "Ben", order=1)
    await family.add_contact(walker_entry, "Cleo", order=2, apple=True)
    await home.walk()
    home.belt.pull_key()
    await home.until("asking", of=ALERT)
    await family.pushes(OWN)
    return home


def told(home: Home) -> list[tuple[str, str]]:
    """Return who was told, and what became of it."""
    return [(one["who"], one["delivery"]) for one in home.attribute(ALERT, "told")]


async def test_nobody_answers(hass: HomeAssistant, alarmed: Home, family: Family) -> None:
    """An unplanned stop asks the walker at once, and after 90 s tells one after another."""
    own = family[OWN].pushed[0]
    assert own.title == "Anna, are you OK?"
    assert list(own.buttons) == ["I'm OK", "I need help"]
    assert own.data["push"]["interruption-level"] == "critical"
    assert own.data["channel"] == "alarm_stream"
    ben = (await family.pushes("Ben", limit_s=120)).pushed[0]
    assert 89 < ben.at_s - own.at_s < 91
    assert ben.title == "Please check on Anna"
    assert list(ben.buttons) == ["I'm coming", "I'm with Anna", "Call Anna"]
    assert ben.buttons["Call Anna"]["uri"] == "tel:+44123"
    cleo = (await family.pushes("Cleo")).pushed[0]
    assert 29 < cleo.at_s - ben.at_s < 31
    ids = [button["action"] for push in (own, ben, cleo) for button in push.buttons.values()]
    assert len(set(ids)) == len(ids) - 1  # "URI", twice, is the phone's own affair
    await family.until(lambda: told(alarmed) == [("Ben", "sent"), ("Cleo", "sent")])


async def test_somebody_comes(hass: HomeAssistant, alarmed: Home, family: Family) -> None:
    """Who is coming rests the rounds, and the others are told; who is with Anna ends it."""
    await family.pushes("Cleo", limit_s=150)
    await family["Ben"].press("I'm coming")
    await alarmed.until("acknowledged", of=ALERT)
    assert alarmed.attribute(ALERT, "answered_by") == "Ben"
    cleo = await family.pushes("Cleo", 2)
    assert cleo.pushed[-1].title == "Ben is coming"
    assert len(cleo.shown) == 1  # it replaces the alert
    assert not cleo.pushed[-1].data["push"].get("sound")
    await family.until(lambda: family[OWN].pushed[-1].message == "Ben is coming.")
    count = len(family["Ben"].pushed)
    ben = await family.pushes("Ben", count + 1, limit_s=1000)
    assert ben.pushed[-1].title == "Did you reach Anna?"
    await ben.press("I'm with Anna")
    await alarmed.until("all_clear", of=ALERT)
    await family.until(lambda: family["Cleo"].pushed[-1].title == "Anna was reached")
    await family.until(lambda: not family[OWN].shown)
    await alarmed.until("none", of=ALERT, limit_s=700)


@pytest.mark.parametrize(
    ("way", "state"),
    [
        ("phone", "asking"),
        ("action", "alerting"),
        ("button", "acknowledged"),
        ("rail", "asking"),
    ],
)
async def test_im_ok(alarmed: Home, family: Family, way: str, state: str) -> None:
    """The answer "I'm OK", by any way and in any state, ends it, and starts nothing."""
    if state != "asking":
        await family.pushes("Ben", limit_s=120)
    if state == "acknowledged":
        await family["Ben"].press("I'm coming")
    await alarmed.until(state, of=ALERT)
    starts = len(times_of(alarmed.belt, "start"))
    match way:
        case "phone":
            await family[OWN].press("I'm OK")
        case "action":
            await alarmed.act("im_ok")
        case "button":
            await alarmed.call("button.press", "button.anna_i_m_ok")
        case "rail":
            await alarmed.press()
    await alarmed.until("all_clear", of=ALERT)
    if state != "asking":
        await family.until(lambda: family["Ben"].pushed[-1].title == "Anna is OK")
    await asyncio.sleep(30)
    assert len(times_of(alarmed.belt, "start")) == starts
    assert alarmed.belt.speed_kmh == 0


async def test_the_belt_stays_stopped(alarmed: Home, walker_entry: ConfigEntry) -> None:
    """As long as the alert is open nothing starts the belt; afterwards a person does."""
    with pytest.raises(ServiceValidationError, match="stays stopped"):
        await alarmed.act("resume")
    await alarmed.act("stop")
    await alarmed.until("stopped")
    with pytest.raises(ServiceValidationError, match="stays stopped"):
        await alarmed.act("start_program", program="short_classic")
    alarmed.belt.insert_key()
    await alarmed.act("im_ok", walker=device_id(alarmed.hass, walker_entry))
    await alarmed.walk()


async def test_help_skips_the_wait(alarmed: Home, family: Family) -> None:
    """The answer "I need help" tells the family at once."""
    at_s = alarmed.hass.loop.time()
    await family[OWN].press("I need help")
    ben = await family.pushes("Ben")
    assert ben.pushed[0].title == "Anna asks for help"
    assert ben.pushed[0].at_s - at_s < 1


async def test_help_stops_a_walk(home: Home, walker_entry: ConfigEntry, family: Family) -> None:
    """A call for help stops the belt, even without any contact."""
    await home.walk()
    await home.act("call_for_help")
    await home.until("undelivered", of=ALERT)
    await home.until("stopped")
    assert home.belt.speed_kmh == 0
    await home.act("acknowledge_alert")
    await home.until("acknowledged", of=ALERT)
    assert home.attribute(ALERT, "answered_by") == "Home Assistant"
    await home.act("im_ok")


async def test_seen(alarmed: Home, family: Family) -> None:
    """A message that was swiped away has been seen; the rounds go on."""
    ben = await family.pushes("Ben", limit_s=120)
    await family.until(lambda: told(alarmed) == [("Ben", "sent")])
    await ben.swipe_away()
    await family.until(lambda: told(alarmed) == [("Ben", "seen")])
    await family.pushes("Cleo")


async def restart(home: Home, entry: ConfigEntry, away_s: float = 0.0) -> None:
    """Take the walker's entry away and bring it back."""
    hass = home.hass
    assert await hass.config_entries.async_unload(entry.entry_id)
    await asyncio.sleep(away_s)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


@pytest.mark.parametrize("state", ["asking", "alerting", "undelivered", "acknowledged"])
async def test_restart(
    alarmed: Home, family: Family, walker_entry: ConfigEntry, state: str
) -> None:
    """An open alert goes on where it was, is not told twice, and the belt stays stopped."""
    if state == "undelivered":
        await family.server.stop()
        await alarmed.until(state, of=ALERT, limit_s=120)
        await family.server.start()
    elif state != "asking":
        await family.pushes("Ben", limit_s=120)
        if state == "acknowledged":
            await family["Ben"].press("I'm coming")
    await alarmed.until(state, of=ALERT)
    await asyncio.sleep(1)
    raised = alarmed.attribute(ALERT, "raised")
    pushed = {name: len(phone.shown) for name, phone in family.phones.items()}
    await restart(alarmed, walker_entry)
    assert alarmed.state(ALERT) == state
    assert alarmed.attribute(ALERT, "raised") == raised
    with pytest.raises(ServiceValidationError, match="stays stopped"):
        await alarmed.act("start_program", program="short_classic")
    await asyncio.sleep(1)
    assert {name: len(phone.shown) for name, phone in family.phones.items()} == pushed
    await alarmed.act("im_ok")
    await alarmed.until("all_clear", of=ALERT)
    await restart(alarmed, walker_entry)
    assert alarmed.state(ALERT) == "all_clear"


async def test_ten_minutes_away(alarmed: Home, family: Family, walker_entry: ConfigEntry) -> None:
    """Home Assistant was stopped for 10 minutes while it asked: the family is told at once."""
    await restart(alarmed, walker_entry, 600)
    at_s = alarmed.hass.loop.time()
    ben = await family.pushes("Ben")
    assert ben.pushed[0].at_s - at_s < 1


async def test_unreadable_store(
    hass: HomeAssistant,
    home: Home,
    family: Family,
    walker_entry: ConfigEntry,
    hass_storage: dict[str, Any],
) -> None:
    """What cannot be read may have been an open alert: it asks."""
    await hass.config_entries.async_unload(walker_entry.entry_id)
    key = f"retrowalk.alert.{walker_entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {"alert": 7}}
    await hass.config_entries.async_setup(walker_entry.entry_id)
    await home.until("asking", of=ALERT)
    assert home.state(FALL) == "off"
    await home.act("im_ok")
