"""The real road: phones of the real mobile_app, and push servers that fail in every way."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.retrowalk.phones import Push, async_push
from simulator.companion import NEVER, CompanionPhone

from .conftest import walker
from .family import ALERT, Family, SecondWay, fill_in_contact, phone_device
from .home import Home, device_id

pytestmark = pytest.mark.virtual_time

GONE = "gone"
FAILURES = [HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.TOO_MANY_REQUESTS, NEVER, GONE]


async def fail(family: Family, phone: CompanionPhone, how: Any) -> None:
    """Let pushes to a phone fail."""
    if how is GONE:
        await family.server.stop()
    else:
        phone.answers = how


def issues(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    """Return which repairs there are about a walker."""
    suffix = f"_{entry.entry_id}"
    return {
        issue_id.removesuffix(suffix)
        for domain, issue_id in ir.async_get(hass).issues
        if domain == "retrowalk" and issue_id.endswith(suffix)
    }


@pytest.mark.parametrize("how", FAILURES)
async def test_a_failure_is_known(
    hass: HomeAssistant, home: Home, walker_entry: ConfigEntry, family: Family, how: Any
) -> None:
    """A push that failed shows as undelivered within 15 s and as a repair, and is tried again."""
    await family.add_contact(walker_entry, "Ben")
    ben = family["Ben"]
    await fail(family, ben, how)
    at_s = hass.loop.time()
    await home.act("call_for_help")
    await home.until("undelivered", of=ALERT, limit_s=15)
    assert hass.loop.time() - at_s < 15
    [told] = home.attribute(ALERT, "told")
    assert (told["who"], told["channel"], told["delivery"]) == ("Ben", "first", "failed")
    assert "alert_undelivered" in issues(hass, walker_entry)
    assert ben.pushed == []
    ben.answers = HTTPStatus.CREATED
    if how is GONE:
        await family.server.start()
    await home.until("alerting", of=ALERT, limit_s=90)  # the next round
    assert len(ben.pushed) == 1
    assert "alert_undelivered" not in issues(hass, walker_entry)
    await ben.press("I'm with Anna")
    await home.until("all_clear", of=ALERT)


@pytest.mark.parametrize("how", [HTTPStatus.INTERNAL_SERVER_ERROR, GONE])
async def test_second_way_and_next_person(
    hass: HomeAssistant,
    home: Home,
    walker_entry: ConfigEntry,
    family: Family,
    second_way: SecondWay,
    how: Any,
) -> None:
    """Where the phone fails its owner's second way is used, and the next person told, at once."""
    entity_id = second_way.entity_id
    await family.add_contact(walker_entry, "Ben", order=1, second_channel=entity_id)
    await family.add_contact(walker_entry, "Cleo", order=2)
    await fail(family, family["Ben"], how)
    await home.act("call_for_help")
    await family.until(lambda: second_way.messages)
    title, message = second_way.messages[0]
    assert title == "Anna asks for help"
    assert message.startswith("Anna called for help")
    await family.until(lambda: len(home.attribute(ALERT, "told")) == 3)
    if how is not GONE:
        await family.pushes("Cleo", limit_s=2)
        second_way.fails = True
    await asyncio.sleep(200)
    deliveries = {
        (one["who"], one["channel"]): one["delivery"] for one in home.attribute(ALERT, "told")
    }
    assert deliveries["Ben", "first"] == "failed"
    assert deliveries["Ben", "second"] == ("sent" if how is GONE else "failed")
    assert deliveries["Cleo", "first"] == ("failed" if how is GONE else "sent")


async def test_two_walkers_at_once(
    hass: HomeAssistant, home: Home, walker_entry: ConfigEntry, family: Family
) -> None:
    """Two alerts with the same contact stay apart, by tag and by answer."""
    dora = walker("Dora")
    dora.add_to_hass(hass)
    assert await hass.config_entries.async_setup(dora.entry_id)
    await family.add_contact(walker_entry, "Ben")
    device = phone_device(hass, "Ben")
    await fill_in_contact(hass, dora, name="Ben", phones=[device])
    for entry in (walker_entry, dora):
        await home.act("call_for_help", walker=device_id(hass, entry))
    ben = await family.pushes("Ben", 2)
    assert [push.title for push in ben.shown.values()] == [
        "Anna asks for help",
        "Dora asks for help",
    ]
    await ben.press("I'm coming")
    await home.until("acknowledged", of="sensor.dora_alert")
    assert home.state(ALERT) == "alerting"


