"""A walker at run time: caps, choice of program, and the walker's side of the session."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, override

from homeassistant.const import CONF_NAME
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.util import dt as dt_util

from .alarmed_runtime import AlarmedRuntime
from .const import (
    CONF_ANY_USER,
    CONF_BACKWARD_CAP_KMH,
    CONF_FORWARD_CAP_KMH,
    CONF_HANDRAIL_BUTTON,
    CONF_TREADMILL,
    CONF_TURN_MODE,
    CONF_WEARABLES,
    CONF_WITHOUT_WEARABLE,
    DOMAIN,
    Kind,
)
from .errors import refused, translated
from .handrail import listen_to_handrail
from .program.checks import Check
from .program.fit import fit
from .program.model import Caps, Direction, free_walk
from .program.session import Session
from .program.states import AT_AN_END, Cue, SessionState, SessionView, TurnMode
from .registry import registry
from .runtime import RetrowalkConfigEntry
from .safety.evidence import WhyNot
from .safety.gate import GateRules, Origin
from .safety.incident import Incident

if TYPE_CHECKING:
    from .treadmill_runtime import TreadmillRuntime
    from .wearable_runtime import WearableRuntime

KEPT_INCIDENTS = 5
DEFAULT_PROGRAM = "daily_two"
FREE_WALK = "free_walk"


class WalkerRuntime(AlarmedRuntime):
    """One walker, who uses the belt of one treadmill."""

    def __init__(self, hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
        """Belong to `entry`."""
        super().__init__(hass, entry)
        self.selected_program = DEFAULT_PROGRAM
        self.incidents = deque[Incident](maxlen=KEPT_INCIDENTS)
        self._cue_listeners: list[Callable[[Cue], None]] = []
        self._stop_listening: CALLBACK_TYPE = lambda: None
        self._epoch = (dt_util.utcnow(), hass.loop.time())

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Describe the walker."""
        return DeviceInfo(
            identifiers={(DOMAIN, self.unique_id)},
            entry_type=DeviceEntryType.SERVICE,
            name=self.entry.data[CONF_NAME],
            model_id=Kind.WALKER,
        )

    @property
    @override
    def busy(self) -> bool:
        """Whether a session of this walker runs."""
        return self.view.state not in AT_AN_END

    @property
    @override
    def diagnostics(self) -> Mapping[str, Any]:
        """Return the session as this walker sees it, and what the guard decided lately."""
        return {
            "view": asdict(self.view),
            "program": self.selected_program,
            "incidents": [
                {"at": self.wall_time(incident.decisions[0].at_s), **incident.as_dict()}
                for incident in self.incidents
            ],
        }

    @override
    async def async_start(self) -> None:
        """Take the place in the registry, and go on with an alert that was open."""
        registry(self.hass).walkers[self.unique_id] = self
        await super().async_start()
        if button := self.entry.options.get(CONF_HANDRAIL_BUTTON):
            self._stop_listening = listen_to_handrail(self, button)

    @override
    async def async_stop(self) -> None:
        """Leave; a session on the belt goes on, for it belongs to the treadmill."""
        self._stop_listening()
        await super().async_stop()
        del registry(self.hass).walkers[self.unique_id]

    # The session, as this walker sees it

    @property
    @override
    def view(self) -> SessionView:
        """The session of this walker; idle while the belt is somebody else's."""
        treadmill = self._treadmill
        if treadmill is None or treadmill.walker_id != self.unique_id:
            return SessionView()
        return treadmill.session.view

    @override
    @callback
    def wall_time(self, at_s: float | None) -> datetime | None:
        """Return a time of the session's clock as the time on the wall."""
        if at_s is None:
            return None
        epoch, epoch_s = self._epoch
        return (epoch + timedelta(seconds=at_s - epoch_s)).replace(microsecond=0)

    @callback
    def cue(self, cue: Cue) -> None:
        """Hand a cue to whoever says or shows it."""
        for listener in tuple(self._cue_listeners):
            listener(cue)

    @callback
    def listen_to_cues(self, listener: Callable[[Cue], None]) -> CALLBACK_TYPE:
        """Call `listener` with every cue; the returned function ends it."""
        self._cue_listeners.append(listener)
        return lambda: self._cue_listeners.remove(listener)

    @property
    def programs(self) -> list[str]:
        """The ids of the programs to choose from."""
        return [*registry(self.hass).programs, FREE_WALK]

    @property
    def fall_alerts_off(self) -> WhyNot | None:
        """Why nobody would notice a fall; None if somebody would."""
        treadmill = self._treadmill
        if treadmill is None or treadmill.walker_id != self.unique_id or not self.busy:
            return WhyNot.BELT_AT_REST if self._wearables else WhyNot.NO_WEARABLE
        return treadmill.guarding.why_not

    # What the walker asks for

    @callback
    def start(
        self,
        program_id: str,
        origin: Origin,
        *,
        treadmill: TreadmillRuntime | None = None,
        speed_kmh: float | None = None,
        without_wearable: bool = False,
    ) -> SessionView:
        """Start a program on the walker's treadmill or another, or let it wait at the gate."""
        treadmill = treadmill or self._needed_treadmill
        if treadmill.busy and treadmill.walker_id != self.unique_id:
            raise refused("treadmill_in_use", treadmill=treadmill.entry.title)
        if treadmill.gate.locked:
            raise refused("treadmill_locked", treadmill=treadmill.entry.title)
        self.refuse_if_alarmed(treadmill)
        without_wearable |= self.entry.data[CONF_WITHOUT_WEARABLE]
        wearables = self._wearables
        if not (wearables or without_wearable):
            raise refused("wearable_missing", walker=self.entry.title)
        program = (
            free_walk(Direction.BACKWARD)
            if program_id == FREE_WALK
            else registry(self.hass).programs.get(program_id)
        )
        if program is None:
            raise refused("unknown_program", program=program_id)
        caps, options = self._caps(treadmill), self.entry.options
        with translated():
            fit(program, caps, treadmill.belt.limits, speed_kmh)  # before the belt changes hands
        if not treadmill.busy:
            self._epoch = (dt_util.utcnow(), self.hass.loop.time())
            treadmill.walker_id = self.unique_id
            treadmill.guard(wearables)
            treadmill.session.set_check(Check.ALERT_ROAD, self.alerting.road.known_good)
            treadmill.gate.rules = GateRules(
                any_user=options.get(CONF_ANY_USER, False),
                countdown=options.get(CONF_TURN_MODE) == TurnMode.COUNTDOWN,
            )
        with translated():
            return treadmill.session.start(
                program,
                origin=origin,
                caps=caps,
                speed_kmh=speed_kmh,
                turn_mode=TurnMode(options.get(CONF_TURN_MODE, TurnMode.CONFIRM)),
                without_wearable=without_wearable,
            )

    @callback
    def confirm(self, origin: Origin) -> None:
        """Confirm what waits: a start, a turn, the end of a rest, what was done at the console."""
        treadmill = self._needed_treadmill
        if treadmill.walker_id not in {None, self.unique_id}:
            raise refused("no_session")
        treadmill.confirm(origin)

    @callback
    def pause(self) -> None:
        """Stop the belt and wait."""
        with translated():
            self._own_session.pause()

    @callback
    def resume(self, origin: Origin, *, without_wearable: bool = False) -> None:
        """Go on after a pause; without the wearable only if that is said anew."""
        self.refuse_if_alarmed(self._needed_treadmill)
        with translated():
            self._own_session.resume(origin, without_wearable=without_wearable)

    @callback
    def skip_phase(self) -> None:
        """Go on to the next phase."""
        with translated():
            self._own_session.skip_phase()

    @callback
    def adjust_speed(self, speed_kmh: float) -> None:
        """Walk the rest of this phase at another speed."""
        with translated():
            self._own_session.adjust_speed(speed_kmh)

    @callback
    def change_speed(self, change_kmh: float) -> None:
        """Walk faster or slower."""
        with translated():
            self._own_session.change_speed(change_kmh)

    @override
    @callback
    def stop(self) -> None:
        """Stop the belt that this walker is on, or would be on: in every state."""
        self._needed_treadmill.session.stop()

    @override
    @callback
    def leave_fall_behind(self) -> None:
        """End a session that was broken off by a fall; the belt stays still."""
        if self.view.state is SessionState.FALL_SUSPECTED:
            self._own_session.clear_fall()

    @property
    def _treadmill(self) -> TreadmillRuntime | None:
        """The treadmill that this walker's session is on, else the walker's own, if loaded."""
        treadmills = registry(self.hass).treadmills
        for treadmill in treadmills.values():
            if treadmill.walker_id == self.unique_id and treadmill.busy:
                return treadmill
        return treadmills.get(self.entry.data[CONF_TREADMILL])

    @property
    def _needed_treadmill(self) -> TreadmillRuntime:
        """The treadmill, or an error that names what to do."""
        if (treadmill := self._treadmill) is None:
            raise refused("treadmill_missing", walker=self.entry.title)
        return treadmill

    @property
    def _wearables(self) -> list[WearableRuntime]:
        """The walker's wearables that are loaded."""
        loaded = registry(self.hass).wearables
        return [loaded[each] for each in self.entry.data.get(CONF_WEARABLES, ()) if each in loaded]

    @property
    def _own_session(self) -> Session[Origin]:
        """The session of this walker, or an error if there is none."""
        treadmill = self._needed_treadmill
        if treadmill.walker_id != self.unique_id:
            raise refused("no_session")
        return treadmill.session

    def _caps(self, treadmill: TreadmillRuntime) -> Caps:
        """Take a snapshot of the caps, for the session that begins."""
        options, own = self.entry.options, Caps()
        return Caps(
            backward_kmh=options.get(CONF_BACKWARD_CAP_KMH, own.backward_kmh),
            forward_kmh=options.get(CONF_FORWARD_CAP_KMH, own.forward_kmh),
            treadmill_kmh=treadmill.top_speed_kmh,
            backward_locked=treadmill.backward_locked,
        )
