"""A walker at run time: caps, choice of program, and the walker's side of the session."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, override

from homeassistant.const import CONF_NAME, STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .const import (
    CONF_ANY_USER,
    CONF_BACKWARD_CAP_KMH,
    CONF_FORWARD_CAP_KMH,
    CONF_HANDRAIL_BUTTON,
    CONF_TREADMILL,
    CONF_TURN_MODE,
    CONF_WITHOUT_WEARABLE,
    DOMAIN,
    Kind,
)
from .errors import refused, translated
from .program.model import Caps, Direction, free_walk
from .program.session import Session
from .program.states import AT_AN_END, Cue, SessionState, SessionView, TurnMode
from .registry import registry
from .runtime import RetrowalkConfigEntry, Runtime
from .safety.gate import GateRules, Origin

if TYPE_CHECKING:
    from .treadmill_runtime import TreadmillRuntime

DEFAULT_PROGRAM = "daily_two"
FREE_WALK = "free_walk"
NO_PRESS = {STATE_OFF, STATE_UNAVAILABLE, STATE_UNKNOWN}


class WalkerRuntime(Runtime):
    """One walker, who uses the belt of one treadmill."""

    def __init__(self, hass: HomeAssistant, entry: RetrowalkConfigEntry) -> None:
        """Belong to `entry`."""
        super().__init__(hass, entry)
        self.selected_program = DEFAULT_PROGRAM
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
        """Return the session as this walker sees it."""
        return {"view": asdict(self.view), "program": self.selected_program}

    @override
    async def async_start(self) -> None:
        """Take the place in the registry, and listen to the handrail button."""
        registry(self.hass).walkers[self.unique_id] = self
        if button := self.entry.options.get(CONF_HANDRAIL_BUTTON):
            self._stop_listening = async_track_state_change_event(
                self.hass, [button], self._handrail_button
            )

    @override
    async def async_stop(self) -> None:
        """Leave; a session on the belt goes on, for it belongs to the treadmill."""
        self._stop_listening()
        del registry(self.hass).walkers[self.unique_id]

    # The session, as this walker sees it

    @property
    def view(self) -> SessionView:
        """The session of this walker; idle while the belt is somebody else's."""
        treadmill = self._treadmill
        if treadmill is None or treadmill.walker_id != self.unique_id:
            return SessionView()
        return treadmill.session.view

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
    def fall_alerts_off(self) -> str | None:
        """Why nobody would notice a fall; None if somebody would."""
        return "no_wearable"

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
        if not (without_wearable or self.entry.data[CONF_WITHOUT_WEARABLE]):
            raise refused("wearable_missing", walker=self.entry.title)
        program = (
            free_walk(Direction.BACKWARD)
            if program_id == FREE_WALK
            else registry(self.hass).programs.get(program_id)
        )
        if program is None:
            raise refused("unknown_program", program=program_id)
        options = self.entry.options
        if not treadmill.busy:
            self._epoch = (dt_util.utcnow(), self.hass.loop.time())
            treadmill.walker_id = self.unique_id
            treadmill.gate.rules = GateRules(
                any_user=options.get(CONF_ANY_USER, False),
                countdown=options.get(CONF_TURN_MODE) == TurnMode.COUNTDOWN,
            )
        with translated():
            return treadmill.session.start(
                program,
                origin=origin,
                caps=self._caps(treadmill),
                speed_kmh=speed_kmh,
                turn_mode=TurnMode(options.get(CONF_TURN_MODE, TurnMode.CONFIRM)),
                without_wearable=True,
            )

    @callback
    def confirm(self, origin: Origin) -> None:
        """Confirm what waits: a start, a turn, the end of a rest."""
        with translated():
            self._own_session.confirm(origin)

    @callback
    def pause(self) -> None:
        """Stop the belt and wait."""
        with translated():
            self._own_session.pause()

    @callback
    def resume(self, origin: Origin) -> None:
        """Go on after a pause."""
        with translated():
            self._own_session.resume(origin)

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

    @callback
    def stop(self) -> None:
        """Stop the belt that this walker is on, or would be on: in every state."""
        self._needed_treadmill.session.stop()

    @callback
    def im_ok(self) -> None:
        """Say that nothing happened: a suspected fall is left behind, and the belt stays still."""
        with translated():
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

    @callback
    def _handrail_button(self, event: Event[EventStateChangedData]) -> None:
        """Do what a press means now; one button is all that a hand on the rail can find."""
        old, new = event.data["old_state"], event.data["new_state"]
        if new is None or new.state in NO_PRESS:
            return
        if old is None or old.state in {STATE_UNAVAILABLE, new.state}:
            return  # it came back, and nobody pressed
        view = self.view
        with suppress(HomeAssistantError):
            if view.state is SessionState.FALL_SUSPECTED:
                self.im_ok()
            elif view.state is SessionState.WAITING or view.awaiting_confirmation:
                self.confirm(Origin.HANDRAIL_BUTTON)
            elif view.state is SessionState.PAUSED:
                self.resume(Origin.HANDRAIL_BUTTON)
            else:
                self.stop()