async def test_all_phones_of_a_contact(
    hass: HomeAssistant, home: Home, walker_entry: ConfigEntry, family: Family
) -> None:
    """Somebody with two phones is told on both, and one that takes it is enough."""
    phones = [await family.buy("Ben"), await family.buy("Ben's tablet")]
    await fill_in_contact(hass, walker_entry, name="Ben", phones=phones)
    family["Ben"].answers = HTTPStatus.INTERNAL_SERVER_ERROR
    await home.act("call_for_help")
    await family.pushes("Ben's tablet")
    await family.until(
        lambda: [one["delivery"] for one in home.attribute(ALERT, "told")] == ["sent"]
    )


async def test_a_test_alert(
    hass: HomeAssistant, home: Home, walker_entry: ConfigEntry, family: Family
) -> None:
    """It passes only when its answer came back, and is due again after 30 days."""
    await family.add_contact(walker_entry, "Ben")
    assert {"test_alert_due", "no_external_url"} <= issues(hass, walker_entry)
    await home.call("button.press", "button.anna_send_test_alert")
    ben = await family.pushes("Ben")
    assert list(ben.pushed[0].buttons) == ["It rang", "It was silent"]
    await family.until(lambda: home.attribute(ALERT, "tested") == {"Ben": "waiting"})
    await ben.press("It was silent")
    await family.until(lambda: home.attribute(ALERT, "tested") == {"Ben": "did_not_ring"})
    assert "test_alert_due" in issues(hass, walker_entry)
    await home.act("send_test_alert")
    await family.pushes("Ben", 2)
    await ben.press("It rang")
    await family.until(lambda: home.attribute(ALERT, "tested") == {"Ben": "passed"})
    assert "test_alert_due" not in issues(hass, walker_entry)
    await home.act("start_program", program="short_classic")
    await home.press()
    await home.until("preparing")
    assert home.attribute("sensor.anna_session", "checks")["alert_road"]
    await home.act("stop")


async def test_a_test_grows_old(
    hass: HomeAssistant,
    home: Home,
    walker_entry: ConfigEntry,
    family: Family,
    hass_storage: dict[str, Any],
) -> None:
    """After 30 days nobody knows whether the road is still good."""
    await family.add_contact(walker_entry, "Ben")
    await home.act("send_test_alert")
    await (await family.pushes("Ben")).press("It rang")
    await family.until(lambda: "test_alert_due" not in issues(hass, walker_entry))
    assert await hass.config_entries.async_unload(walker_entry.entry_id)
    kept = hass_storage[f"retrowalk.alert.{walker_entry.entry_id}"]["data"]["road"]["tested"]
    for tested in kept.values():
        tested["at_s"] -= timedelta(days=31).total_seconds()
    assert await hass.config_entries.async_setup(walker_entry.entry_id)
    await hass.async_block_till_done()
    assert home.attribute(ALERT, "tested") == {"Ben": "expired"}
    assert "test_alert_due" in issues(hass, walker_entry)
    await home.act("start_program", program="short_classic")
    await home.press()
    await home.until("preparing")
    assert not home.attribute("sensor.anna_session", "checks")["alert_road"]
    await home.act("stop")


async def test_no_contacts(hass: HomeAssistant, walker_entry: ConfigEntry) -> None:
    """Without contacts the repair says so, and nothing else."""
    assert issues(hass, walker_entry) == {"no_contacts"}


async def test_an_external_address(
    hass: HomeAssistant, home: Home, walker_entry: ConfigEntry, family: Family
) -> None:
    """With an external address answers come back from anywhere."""
    await hass.config.async_update(external_url="https://example.com")
    await family.add_contact(walker_entry, "Ben")
    assert "no_external_url" not in issues(hass, walker_entry)


async def test_push_without_internet(
    hass: HomeAssistant,
    family: Family,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """A phone that is connected at home gets a push although no push server is there."""
    device = await family.buy("Ben")
    await family.server.stop()
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {
            "type": "mobile_app/push_notification_channel",
            "webhook_id": family["Ben"].webhook_id,
            "support_confirm": True,
        }
    )
    assert (await client.receive_json())["success"]
    push = Push(title="a", message="b", data={"tag": "c"})

    async def confirm() -> None:
        event = (await client.receive_json())["event"]
        assert (event["title"], event["data"]) == ("a", {"tag": "c"})
        await client.send_json_auto_id(
            {
                "type": "mobile_app/push_notification_confirm",
                "webhook_id": family["Ben"].webhook_id,
                "confirm_id": event["hass_confirm_id"],
            }
        )
        assert (await client.receive_json())["success"]

    sent, _ = await asyncio.gather(async_push(hass, device, push), confirm())
    assert sent
    assert not await async_push(hass, device, push)  # nobody confirms
    await asyncio.sleep(10)  # mobile_app gives the connection up
    await family.server.start()
    assert await async_push(hass, device, push)
    assert not await async_push(hass, "no such device", push)
