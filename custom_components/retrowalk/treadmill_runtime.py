"""A treadmill at run time: it owns the link, the gate and the one session on its belt."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
import logging
from typing import Any, override

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_send

from .belt import BeltEvent, BeltEventKind, BeltMotion, BeltReport
from .belt_link import BeltLink
from .belt_lock import BeltLock
from .belt_store import BeltStore
from .clock import LoopClock
from .const import (
    CONF_HANDRAILS,
    CONF_MAX_SPEED_KMH,
    CONF_REPORT_UNIT,
    CONF_SAFETY_CLIP,
    CONF_UNIT,
    CONF_UNLOCKED_BY,
    DEFAULT_MAX_SPEED_KMH,
    DOMAIN,
    SIGNAL_BELT_EVENT,
    Kind,
)
from .errors import refused, translated
from .guarding import Guarding
from .machine import by_hand, described, make_machine, profile_of, settles_unit
from .program.session import Session
from .program.states import AT_AN_END, Cue, SessionState, SessionView
from .registry import registry
from .runtime import RetrowalkConfigEntry, Runtime
from .safety.evidence import Decision
from .safety.gate import Origin, StartGate
from .safety.incident import Incident
from .treadmill.profile import SpeedUnit
from .treadmill.unit import Units, UnitWatch
from .treadmill_issues import (
    async_clear_stop_failed,
    async_raise_stop_failed,
    async_show_unit,
    stop_failed,
)
from .wearable_runtime import WearableRuntime

_LOGGER = logging.getLogger(__name__)

# What a treadmill without a radio has no entities for.
NEEDS_RADIO = frozenset(
    {
        "connected",
        "connection",
        "distance",
        "elapsed_time",
        "energy",
        "heart_rate",
        "inclination",
        "reconnect",
        "safety_key",
        "speed",
        "steps",
        "target_inclination",
        "target_speed",
    }
)
IN_MOTION = frozenset({BeltMotion.STARTING, BeltMotion.MOVING, BeltMotion.STOPPING})


class TreadmillRuntime(Runtime):
    """One belt, its gate and its session."""

    def __init__(self, hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
        """Set up without the radio: nothing is connected before it is wanted."""
        super().__init__(hass, entry)
        clock = LoopClock(hass.loop)
        self.gate = StartGate(clock, held=lambda: registry(hass).alarmed_on(self) is not None)
        self.belt = make_machine(
            hass,
            entry,
            clock=clock,
            take_gate=self.gate.take,
            on_report=self._belt_reported,
            on_event=self._belt_event,
        )
        self.link = BeltLink(self, self.belt, lambda: self._left_moving or self.busy)
        if by_hand(entry.data):
            self.lacks = NEEDS_RADIO
        self._unit = profile_of(entry)[0].unit
        self._unit_watch = UnitWatch()
        self.session = Session[Origin](
            clock=clock,
            belt=self.belt,
            gate=self.gate,
            countdown_origin=Origin.COUNTDOWN,
            standing_still=lambda: self.guarding.standing_still,
            on_change=self._session_changed,
            on_cue=self._cue,
        )
        self.guarding = Guarding(
            clock=clock,
            belt=self.belt,
            session=lambda: self.session,
            on_decision=self._guard_decided,
            on_incident=self._keep_incident,
            on_change=self._tell_walkers,
        )
        self._store = BeltStore(hass, entry.entry_id)
        self.lock = BeltLock(self, self.gate, self._store)
        self.walker_id: str | None = None  # whose session runs, or ran last
        self._remove_shutdown_job: CALLBACK_TYPE = lambda: None
        self._seen_linked = False
        self._unplanned = False
        self._sign_of_life_due = False  # a walk was broken off, and the walker was not asked yet
        self._left_moving = False  # Home Assistant or the link went away: not seen since

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Describe the treadmill, as far as it has said what it is."""
        info = self.belt.info
        radio = {(dr.CONNECTION_BLUETOOTH, self.unique_id)}
        return DeviceInfo(
            identifiers={(DOMAIN, self.unique_id)},
            connections=set() if by_hand(self.entry.data) else radio,
            name=self.entry.title,
            manufacturer=info.maker,
            model=info.model,
            model_id=Kind.TREADMILL,
            sw_version=info.firmware,
        )

    @property
    @override
    def busy(self) -> bool:
        """Whether a session runs."""
        return self.session.view.state not in AT_AN_END

    @property
    @override
    def diagnostics(self) -> Mapping[str, Any]:
        """Return the last packets and commands, and what was made of them."""
        return described(self.entry, self.belt) | {"session": asdict(self.session.view)}

    @override
    async def async_start(self) -> None:
        """Take the place in the registry; connect if that is wanted, or a belt was left moving."""
        await self._store.async_load()
        memory = self._store.memory
        self.gate.locked = memory.locked
        registry(self.hass).treadmills[self.unique_id] = self
        self._tell_walkers()
        # Home Assistant ends Bluetooth at its stop event, before entries are unloaded.
        self._remove_shutdown_job = self.hass.async_add_shutdown_job(
            HassJob(self._async_leave, f"stop the belt of {self.entry.title}")
        )
        async_show_unit(self.hass, self.entry, self._unit, chosen=not settles_unit(self.entry))
        self._left_moving = memory.walker_id is not None or stop_failed(self.hass, self.entry)
        if memory.walker_id is not None:
            self.walker_id = memory.walker_id
            self.session.break_off()
        if self._left_moving:
            self.in_background(self._async_stop_left_belt())
        elif self.link.wanted:
            self.in_background(self.link.async_connect())

    @override
    async def async_stop(self) -> None:
        """Stop the belt, see that it rests, and let go of the machine."""
        self._remove_shutdown_job()
        await self._async_leave()
        del registry(self.hass).treadmills[self.unique_id]
        self._tell_walkers()

    @property
    def top_speed_kmh(self) -> float:
        """The fastest that this treadmill may be asked for, whoever walks."""
        chosen: float = self.entry.options.get(CONF_MAX_SPEED_KMH, DEFAULT_MAX_SPEED_KMH)
        return min(chosen, self.belt.limits.max_speed_kmh)

    @property
    def backward_locked(self) -> bool:
        """Whether backward programs wait for a named person: no rails and no clip."""
        safeguarded = self.entry.data[CONF_HANDRAILS] or self.entry.data[CONF_SAFETY_CLIP]
        return not safeguarded and not self.entry.options.get(CONF_UNLOCKED_BY)

    @callback
    def guard(self, wearables: Sequence[WearableRuntime]) -> None:
        """Watch the walker of the next session by these wearables, which may be none."""
        if wearables:
            can_slow = self._unit is not SpeedUnit.UNKNOWN and not self.belt.limits.by_hand
            self.guarding.begin(wearables, can_slow=can_slow)
        else:
            self.guarding.end()

    @callback
    def stop(self) -> None:
        """Stop the belt, and the session if one runs: in every state."""
        self.session.stop()

    @callback
    def confirm(self, origin: Origin) -> None:
        """Take the word of a person at the belt: for what the belt asks, else for the session."""
        if self.belt.report.asks is None:
            with translated():
                self.session.confirm(origin)
        elif not self.gate.rules.admits(origin):
            raise refused("not_at_the_belt")
        elif not self.belt.confirm():
            raise refused("belt_not_at_rest")

    @callback
    def pause(self) -> None:
        """Pause the session; without one, stop the belt."""
        if not self.busy:
            self.belt.stop()
            return
        with translated():
            self.session.pause()

    @callback
    def set_target_speed(self, speed_kmh: float) -> None:
        """Change the speed of a moving belt, within the session's caps or the treadmill's."""
        if self.busy:
            with translated():
                self.session.adjust_speed(speed_kmh)
            return
        if self.belt.report.motion is not BeltMotion.MOVING:
            raise refused("belt_at_rest")
        self.belt.set_cap(self.top_speed_kmh)
        self.belt.set_speed(speed_kmh)

    @callback
    def set_inclination(self, percent: float) -> None:
        """Change the inclination of a moving belt."""
        if self.belt.report.motion is not BeltMotion.MOVING:
            raise refused("belt_at_rest")
        self.belt.set_inclination(percent)

    @callback
    def reconnect(self) -> None:
        """Let go of a machine that rests, and connect to it anew."""
        if self.busy or self.belt.report.motion in IN_MOTION:
            raise refused("not_while_moving")
        self.in_background(self.link.async_renew())

    async def async_hold_link(self, wanted: bool) -> None:
        """Hold the link outside sessions, or let go of it; refused while the belt moves."""
        if not wanted and (self.busy or self.belt.report.motion in IN_MOTION):
            raise refused("not_while_moving")
        await self.link.async_hold(wanted)
        self.changed()

    @callback
    def _belt_reported(self, report: BeltReport) -> None:
        """Hand the belt's newest report to the session."""
        if report.linked != self._seen_linked:
            self._seen_linked = report.linked
            _LOGGER.info("%s is %s", self.entry.title, "linked" if report.linked else "not linked")
            if report.linked:
                self._stop_if_left_moving()
        self.guarding.on_belt(report)
        self.session.on_belt(report)
        if report.motion is BeltMotion.STOPPED:
            async_clear_stop_failed(self.hass, self.entry)
        self._learn(self._unit_watch.report(report))
        self.changed()

    @callback
    def _belt_event(self, event: BeltEvent) -> None:
        """Hand what happened at the belt to the session."""
        _LOGGER.debug("%s: %s", self.entry.title, event)
        self.session.on_belt_event(event)
        # A stop that is asked for again may fail again: one alarm is enough.
        known = event.kind is BeltEventKind.STOP_FAILED and stop_failed(self.hass, self.entry)
        if event.kind is BeltEventKind.STOP_FAILED:
            async_raise_stop_failed(self.hass, self.entry)
        if not known:
            async_dispatcher_send(self.hass, SIGNAL_BELT_EVENT, self.unique_id, event)
        self._learn(self._unit_watch.event(event))
        self.changed()

    @callback
    def _session_changed(self, view: SessionView) -> None:
        """Have a link while one is needed, and show the session."""
        self.guarding.on_session(view)
        if view.state is SessionState.PREPARING:
            self.link.keep()
            self.belt.prepare()
            if not self.belt.report.linked:
                self.in_background(self.link.async_connect())
        elif view.state in AT_AN_END:
            # Out of sight, a belt that somebody walked on is looked for until it is told to stop.
            walked = self._store.memory.walker_id is not None
            out_of_sight = not (self.belt.report.linked or self.belt.limits.by_hand)
            self._left_moving |= walked and out_of_sight
            self.link.let_go_later()
        self._remember(view)
        self._sign_of_life_due |= view.unplanned and not self._unplanned
        self._unplanned = view.unplanned
        self.ask_walker()
        self._tell_walkers()
        self.changed()

    @callback
    def ask_walker(self) -> None:
        """Ask who was on the belt for a sign of life: now, or once that entry is loaded."""
        walker = registry(self.hass).walkers.get(self.walker_id or "")
        if self._sign_of_life_due and walker is not None:
            self._sign_of_life_due = False
            fall = self.session.view.state is SessionState.FALL_SUSPECTED
            walker.alerting.broken_off(fall=fall)

    @callback
    def _cue(self, cue: Cue) -> None:
        """Hand a cue to the walker whose session it is, if that entry is loaded."""
        walker = registry(self.hass).walkers.get(self.walker_id or "")
        if walker is not None:
            walker.cue(cue)

    @callback
    def _tell_walkers(self) -> None:
        """Tell all walkers that this treadmill came, changed or went."""
        for walker in tuple(registry(self.hass).walkers.values()):  # one may reload now
            walker.changed()

    @callback
    def _guard_decided(self, decision: Decision) -> None:
        """Show what the guard decided; it is done already."""
        _LOGGER.info("%s: %s, so %s", self.entry.title, decision.evidence, decision.response.name)
        walker = registry(self.hass).walkers.get(self.walker_id or "")
        if walker is not None:
            walker.alerting.decided(decision)
        self.changed()

    @callback
    def _keep_incident(self, incident: Incident) -> None:
        """Let the walker keep what led to a decision."""
        if (walker := registry(self.hass).walkers.get(self.walker_id or "")) is not None:
            walker.incidents.append(incident)

    async def _async_leave(self) -> None:
        """End the session, stop the belt, see that it rests, and let go of the machine."""
        self.session.close()
        self.link.keep()  # after the session's end, which would let go of it later
        self.guarding.end()
        await self.belt.disconnect()

    async def _async_stop_left_belt(self) -> None:
        """Stop a belt that was left moving, now or as soon as the machine is found again."""
        await self.link.async_connect()
        if self.belt.limits.by_hand:
            self._stop_if_left_moving()

    @callback
    def _stop_if_left_moving(self) -> None:
        """Stop a belt that was left moving: the machine is found again."""
        if self._left_moving:
            self._left_moving = False
            self.belt.stop()
            self._remember(self.session.view)
            self.link.let_go_later()

    @callback
    def _learn(self, units: Units | None) -> None:
        """Keep the units that a walk has shown; they count from the next reload on."""
        if units is None or units.target is self._unit or not settles_unit(self.entry):
            return
        learned = {CONF_UNIT: units.target, CONF_REPORT_UNIT: units.report}
        self.hass.config_entries.async_update_entry(self.entry, data={**self.entry.data, **learned})

    @callback
    def _remember(self, view: SessionView) -> None:
        """Keep on disk that a walker is on the belt: a killed Home Assistant finds it again."""
        if self._left_moving or (view.phase is None and view.state not in AT_AN_END):
            return
        program_id = view.program.id if view.phase and view.program else None
        walker_id = self.walker_id if view.phase else None
        self.entry.async_create_task(
            self.hass, self._store.async_keep(walker_id=walker_id, program_id=program_id)
        )
