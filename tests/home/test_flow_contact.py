"""Contacts and the alert's options, as they are set up in the browser."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from .conftest import TREADMILL_ID
from .family import Family, SecondWay, fill_in_contact, phone_device
from .flows import add_by_hand, answer, choose

pytestmark = pytest.mark.virtual_time


async def test_with_the_walker(
    hass: HomeAssistant, treadmill_entry: ConfigEntry, family: Family
) -> None:
    """Phones that are named when the walker is set up become contacts in that order."""
    own, ben, cleo = [await family.buy(name) for name in ("Anna's phone", "Ben", "Cleo")]
    flow = await choose(hass, await add_by_hand(hass), "walker")
    flow = await answer(
        hass,
        flow,
        name="Anna",
        treadmill=TREADMILL_ID,
        own_phones=[own],
        family_phones=[cleo, ben],
    )
    result = await answer(hass, flow, health_read=True, without_wearable=True)
    entry = result["result"]
    assert entry.options == {"alerts": {"own_phones": [own]}}
    contacts = sorted(entry.get_subentries_of_type("contact"), key=lambda one: one.data["order"])
    assert [contact.title for contact in contacts] == ["Cleo", "Ben"]
    assert contacts[0].data["phones"] == [cleo]


@pytest.mark.parametrize(
    ("answers", "errors"),
    [
        ({}, {"phones": "no_way"}),
        ({"second_channel": "notify.ben"}, {"second_channel": "same_way"}),
        ({"second_channel": "notify.text_message", "quiet_end": "07:00:00"}, "both_or_none"),
        ({"second_channel": "notify.text_message"}, None),
    ],
)
async def test_what_reaches_nobody(
    hass: HomeAssistant,
    walker_entry: ConfigEntry,
    family: Family,
    second_way: SecondWay,
    answers: dict[str, Any],
    errors: Any,
) -> None:
    """A contact that nothing would reach is refused."""
    await family.buy("Ben")
    result = await fill_in_contact(hass, walker_entry, name="Ben", **answers)
    if errors is None:
        assert result["type"] is FlowResultType.CREATE_ENTRY
    else:
        assert result["errors"] == (errors if isinstance(errors, dict) else {"quiet_end": errors})


async def test_change(hass: HomeAssistant, walker_entry: ConfigEntry, family: Family) -> None:
    """A contact is changed where it is shown; what is left out is gone."""
    await family.add_contact(
        walker_entry, "Ben", quiet_start="22:00:00", quiet_end="07:00:00", critical=False
    )
    (contact,) = walker_entry.get_subentries_of_type("contact")
    flow = await hass.config_entries.subentries.async_init(
        (walker_entry.entry_id, "contact"),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": contact.subentry_id},
    )
    changed = {"name": "Benjamin", "phones": [phone_device(hass, "Ben")], "order": 3}
    result = await hass.config_entries.subentries.async_configure(
        flow["flow_id"], {**changed, "critical": True}
    )
    assert result["reason"] == "reconfigure_successful"
    (contact,) = walker_entry.get_subentries_of_type("contact")
    assert contact.title == "Benjamin"
    assert (contact.data["order"], contact.data["critical"]) == (3, True)
    assert "quiet_start" not in contact.data


async def test_quiet_and_calm(
    hass: HomeAssistant, walker_entry: ConfigEntry, family: Family
) -> None:
    """Order, quiet hours and a wish for calm reach the alert."""
    await family.add_contact(
        walker_entry, "Ben", order=2, quiet_start="22:00:00", quiet_end="07:00:00", critical=False
    )
    (contact,) = walker_entry.runtime_data.alerting.people.contacts
    assert (contact.order, contact.critical, contact.second_channel) == (2, False, False)
    assert contact.quiet_hours.start.hour == 22
    await hass.services.async_call("retrowalk", "call_for_help", {}, blocking=True)
    ben = await family.pushes("Ben")
    assert ben.pushed[0].data["push"] == {"interruption-level": "time-sensitive"}
    await hass.services.async_call("retrowalk", "im_ok", {}, blocking=True)


async def test_repair_sends_the_test(
    hass: HomeAssistant, walker_entry: ConfigEntry, family: Family, hass_client: Any
) -> None:
    """The repair "not known to reach" sends a test alert on the spot."""
    await family.add_contact(walker_entry, "Ben")
    client = family.http
    issue = {"handler": "retrowalk", "issue_id": f"test_alert_due_{walker_entry.entry_id}"}
    flow = await (await client.post("/api/repairs/issues/fix", json=issue)).json()
    assert flow["step_id"] == "send"
    done = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})
    assert (await done.json())["type"] == "create_entry"
    ben = await family.pushes("Ben")
    assert ben.pushed[0].title == "Test: an alert about Anna"
