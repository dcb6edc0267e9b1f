"""Posts the guard: wearables and belt speak to it, and what it decides is done in the same turn."""

from collections.abc import Callable, Sequence

from homeassistant.core import callback

from .belt import Belt, BeltReport
from .clock import Clock
from .program.checks import Check
from .program.session import Session
from .program.states import AT_AN_END, Reason, SessionState, SessionView
from .safety.alert_messages import AlertKind
from .safety.evidence import Decision, Phase, Response, WhyNot
from .safety.gate import Origin
from .safety.incident import Incident
from .safety.ring import RingGuard
from .wearable_runtime import WearableRuntime

TICK_S = 0.25
# Straps and streams run on after a session: the dismount is watched, and a second walk is near.
WATCHES_AFTER_S = 120.0

# What the session expects of the walker; in all other states it is paused.
PHASES = {
    SessionState.IDLE: Phase.NONE,
    SessionState.WAITING: Phase.NONE,
    SessionState.WALKING_BACKWARD: Phase.WALKING,
    SessionState.WALKING_FORWARD: Phase.WALKING,
    SessionState.TURNING: Phase.TURNING,
    SessionState.STANDING: Phase.STANDING,
    SessionState.FINISHED: Phase.NONE,
    SessionState.STOPPED: Phase.NONE,
}


class Guarding:
    """The guard of one belt, for the walker who is on it."""

    def __init__(
        self,
        *,
        clock: Clock,
        belt: Belt,
        session: Callable[[], Session[Origin]],
        on_decision: Callable[[Decision], None],
        on_incident: Callable[[Incident], None],
        on_change: Callable[[], None],
    ) -> None:
        """Watch nobody yet; `on_change` is called when falls begin or cease to be noticed."""
        self._clock = clock
        self._belt = belt
        self._session = session
        self._on_decision = on_decision
        self._on_incident = on_incident
        self._on_change = on_change
        self._told: WhyNot | None = None
        self._guard: RingGuard | None = None
        self._wearables: Sequence[WearableRuntime] = ()
        self._leave: list[Callable[[], None]] = []
        self._cancel_tick: Callable[[], None] = lambda: None
        self._cancel_end: Callable[[], None] = lambda: None

    @property
    def why_not(self) -> WhyNot | None:
        """Why a fall would not be noticed now."""
        return WhyNot.NO_WEARABLE if self._guard is None else self._guard.why_not

    @property
    def standing_still(self) -> bool:
        """Whether a live wearable shows the walker standing."""
        return any(each.shows_standing for each in self._wearables)

    @callback
    def begin(self, wearables: Sequence[WearableRuntime], *, can_slow: bool) -> None:
        """Watch a walker by these wearables, from now until a while after the session."""
        self.end()
        self._wearables = wearables
        guard = self._guard = RingGuard(
            self._clock.now_s,
            {each.unique_id: each.placement for each in wearables},
            self._decided,
            on_incident=self._on_incident,
            can_slow=can_slow,
        )
        self._leave = [each.serve(guard, self._look) for each in wearables]
        self._tick()

    @callback
    def end(self) -> None:
        """Let everybody go."""
        self._cancel_tick()
        self._cancel_end()
        for leave in self._leave:
            leave()
        self._guard, self._wearables, self._leave = None, (), []

    @callback
    def on_belt(self, report: BeltReport) -> None:
        """Let the guard see what the belt does."""
        if self._guard is not None:
            self._guard.on_belt(report)

    @callback
    def on_session(self, view: SessionView) -> None:
        """Let the guard know what is expected of the walker."""
        if self._guard is None:
            return
        self._guard.on_phase(PHASES.get(view.state, Phase.PAUSED))
        self._cancel_end()
        if view.state in AT_AN_END:
            self._cancel_end = self._clock.call_later(WATCHES_AFTER_S, self.end)

    def _tick(self) -> None:
        """Let the guard see what time alone shows."""
        self._cancel_tick = self._clock.call_later(TICK_S, self._tick)
        if self._guard is not None:
            self._guard.tick()
        if self.why_not is not self._told:
            self._told = self.why_not
            self._on_change()

    def _look(self) -> None:
        """Tell the session whether the wearables are live: a start waits for them."""
        live = bool(self._wearables) and all(each.live for each in self._wearables)
        self._session().set_check(Check.WEARABLE_LIVE, live)

    def _decided(self, decision: Decision) -> None:
        """Do what was decided; every one of these commands the belt before anything else."""
        session, fall = self._session(), decision.alert is AlertKind.FALL
        if fall:
            session.fall_suspected()
        elif decision.response >= Response.PAUSE:
            session.interrupt(Reason(decision.evidence.value))
        elif decision.response is Response.SLOW:
            session.slow_down()
        self._on_decision(decision)
