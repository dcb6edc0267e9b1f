"""The session: it takes a walker through a program on one belt.

Everything is synchronous. Requests, checks, the belt's reports and the clock come in; belt
commands, views and cues go out.
"""

from dataclasses import replace

from ..belt import BeltAsk, BeltEvent, BeltEventKind, BeltMotion, BeltReport
from .checks import Check, first_failing
from .errors import RequestRefused
from .fit import Target, adjusted, changed, fit
from .model import Caps, Program
from .states import (
    ASK_CUES,
    AT_AN_END,
    PAUSING_EVENTS,
    RESTING,
    UNDER_WAY,
    WALKING,
    Reason,
    Request,
    SessionState,
    SessionView,
    TurnMode,
    require,
)
from .transitions import AT_REST, CONFIRMED_COUNTDOWN_S, FAILED, REST_STATES, Transitions
from .walk import Walk

WAITING_LASTS_S = 60.0
# Where a session has nothing to end, or has ended already.
NOTHING_TO_END = AT_AN_END | {SessionState.STOPPING, SessionState.FALL_SUSPECTED}


class Session[OriginT: str](Transitions[OriginT]):
    """One session after another on one belt: what may be asked of it, and what it is told."""

    # What people, automations and the guard ask

    def start(
        self,
        program: Program,
        *,
        origin: OriginT,
        caps: Caps,
        speed_kmh: float | None = None,
        turn_mode: TurnMode = TurnMode.CONFIRM,
        without_wearable: bool = False,
    ) -> SessionView:
        """Start a program, or let it wait for a person at the belt.

        Raises ProgramRefused if it does not fit caps and machine, RequestRefused if a session runs.
        """
        require(Request.START, self._state)
        limits = self._belt.limits
        targets = fit(program, caps, limits, speed_kmh)
        self._walk = Walk(
            clock=self._clock,
            program=program,
            targets=targets,
            limits=limits,
            turn_mode=turn_mode,
            without_wearable=without_wearable,
            asked_by=origin,
            on_cue=self._say_now,
            on_phase_over=self._phase_time_over,
        )
        self._vouched = False
        if self._gate.open(origin):
            self._prepare()
        else:
            self._enter(SessionState.WAITING, Reason.NOT_AT_THE_BELT)
            self._due(WAITING_LASTS_S, lambda: self._end(SessionState.STOPPED, Reason.EXPIRED))
        self._tell()
        return self.view

    def confirm(self, origin: OriginT) -> None:
        """Confirm a start that waits, a turn, or the end of a rest; raises RequestRefused."""
        require(Request.CONFIRM, self._state)
        if self._state in RESTING and not self._awaiting:
            raise RequestRefused("nothing_to_confirm" if self._settled else "belt_not_at_rest")
        self._open_gate(origin)
        if self._state is SessionState.WAITING:
            self._prepare()
        elif not self._counting_by_word():
            self._countdown.begin(CONFIRMED_COUNTDOWN_S, self._go)
        self._tell()

    def pause(self, reason: Reason = Reason.ASKED) -> None:
        """Stop the belt and wait; raises RequestRefused."""
        require(Request.PAUSE, self._state)
        self._pause(reason)
        self._tell()

    def resume(self, origin: OriginT, *, without_wearable: bool = False) -> None:
        """Go on after a pause: through the gate and a countdown; raises RequestRefused."""
        require(Request.RESUME, self._state)
        self._open_gate(origin)
        walk = self._course
        walk.without_wearable |= without_wearable
        self._vouched = self._belt.report.motion is BeltMotion.STOPPED_UNCONFIRMED
        if self._at_a_rest():
            self._rest()
        else:
            self._prepare()
        self._tell()

    def skip_phase(self) -> None:
        """Go on to the next phase, turning first if need be; raises RequestRefused."""
        require(Request.SKIP_PHASE, self._state)
        if self._awaiting or not self._settled:
            raise RequestRefused("not_now", request=Request.SKIP_PHASE, state=self._state)
        self._phase_over()
        self._tell()

    def stop(self) -> None:
        """Stop the belt, in every state, and end the session if there is one."""
        if self._state in NOTHING_TO_END:
            self._belt.stop()
        else:
            self._end(SessionState.STOPPED, Reason.ASKED)
        self._tell()

    def adjust_speed(self, speed_kmh: float) -> None:
        """Walk the rest of this phase at `speed_kmh`; raises RequestRefused, also above the cap."""
        require(Request.ADJUST_SPEED, self._state)
        walk = self._course
        self._retarget(adjusted(walk.target, speed_kmh, walk.limits))

    def change_speed(self, change_kmh: float) -> None:
        """Walk faster, up to the cap, or slower; raises RequestRefused."""
        require(Request.ADJUST_SPEED, self._state)
        walk = self._course
        self._retarget(changed(walk.target, change_kmh, self._ramp.speed_kmh, walk.limits))

    def slow_down(self) -> None:
        """Walk the rest of this phase at the lowest speed, if anybody walks."""
        if self._state in WALKING.values():
            walk = self._course
            self._retarget(adjusted(walk.target, walk.limits.min_speed_kmh, walk.limits))

    def interrupt(self, reason: Reason) -> None:
        """Stop the belt and wait for the walker, whom something happened to; in every state."""
        if self._state in UNDER_WAY or self._state is SessionState.PREPARING:
            self._pause(reason)
        else:
            self._belt.stop()
        self._tell()

    def fall_suspected(self) -> None:
        """Stop the belt at once and latch, in every state."""
        self._belt.stop()
        if self._state is not SessionState.FALL_SUSPECTED:
            self._enter(SessionState.FALL_SUSPECTED, unplanned=True)
        self._tell()

    def clear_fall(self) -> None:
        """Leave a suspected fall behind: the session has stopped; raises RequestRefused."""
        require(Request.CLEAR_FALL, self._state)
        self._enter(SessionState.STOPPED, Reason.FALL_CLEARED, unplanned=True)
        self._tell()

    def close(self) -> None:
        """End a session where it is and leave no timer behind: the treadmill goes."""
        if self._state not in AT_AN_END | {SessionState.FALL_SUSPECTED}:
            self._end(SessionState.STOPPED, Reason.CLOSED)
            if self._state is SessionState.STOPPING:
                self._stopped()
        self._tell()

    def break_off(self) -> None:
        """Find itself stopped: Home Assistant went away while somebody walked."""
        self._enter(SessionState.STOPPED, Reason.RESTARTED, unplanned=True)
        self._tell()

    # What the session is told

    def set_check(self, check: Check, passed: bool) -> None:
        """Take note of a check that only others can make; kept for later sessions."""
        self._given[check] = passed
        if self._state is SessionState.PREPARING:
            self._look()
        self._tell()

    def on_belt(self, report: BeltReport) -> None:
        """Take the belt's newest report, which is also `belt.report`."""
        self._pass_on(report.asks)
        if self._state is SessionState.PREPARING:
            self._look()
        elif self._state in WALKING.values():
            self._walking(report.motion)
        elif self._state in RESTING:
            self._resting()
        elif self._state is SessionState.STOPPING:
            self._stopping()
        self._tell()

    def on_belt_event(self, event: BeltEvent) -> None:
        """Take an event of the belt; CONSOLE_STARTED comes before the report that shows it."""
        match event.kind:
            case BeltEventKind.CONSOLE_STARTED:
                self._console_started(event)
            case BeltEventKind.CONSOLE_SPEED:
                self._console_speed(event)
            case BeltEventKind.LINK_BACK:
                self._link_back()
            case BeltEventKind.RUNAWAY | BeltEventKind.STOP_FAILED:
                self._out_of_hand(Reason(event.kind.value))
            case BeltEventKind.REFUSED if self._settled:
                pass  # a belt that moves is watched, and what it does counts: no start was refused
            case kind if kind in PAUSING_EVENTS and self._state in PAUSING_EVENTS[kind][0]:
                self._pause(PAUSING_EVENTS[kind][1])
        if self._state is SessionState.PREPARING:
            self._look()
        self._tell()

    def _pass_on(self, asks: BeltAsk | None) -> None:
        """Say what a person is to do at the belt, whenever that is asked or asked again."""
        if asks != self._asked:
            self._asked = asks
            if asks is not None:
                self._say(ASK_CUES[asks.kind])

    def _open_gate(self, origin: OriginT) -> None:
        if not self._gate.open(origin):
            raise RequestRefused("not_at_the_belt")

    def _counting_by_word(self) -> bool:
        """Tell whether a confirmed countdown runs: a second press must not begin it anew."""
        ends_s = self._countdown.ends_s
        return ends_s is not None and ends_s - self._clock.now_s() <= CONFIRMED_COUNTDOWN_S

    def _phase_time_over(self) -> None:
        self._phase_over()
        self._tell()

    def _retarget(self, target: Target) -> None:
        """Give the rest of the phase another target."""
        self._course.retarget(target)
        if self._settled:
            self._lead()
        self._tell()

    def _walking(self, motion: BeltMotion) -> None:
        """Follow what the belt does under a walker."""
        if motion is BeltMotion.MOVING:
            self._moving()
        elif motion is BeltMotion.MAY_BE_MOVING:
            self._lose_sight()
        elif motion in AT_REST and self._settled:
            self._pause(Reason.BELT_STOPPED)
        else:
            self._course.halt()

    def _at_a_rest(self) -> bool:
        """Tell whether the phase is a turn or a rest."""
        return self._course.phase.kind in REST_STATES

    def _console_started(self, event: BeltEvent) -> None:
        """Take a start at the console for the word of a person at the belt, if one is awaited."""
        state = self._state
        before_a_walk = {SessionState.WAITING, SessionState.PREPARING, SessionState.PAUSED}
        if self._awaiting or (state in before_a_walk and not self._at_a_rest()):
            self._adopt(event)
        elif state in RESTING or state is SessionState.PAUSED:
            self._pause(Reason.CONSOLE_STARTED)
        elif state is SessionState.STOPPING:
            self._belt.stop()

    def _adopt(self, event: BeltEvent) -> None:
        """Walk on a belt that a person set going, if nothing but its moving speaks against it."""
        failing = first_failing(
            result for result in self._checks() if result.check is not Check.BELT_AT_REST
        )
        if failing is not None:
            self._pause(FAILED[failing])
            return
        if self._awaiting:
            self._course.advance()
        self._walk_from(event.speed_kmh or self._course.limits.min_speed_kmh)
        self._walking(self._belt.report.motion)

    def _console_speed(self, event: BeltEvent) -> None:
        """Take a speed set at the console as the target for the rest of the phase."""
        if self._state in WALKING.values() and event.speed_kmh is not None:
            target = self._course.target
            self._ramp.begin(event.speed_kmh)
            self._retarget(replace(target, speed_kmh=min(event.speed_kmh, target.cap_kmh)))

    def _link_back(self) -> None:
        """Stop a belt that was out of sight, unless it is known to stand."""
        out_of_sight = RESTING | {
            SessionState.PAUSED,
            SessionState.STOPPING,
            SessionState.FALL_SUSPECTED,
        }
        if self._state in out_of_sight and self._belt.report.motion is not BeltMotion.STOPPED:
            self._belt.stop()

    def _out_of_hand(self, reason: Reason) -> None:
        """Stop: the belt does not do as it is told."""
        out_of_reach = self._state is SessionState.PAUSED and self._reason is Reason.LINK_LOST
        if self._state in NOTHING_TO_END - {SessionState.STOPPING} or out_of_reach:
            return  # the belt was told to stop, and is again once its link is back
        self._end(SessionState.STOPPED, reason)
        if reason is Reason.STOP_FAILED and self._state is SessionState.STOPPING:
            self._stopped()
