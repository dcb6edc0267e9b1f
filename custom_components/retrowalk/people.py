"""The people of an alert: the walker and the contacts, their names, and the ways to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from homeassistant.const import CONF_NAME
from homeassistant.util import dt as dt_util

from .const import (
    CONF_ALERTS,
    CONF_CRITICAL,
    CONF_ORDER,
    CONF_OWN_PHONES,
    CONF_PHONES,
    CONF_QUIET_END,
    CONF_QUIET_START,
    CONF_SECOND_CHANNEL,
    SUBENTRY_CONTACT,
)
from .runtime import RetrowalkConfigEntry
from .safety.alert_messages import WALKER
from .safety.contacts import Contact, QuietHours


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who gets messages, and how."""

    name: str
    phones: tuple[str, ...]  # devices of the companion app
    second_channel: str | None = None  # a notify entity


class People:
    """The people of one walker's entry."""

    def __init__(self, entry: RetrowalkConfigEntry) -> None:
        """Read them out of `entry`."""
        self.walker_name: str = entry.data[CONF_NAME]
        own = entry.options.get(CONF_ALERTS, {}).get(CONF_OWN_PHONES, ())
        self._people = {WALKER: Person(name=self.walker_name, phones=tuple(own))}
        self.contacts: list[Contact] = []
        for subentry in entry.get_subentries_of_type(SUBENTRY_CONTACT):
            data = subentry.data
            self._people[subentry.subentry_id] = Person(
                name=subentry.title,
                phones=tuple(data.get(CONF_PHONES, ())),
                second_channel=data.get(CONF_SECOND_CHANNEL),
            )
            self.contacts.append(_contact(subentry.subentry_id, data))

    def get(self, to: str) -> Person | None:
        """Return the recipient of a message; None for somebody who was removed since."""
        return self._people.get(to)

    def name(self, who: str | None) -> str | None:
        """Return the name of who answered: of ours, or as a person at a card was named."""
        if who is None:
            return None
        person = self._people.get(who)
        return person.name if person else who


def _contact(contact_id: str, data: Mapping[str, Any]) -> Contact:
    """Return what the alert has to know of a contact."""
    start, end = _time(data.get(CONF_QUIET_START)), _time(data.get(CONF_QUIET_END))
    return Contact(
        contact_id=contact_id,
        order=int(data.get(CONF_ORDER, 1)),
        critical=data.get(CONF_CRITICAL, True),
        quiet_hours=QuietHours(start=start, end=end) if start and end else None,
        second_channel=CONF_SECOND_CHANNEL in data,
    )


def _time(text: str | None) -> time | None:
    """Return a time of the day as a form gives it."""
    return dt_util.parse_time(text) if text else None
