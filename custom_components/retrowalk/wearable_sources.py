"""What each source of steps and motion is made of, and how Home Assistant reaches it."""

from collections.abc import Callable
from functools import partial
import math
from typing import Protocol, override

from aiohttp import hdrs
from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.const import CONF_ADDRESS, CONF_ENTITY_ID, CONF_WEBHOOK_ID, STATE_ON
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from .bluetooth import async_connect
from .clock import Clock, LoopClock
from .const import CONF_FROM_OUTSIDE, CONF_IOS_SIGNS, CONF_MULTIPLIER, DOMAIN, Source
from .runtime import RetrowalkConfigEntry
from .safety.steps import StepDetector
from .safety.thresholds import THRESHOLDS, Placement
from .samples import StepSample
from .wearable.foot_pod import FootPod
from .wearable.phone import LARGEST_BODY_BYTES, Phone, Verdict
from .wearable.polar import PolarStrap
from .wearable.state import Listeners
from .wearable.wearable import Wearable


class EntityWearable(Wearable):
    """An entity that counts steps, or sees falls by itself."""

    def __init__(
        self,
        *,
        hass: HomeAssistant,
        clock: Clock,
        listeners: Listeners,
        on_fall: Callable[[], None],
        steps: int,
        entity_id: str,
    ) -> None:
        """Follow nothing yet."""
        super().__init__(clock=clock, listeners=listeners, steps=steps)
        self._hass = hass
        self._on_fall = on_fall
        self._entity_id = entity_id
        self._leave: CALLBACK_TYPE = lambda: None

    @override
    async def open(self) -> None:
        """Follow the entity."""
        self._leave()
        self._leave = async_track_state_change_event(
            self._hass, [self._entity_id], self._entity_changed
        )
        # What it counted so far is where its steps are counted from.
        if (state := self._hass.states.get(self._entity_id)) is not None:
            self._take(state)

    @override
    async def close(self) -> None:
        """Follow it no more."""
        self._leave()
        self._leave = lambda: None
        await super().close()

    @callback
    def _entity_changed(self, event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            self._take(state)

    def _take(self, state: State) -> None:
        """Take a count of steps or a fall; what is neither says nothing."""
        if self._entity_id.startswith("binary_sensor."):
            self._heard(connected=True)
            if state.state == STATE_ON:
                self._on_fall()
            return
        try:
            steps = float(state.state)
        except ValueError:
            return
        if math.isfinite(steps):
            self._heard(connected=True)
            self._stepped(StepSample(at_s=self._clock.now_s(), steps=int(steps)))


async def _read_at_most(request: Request, limit: int) -> bytes:
    """Read a body, or as much of it as shows that it is too large."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body)


async def _posted(phone: Phone, hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
    """Take what a phone posts, and answer with what became of it."""
    verdict = phone.receive(await _read_at_most(request, LARGEST_BODY_BYTES))
    error = phone.last_error if verdict is Verdict.MALFORMED else None
    return Response(status=verdict, text=error)


class Host(Protocol):
    """The runtime that a wearable is made for."""

    hass: HomeAssistant
    entry: RetrowalkConfigEntry
    placement: Placement
    listeners: Listeners

    def fell(self) -> None:
        """Take the word of a sensor that sees falls by itself."""

    def at_end(self, action: CALLBACK_TYPE) -> None:
        """Do `action` when the entry is unloaded."""


def _counter(host: Host) -> Callable[..., StepSample | None]:
    """Return what finds steps in motion, at the place where it is worn."""
    return StepDetector(THRESHOLDS[host.placement]).update


def _foot_pod(host: Host, steps: int) -> Wearable:
    return FootPod(
        clock=LoopClock(host.hass.loop),
        connect=partial(async_connect, host.hass, host.entry.data[CONF_ADDRESS]),
        listeners=host.listeners,
        multiplier=host.entry.options.get(CONF_MULTIPLIER, 1),
        steps=steps,
    )


def _polar(host: Host, steps: int) -> Wearable:
    return PolarStrap(
        clock=LoopClock(host.hass.loop),
        connect=partial(async_connect, host.hass, host.entry.data[CONF_ADDRESS]),
        listeners=host.listeners,
        steps=steps,
        count_steps=_counter(host),
    )


def _phone(host: Host, steps: int) -> Wearable:
    data = host.entry.data
    phone = Phone(
        clock=LoopClock(host.hass.loop),
        listeners=host.listeners,
        steps=steps,
        count_steps=_counter(host),
        ios_signs=data[CONF_IOS_SIGNS],
    )
    webhook_id = data[CONF_WEBHOOK_ID]
    webhook.async_register(
        host.hass,
        DOMAIN,
        host.entry.title,
        webhook_id,
        partial(_posted, phone),
        local_only=not data[CONF_FROM_OUTSIDE],
        allowed_methods=[hdrs.METH_POST],
    )
    host.at_end(lambda: webhook.async_unregister(host.hass, webhook_id))
    return phone


def _entity(host: Host, steps: int) -> Wearable:
    return EntityWearable(
        hass=host.hass,
        clock=LoopClock(host.hass.loop),
        listeners=host.listeners,
        on_fall=host.fell,
        steps=steps,
        entity_id=host.entry.data[CONF_ENTITY_ID],
    )


SOURCES: dict[Source, Callable[[Host, int], Wearable]] = {
    Source.FOOT_POD: _foot_pod,
    Source.POLAR: _polar,
    Source.PHONE: _phone,
    Source.ENTITY: _entity,
}
