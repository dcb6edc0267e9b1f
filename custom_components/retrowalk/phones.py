"""Phones with the companion app: all that touches `mobile_app` and `notify` is here.

Home Assistant's action for a push with sound and buttons says "done" whatever the push server
answers (mobile_app/notify.py: the error is logged only), and its notify entity, which does raise,
takes neither sound nor buttons. So a push is posted from here to where the phone has registered,
as mobile_app does it, and the server's answer is looked at: a push that failed is known to have.
Only what mobile_app keeps in its entry is read, so it works before that is loaded as well.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
import logging
from typing import Any

from aiohttp import ClientError
from homeassistant.components.notify.const import (
    ATTR_DATA,
    ATTR_MESSAGE,
    ATTR_TITLE,
    DOMAIN as NOTIFY,
    SERVICE_SEND_MESSAGE,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.selector import DeviceSelector, DeviceSelectorConfig

MOBILE_APP = "mobile_app"
EVENT_ACTION = "mobile_app_notification_action"
EVENT_CLEARED = "mobile_app_notification_cleared"  # swiped away by a person; Android only
CLEAR_NOTIFICATION = "clear_notification"
ATTR_ACTION = "action"

# Both together below what an alert grants a message (alert_rules.SENDING_S).
CONFIRMED_WITHIN_S = 2.0
ANSWERED_WITHIN_S = 6.0
LOOK_EVERY_S = 0.1
TAKEN = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Push:
    """A message to a phone, with what the app understands beside it."""

    message: str
    title: str | None = None
    data: Mapping[str, Any]

    @property
    def payload(self) -> dict[str, Any]:
        """Return the message as the app takes it."""
        title = {} if self.title is None else {ATTR_TITLE: self.title}
        return {ATTR_MESSAGE: self.message, **title, ATTR_DATA: dict(self.data)}


def phone_selector() -> DeviceSelector:
    """Offer the phones and tablets with the companion app."""
    return DeviceSelector(DeviceSelectorConfig(filter=[{"integration": MOBILE_APP}], multiple=True))


def is_phones_own(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether a notify entity goes the same way as a push, and so is no second one."""
    entity = er.async_get(hass).async_get(entity_id)
    return entity is not None and entity.platform == MOBILE_APP


def reachable_from_outside(hass: HomeAssistant) -> bool:
    """Tell whether an answer comes back from a phone that is not at home."""
    try:
        get_url(hass, allow_internal=False)
    except NoURLAvailableError:
        return False
    return True


@callback
def listen(
    hass: HomeAssistant,
    on_action: Callable[[str], object],
    on_cleared: Callable[[list[str]], object],
) -> CALLBACK_TYPE:
    """Call `on_action` with the id of a pressed button, `on_cleared` with those swiped away."""

    @callback
    def action(event: Event) -> None:
        if isinstance(action_id := event.data.get(ATTR_ACTION), str):
            on_action(action_id)

    @callback
    def cleared(event: Event) -> None:
        on_cleared(
            [
                value
                for key, value in event.data.items()
                if key.startswith("action_") and key.endswith("_key") and isinstance(value, str)
            ]
        )

    stops = (
        hass.bus.async_listen(EVENT_ACTION, action),
        hass.bus.async_listen(EVENT_CLEARED, cleared),
    )

    @callback
    def stop_listening() -> None:
        for stop in stops:
            stop()

    return stop_listening


async def async_push(hass: HomeAssistant, device_id: str, push: Push) -> bool:
    """Send `push` to a phone; tell whether it was taken, which is not whether it rang."""
    entry = _registration(hass, device_id)
    if entry is None:
        return False
    push_url = entry.data["app_data"].get("push_url")
    local = await _async_push_local(hass, entry, push.payload)
    if local is True or (local is None and push_url is None):
        return True
    return push_url is not None and await _async_post(hass, entry, push.payload)


async def async_push_to_all(hass: HomeAssistant, device_ids: Iterable[str], push: Push) -> bool:
    """Send `push` to all phones of a person; tell whether one at least has taken it."""
    return any(await asyncio.gather(*(async_push(hass, each, push) for each in device_ids)))


async def async_tell_entity(hass: HomeAssistant, entity_id: str, title: str, message: str) -> bool:
    """Send a message by a notify entity; tell whether it was taken."""
    state = hass.states.get(entity_id)
    if state is None or state.state == STATE_UNAVAILABLE:
        return False  # the action would pass over it, and say nothing
    try:
        await hass.services.async_call(
            NOTIFY,
            SERVICE_SEND_MESSAGE,
            {ATTR_ENTITY_ID: entity_id, ATTR_TITLE: title, ATTR_MESSAGE: message},
            blocking=True,
        )
    except HomeAssistantError as error:
        _LOGGER.info("%s did not take a message: %s", entity_id, error)
        return False
    return True


def _registration(hass: HomeAssistant, device_id: str) -> ConfigEntry | None:
    """Return the phone's entry, unless the phone was removed or disabled."""
    device = dr.async_get(hass).async_get(device_id)
    entry = device and hass.config_entries.async_get_entry(device.config_entry_id)
    if not entry or entry.domain != MOBILE_APP or entry.disabled_by:
        return None
    return entry


async def _async_push_local(
    hass: HomeAssistant, entry: ConfigEntry, payload: dict[str, Any]
) -> bool | None:
    """Push through the app's own open connection, which needs no internet.

    True: the phone has it. None: there it went, but this app does not confirm. False: no way.
    """
    channels = hass.data.get(MOBILE_APP, {}).get("push_channel", {})
    channel = channels.get(entry.data["webhook_id"])
    if channel is None:
        return False
    lost = False

    async def give_up(_: object) -> None:
        nonlocal lost
        lost = True

    channel.async_send_notification(payload, give_up)
    if not channel.support_confirm:
        # A connection that died unnoticed would swallow it: the server is asked as well, and the
        # tag makes one message of the two.
        return False if entry.data["app_data"].get("push_url") else None
    for _ in range(round(CONFIRMED_WITHIN_S / LOOK_EVERY_S)):
        if payload["hass_confirm_id"] not in channel.pending_confirms:
            return not lost
        await asyncio.sleep(LOOK_EVERY_S)
    return False


async def _async_post(hass: HomeAssistant, entry: ConfigEntry, payload: dict[str, Any]) -> bool:
    """Post to the push server that the phone has named; tell whether it took the message."""
    known = ("app_id", "app_version", "webhook_id", "os_version")
    app_data = entry.data["app_data"]
    body = {
        **payload,
        "push_token": app_data.get("push_token"),
        "registration_info": {key: entry.data[key] for key in known if key in entry.data},
    }
    try:
        async with (
            asyncio.timeout(ANSWERED_WITHIN_S),
            async_get_clientsession(hass).post(app_data["push_url"], json=body) as response,
        ):
            if response.status in TAKEN:
                return True
            _LOGGER.info("The push server of %s answered %s", entry.title, response.status)
    except (ClientError, TimeoutError) as error:
        _LOGGER.info("The push server of %s did not answer: %r", entry.title, error)
    return False
