"""The alert of one walker in Home Assistant: what it is told, keeps, shows and sends."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
import logging
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .alert_store import AlertStore
from .clock import LoopClock
from .const import CONF_ALERTS, CONF_NUMBER
from .people import People
from .phones import async_push_to_all, async_tell_entity, listen
from .runtime import RetrowalkConfigEntry
from .safety.alert import Alert
from .safety.alert_messages import (
    WALKER,
    AlertKind,
    AlertView,
    Channel,
    Delivery,
    Message,
    parse_action_id,
)
from .safety.alert_road import Road
from .safety.alert_surroundings import Surroundings
from .safety.evidence import Decision, Evidence
from .voices import Voices
from .wording import Wording, async_wording

_LOGGER = logging.getLogger(__name__)

type FallListener = Callable[[FallEvent, Mapping[str, Any]], None]


class FallEvent(StrEnum):
    """What happens about a fall."""

    SUSPECTED = "suspected"
    CLEARED = "cleared"


def _wall_time(at_s: float | None) -> datetime | None:
    """Return a time of the wall clock as it is shown."""
    return None if at_s is None else dt_util.utc_from_timestamp(at_s)


class Alerting:
    """The alert of one walker, the road to the family, and the voice of both."""

    def __init__(
        self, hass: HomeAssistant, entry: RetrowalkConfigEntry, on_change: Callable[[], None]
    ) -> None:
        """Be quiet until started; `on_change` is called when there is something to show."""
        self._hass = hass
        self._entry = entry
        self._on_change = on_change
        self.options: Mapping[str, Any] = entry.options.get(CONF_ALERTS, {})
        self.people = People(entry)
        around = self._around = Surroundings(
            clock=LoopClock(hass.loop),
            wall_time=dt_util.now,
            sink=self,
            contacts=self.people.contacts,
        )
        self.alert = Alert(around)
        self.road = Road(around, self._changed)
        self.fell = False  # a fall belongs to the open alert, which may have become a call for help
        self._store = AlertStore(hass, entry)
        self._voices = Voices(hass, self.options, self._answered_aloud)
        self._fall_listeners: list[FallListener] = []
        self._stop_listening: CALLBACK_TYPE = lambda: None
        self._started = False

    async def async_start(self) -> None:
        """Go on where the last run left off."""
        kept = await self._store.async_load()
        self._started = True
        self._stop_listening = listen(self._hass, self._pressed, self._swiped_away)
        self.fell = kept.get("fell") is True
        self.road.restore(kept.get("road"))
        self.alert.restore(kept.get("alert"))

    async def async_stop(self) -> None:
        """Leave no timer behind; what is open stays on the disk."""
        self._started = False
        self._stop_listening()
        self.alert.close()
        self.road.close()
        self._voices.stop()
        await self._store.async_written()

    @callback
    def read_contacts(self) -> None:
        """Take over changed contacts, also while an alert is open."""
        self.people = People(self._entry)
        self._around.contacts = self.people.contacts

    @property
    def view(self) -> AlertView:
        """The alert as it is shown."""
        return self.alert.view

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What there is to know beside the alert's state: who was told, how, and who answered."""
        view, name = self.view, self.people.name
        return {
            "kind": view.kind,
            "raised": _wall_time(view.raised_at_s),
            "round": view.round,
            "answered_by": name(view.answered_by),
            "told": [
                {
                    "who": name(posted.message.to),
                    "channel": posted.message.channel,
                    "at": _wall_time(posted.at_s),
                    "delivery": posted.delivery,
                }
                for posted in view.told
            ],
            "tested": {
                name(each.contact_id): self.road.result(each.contact_id)
                for each in self.people.contacts
            },
        }

    # What happens to the walker

    @callback
    def decided(self, decision: Decision) -> None:
        """Take what the guard decided."""
        if decision.evidence is Evidence.STIRRED:
            self.alert.lengthen()
        elif decision.alert is AlertKind.FALL:
            self.fell = True
            self._tell_fall(FallEvent.SUSPECTED, {"evidence": decision.evidence})
            lying_still = decision.evidence is Evidence.LYING_STILL
            self.alert.raise_alert(AlertKind.FALL, lying_still=lying_still)
        elif decision.alert is not None:
            self.alert.raise_alert(decision.alert)

    @callback
    def broken_off(self, *, fall: bool) -> None:
        """Ask for a sign of life: a session was broken off while somebody walked."""
        self.fell |= fall
        self.alert.raise_alert(AlertKind.FALL if fall else AlertKind.PLEASE_CHECK)

    @callback
    def listen_to_falls(self, listener: FallListener) -> CALLBACK_TYPE:
        """Call `listener` with each suspected fall, and with its end; the return ends it."""
        self._fall_listeners.append(listener)
        return lambda: self._fall_listeners.remove(listener)

    # What the alert asks for

    @callback
    def on_change(self, view: AlertView) -> None:
        """Store the alert, and show it."""
        if self.fell and not view.is_open:
            self.fell = False
            self._tell_fall(FallEvent.CLEARED, {"by": self.people.name(view.answered_by)})
        self._voices.follow(view)
        self._changed()

    @callback
    def send(self, message: Message) -> None:
        """Send a message as soon as it is stored, and report what became of it."""
        self._entry.async_create_background_task(
            self._hass, self._async_send(message), f"send {message.kind} to {message.to}"
        )

    @callback
    def ask_aloud(self, loudness: float) -> None:
        """Ask "Are you OK?" where the walker may hear it."""
        self._entry.async_create_background_task(
            self._hass, self._async_ask(loudness), "ask the walker aloud"
        )

    # How it is done

    @callback
    def _changed(self) -> None:
        """Store and show."""
        self._store.save(
            {"alert": self.alert.to_dict(), "road": self.road.to_dict(), "fell": self.fell}
        )
        self._on_change()

    @callback
    def _tell_fall(self, event: FallEvent, attributes: Mapping[str, Any]) -> None:
        for listener in tuple(self._fall_listeners):
            listener(event, attributes)

    @callback
    def _pressed(self, action_id: str) -> None:
        """Take a button that was pressed on some phone."""
        if not self.alert.action(action_id):
            self.road.action(action_id)

    @callback
    def _swiped_away(self, action_ids: list[str]) -> None:
        """Take it that a person has seen the message with these buttons."""
        answers = {answer for each in action_ids if (answer := parse_action_id(each))}
        for posted in self.view.told:
            message = posted.message
            if any(
                (answer.alert_id, answer.address) == (message.alert_id, message.address)
                for answer in answers
            ):
                self.alert.report(message, Delivery.SEEN)

    @callback
    def _answered_aloud(self, ok: bool) -> None:
        """Take the walker's word, spoken to a satellite."""
        if ok:
            self.alert.im_ok(WALKER)
        else:
            self.alert.raise_alert(AlertKind.HELP)

    async def _async_ask(self, loudness: float) -> None:
        await self._voices.async_ask(await self.async_wording(), loudness)

    async def async_wording(self) -> Wording:
        """Return the words of this walker's messages."""
        return await async_wording(self._hass, self.people, self.options.get(CONF_NUMBER))

    async def _async_send(self, message: Message) -> None:
        """Send a message and report: whatever goes wrong, it has failed, and that is known."""
        await self._store.async_written()
        try:
            taken = await self._async_deliver(message)
        except Exception:
            _LOGGER.exception("A message to %s was not sent", self.people.name(message.to))
            taken = False
        if self._started:
            reports = self.road.report if message.alert is None else self.alert.report
            reports(message, Delivery.SENT if taken else Delivery.FAILED)

    async def _async_deliver(self, message: Message) -> bool:
        """Send a message by its channel; tell whether it was taken on any road."""
        person = self.people.get(message.to)
        if person is None:
            return False
        wording = await self.async_wording()
        if message.channel is Channel.SECOND:
            entity_id = person.second_channel
            return entity_id is not None and await async_tell_entity(
                self._hass, entity_id, wording.title(message), wording.body(message)
            )
        return await async_push_to_all(self._hass, person.phones, wording.push(message))
