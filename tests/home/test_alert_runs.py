"""Random runs on the real road: faults, answers and restarts lose no alert and double none."""

import asyncio
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
import random
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest

from simulator.companion import NEVER

from .family import ALERT, Family

pytestmark = pytest.mark.virtual_time

NAMES = ("Ben", "Cleo")
ANSWERS = [
    HTTPStatus.CREATED,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.TOO_MANY_REQUESTS,
    NEVER,
]
OPEN = {"asking", "alerting", "undelivered", "acknowledged"}


def shown(hass: HomeAssistant) -> str:
    """Return the alert's state."""
    state = hass.states.get(ALERT)
    assert state is not None
    return state.state


async def restart(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Restart the integration, a while later."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    await asyncio.sleep(3)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def run(
    hass: HomeAssistant, entry: ConfigEntry, family: Family, draw: random.Random
) -> Counter[str]:
    """Raise an alert, let everything go wrong for a while, then let it go well to its end."""
    happened: Counter[str] = Counter()
    for phone in family.phones.values():
        phone.pushed.clear()
        phone.shown.clear()
    await hass.services.async_call("retrowalk", "call_for_help", {}, blocking=True)
    for _ in range(draw.randint(1, 6)):
        for name in NAMES:
            family[name].answers = draw.choice(ANSWERS)
        what = draw.choice(["wait", "wait", "restart", "coming", "seen"])
        happened[what] += 1
        holder = next((family[name] for name in NAMES if family[name].shown), None)
        if what == "restart":
            await restart(hass, entry)
        elif what == "coming" and holder and "I'm coming" in last(holder).buttons:
            await holder.press("I'm coming")
            happened["came"] += 1
        elif what == "seen" and holder:
            await holder.swipe_away()
        await asyncio.sleep(draw.uniform(0, 70))
        assert shown(hass) in OPEN
    for name in NAMES:
        family[name].answers = HTTPStatus.CREATED
    # Not lost: whatever went wrong, with a push server that works somebody is told again.
    counts = {name: len(family[name].pushed) for name in NAMES}
    await family.until(
        lambda: any(len(family[name].pushed) > counts[name] for name in NAMES), limit_s=1200
    )
    # Not doubled: a phone shows one message, and gets each at most once a restart more.
    for name in NAMES:
        phone = family[name]
        assert len(phone.shown) <= 1
        ids = Counter(str(push.data.get("actions")) for push in phone.pushed)
        most = max(ids.values(), default=0)
        assert most <= 1 + happened["restart"], (name, ids)
    await hass.services.async_call("retrowalk", "im_ok", {}, blocking=True)
    told = [name for name in NAMES if family[name].pushed]
    await family.until(lambda: all(family[name].pushed[-1].title == "Anna is OK" for name in told))
    return happened


def last(phone: Any) -> Any:
    """Return the newest message that a phone shows."""
    return list(phone.shown.values())[-1]


async def test_runs(
    hass: HomeAssistant,
    walker_entry: ConfigEntry,
    family: Family,
    count: Callable[[int, int], int],
) -> None:
    """No alert is lost or doubled."""
    for order, name in enumerate(NAMES, 1):
        await family.add_contact(walker_entry, name, order=order)
    happened: Counter[str] = Counter()
    for seed in range(count(50, 500)):
        try:
            happened += await run(hass, walker_entry, family, random.Random(seed))
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
    assert min(happened[what] for what in ("restart", "came", "seen")) > 5


async def test_a_dying_disk(
    hass: HomeAssistant, walker_entry: ConfigEntry, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes for ever holds a message up for a second at most."""
    await family.add_contact(walker_entry, "Ben")
    monkeypatch.setattr(Store, "async_save", lambda *_: asyncio.sleep(30))
    at_s = hass.loop.time()
    await hass.services.async_call("retrowalk", "call_for_help", {}, blocking=True)
    ben = await family.pushes("Ben")
    assert ben.pushed[0].at_s - at_s <= 1.1
    await hass.services.async_call("retrowalk", "im_ok", {}, blocking=True)
    await asyncio.sleep(120)


async def test_stored_first(
    hass: HomeAssistant,
    walker_entry: ConfigEntry,
    family: Family,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a message is about is on the disk before the message goes out."""
    await family.add_contact(walker_entry, "Ben")
    save = Store.async_save

    async def slowly(store: Store[Any], data: Any) -> None:
        await asyncio.sleep(0.3)
        await save(store, data)

    monkeypatch.setattr(Store, "async_save", slowly)
    await hass.services.async_call("retrowalk", "call_for_help", {}, blocking=True)
    await family.pushes("Ben")
    kept = hass_storage[f"retrowalk.alert.{walker_entry.entry_id}"]["data"]["alert"]
    assert kept["state"] == "alerting"
    assert [posted["kind"] for posted in kept["posted"]] == ["alert", "family_is_told"]
    await hass.services.async_call("retrowalk", "im_ok", {}, blocking=True)
    await family.pushes("Ben", 2)
