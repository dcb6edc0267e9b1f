"""From a recorded fall over the radio to the family's phones, with the times that it takes."""

import asyncio

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import issue_registry as ir
import pytest

from simulator.recordings import trials
from simulator.walker import Walker

from .family import ALERT, FALL, Family
from .home import Home, times_of
from .test_guard import FALLS, anna, from_the_fall, strap, walking  # noqa: F401  fixtures

pytestmark = pytest.mark.virtual_time

EVENT = "event.anna_fall"


@pytest.fixture
async def fallen(
    family: Family,
    walker_entry: ConfigEntry,
    walking: Home,  # noqa: F811
    anna: Walker,  # noqa: F811
) -> Home:
    """Let Anna fall."""
    anna.play(from_the_fall(trials()[FALLS[0]]))
    await walking.until("fall_suspected")
    return walking


@pytest.fixture
async def walker_options(family: Family) -> dict[str, object]:
    """Give Anna a phone before she walks."""
    return {"alerts": {"own_phones": [await family.buy("Anna's phone")]}}


async def test_a_fall(fallen: Home, family: Family, walker_entry: ConfigEntry) -> None:
    """The walker's phone asks within a second of the stop, the family's ring when it is due."""
    await family.add_contact(walker_entry, "Ben")
    own = (await family.pushes("Anna's phone")).pushed[0]
    [stopped_s] = times_of(fallen.belt, "stop")
    assert own.at_s - stopped_s <= 1
    assert own.message.startswith("A fall is suspected")
    assert (fallen.state(ALERT), fallen.attribute(ALERT, "kind")) == ("asking", "fall")
    assert fallen.state(FALL) == "on"
    assert fallen.attribute(EVENT, "event_type") == "suspected"
    ben = (await family.pushes("Ben", limit_s=120)).pushed[0]  # a contact since a moment ago
    assert ben.title == "Anna may have fallen"
    await asyncio.sleep(600)
    assert fallen.state(FALL) == "on"
    assert fallen.session == "fall_suspected"


async def test_im_ok_leaves_it_behind(fallen: Home, family: Family) -> None:
    """The phone's button ends alert, fall and session; the belt stays at rest."""
    own = await family.pushes("Anna's phone")
    await own.press("I'm OK")
    await fallen.until("stopped")
    await fallen.until("all_clear", of=ALERT)
    await fallen.until("off", of=FALL)
    await asyncio.sleep(5)
    assert fallen.attribute(EVENT, "event_type") == "cleared"
    assert fallen.attribute(EVENT, "by") == "Anna"
    assert fallen.belt.speed_kmh == 0
    assert not own.shown


async def test_nobody_was_told(fallen: Home) -> None:
    """Without contacts an alert is undelivered as soon as the wait is over."""
    await fallen.until("undelivered", of=ALERT, limit_s=100)
    issues = [issue_id for _, issue_id in ir.async_get(fallen.hass).issues]
    assert any(issue_id.startswith("alert_undelivered") for issue_id in issues)
