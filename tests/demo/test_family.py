"""The phones of the demo, as the dashboard shows them."""

import aiohttp
from homeassistant.core import HomeAssistant
import pytest

from simulator.demo.api import Api
from simulator.demo.family import FAMILYS_PHONE, OWN_PHONE, phones_at_hand

pytestmark = pytest.mark.usefixtures("socket_enabled")

PUSH = {"title": "Anna may have fallen", "message": "Please look.", "data": {"tag": "a"}}
CLEAR = {"message": "clear_notification", "data": {"tag": "a"}}


async def test_a_push_is_shown_until_it_is_cleared(hass: HomeAssistant) -> None:
    """Each phone has a sensor of its own, and progress tells of it too."""
    said: list[str] = []
    async with aiohttp.ClientSession() as session:
        api = Api(session, "http://127.0.0.1:1")
        async with phones_at_hand(hass, session, api, said.append) as phones:
            assert set(phones) == {OWN_PHONE, FAMILYS_PHONE}
            phone = phones[FAMILYS_PHONE]
            phone.server.phones[phone.name] = phone
            url = f"{phone.server.url}/push"
            for payload in (PUSH, CLEAR):
                await session.post(url, json={"push_token": phone.name, **payload})
                shown = hass.states.get("sensor.ben_s_phone")
                assert shown
                assert shown.state == payload.get("title", "unknown")
    assert said == [
        "Ben's phone shows Anna may have fallen: Please look.",
        "Ben's phone shows nothing any more",
    ]
    assert hass.states.get("sensor.anna_s_phone") is None
