"""A walk that does not come back: the family's phones count down, and only its end takes that away.

A Home Assistant that dies in between cannot tell anybody; the countdown that has run out does.
"""

from datetime import datetime, timedelta

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .alerting import Alerting
from .const import CONF_TELL_WALKS, DOMAIN
from .phones import CLEAR_NOTIFICATION, Push, async_push_to_all
from .program.states import AT_AN_END, SessionView
from .runtime import RetrowalkConfigEntry

# Turns take the time they take: told again where the end has moved by more than this.
MOVED_BY = timedelta(minutes=1)


class WalkPush:
    """Tells the contacts of each walk, if the walker wants that."""

    def __init__(
        self, hass: HomeAssistant, entry: RetrowalkConfigEntry, alerting: Alerting
    ) -> None:
        """Have told of nothing yet."""
        self._hass = hass
        self._entry = entry
        self._alerting = alerting
        self._tag = f"{DOMAIN}_walk_{entry.entry_id}"
        self._told_until: datetime | None = None

    @callback
    def follow(self, view: SessionView, until: datetime | None) -> None:
        """Tell when a walk begins, when its end moves, and when it is over."""
        if not self._alerting.options.get(CONF_TELL_WALKS):
            return
        told = self._told_until
        if view.state in AT_AN_END:
            if told is not None:
                self._told_until = None
                self._send(None)
        elif view.phase and until and (told is None or abs(until - told) > MOVED_BY):
            self._told_until = until
            self._send(until)

    @callback
    def _send(self, until: datetime | None) -> None:
        self._entry.async_create_background_task(
            self._hass, self._async_send(until), f"tell of the walk of {self._entry.title}"
        )

    async def _async_send(self, until: datetime | None) -> None:
        """Show the countdown on all contacts' phones, or take it away."""
        push = Push(message=CLEAR_NOTIFICATION, data={"tag": self._tag})
        people = self._alerting.people
        if until is not None:
            wording = await self._alerting.async_wording()
            clock = dt_util.as_local(until).strftime("%H:%M")
            push = Push(
                title=wording.text("title_walks", until=clock),
                message=wording.text("text_walks"),
                data={
                    "tag": self._tag,
                    "push": {"interruption-level": "passive"},
                    "alert_once": True,
                    "persistent": True,
                    "chronometer": True,
                    "when": int(until.timestamp()),
                },
            )
        for contact in people.contacts:
            if (person := people.get(contact.contact_id)) is not None:
                await async_push_to_all(self._hass, person.phones, push)
