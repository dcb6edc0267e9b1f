"""The ways from state to state, and what each commands and says.

Only `_go` moves a belt from rest: behind the gate, the checks and a countdown.
"""

from ..belt import BeltMotion, GateShut
from .base import SessionBase
from .checks import REST_BEFORE_TURN_S, Check, at_rest, first_failing
from .model import PhaseKind
from .ramp import RAMPS
from .states import UNDER_WAY, WALKING, Cue, Reason, SessionState, TurnMode
from .walk import PauseRecord

PREPARING_LASTS_S = 60.0
PAUSE_LASTS_S = 600.0  # and waiting for a confirmation
# Own choice; the slowest start known takes 15 s, the slowest captured stop 9 s.
BELT_STARTS_WITHIN_S = 20.0
BELT_STARTS_BY_HAND_WITHIN_S = 60.0
BELT_STOPS_WITHIN_S = 60.0
# Own choice: seconds counted aloud before a start, after a confirmation, and without one.
START_COUNTDOWN_S = 5
CONFIRMED_COUNTDOWN_S = 3
UNCONFIRMED_COUNTDOWN_S = 10

FAILED = {
    Check.LINK: Reason.NOT_LINKED,
    Check.BELT_AT_REST: Reason.NOT_AT_REST,
    Check.SAFETY_KEY: Reason.KEY_OUT,
    Check.WEARABLE_LIVE: Reason.WEARABLE_MISSING,
}
REST_STATES = {PhaseKind.STAND: SessionState.STANDING, PhaseKind.TURN: SessionState.TURNING}
# Somebody asked, or the machine always stops that way.
PLANNED = frozenset({Reason.ASKED, Reason.STOP_UNCONFIRMED})
AT_REST = frozenset({BeltMotion.STOPPED, BeltMotion.STOPPED_UNCONFIRMED})


class Transitions[OriginT: str](SessionBase[OriginT]):
    """The ways between a session's states."""

    def _prepare(self) -> None:
        """Check, and count down as soon as nothing blocks; the gate has been opened for this."""
        self._enter(SessionState.PREPARING, gate_open=True)
        if not self._course.began and any(
            target.raised for target in self._course.targets if target
        ):
            self._say(Cue.SPEED_RAISED)
        self._due(PREPARING_LASTS_S, self._give_up_preparing)
        self._keep_looking(self._look)
        self._look()

    def _look(self) -> None:
        """Begin the countdown when the checks pass, break it off when one fails."""
        failing = first_failing(self._checks())
        if failing is not None:
            self._countdown.halt()
        elif not self._countdown.running:
            self._countdown.begin(START_COUNTDOWN_S, self._go)

    def _give_up_preparing(self) -> None:
        """Name the failing check; a countdown that runs is let run."""
        failing = first_failing(self._checks())
        if failing is None:
            self._due(START_COUNTDOWN_S, self._give_up_preparing)
        elif self._course.began:
            self._pause(FAILED[failing])
        else:
            self._end(SessionState.STOPPED, FAILED[failing])

    def _go(self) -> None:
        """Move the belt from rest: the countdown is over."""
        failing = first_failing(self._checks())
        if failing is not None:
            if self._state is not SessionState.PREPARING:
                self._pause(FAILED[failing])
            self._tell()
            return
        walk = self._course
        if self._awaiting:
            walk.advance()
        self._walk_from(walk.limits.min_speed_kmh, gate_open=True)
        try:
            self._belt.start()
        except GateShut:
            self._end(SessionState.STOPPED, Reason.GATE_SHUT)
        self._tell()

    def _walk_from(self, speed_kmh: float, *, gate_open: bool = False) -> None:
        """Walk the phase on a belt that does, or is about to do, `speed_kmh`."""
        walk = self._course
        walk.began = True
        self._vouched = False
        self._belt.set_cap(walk.target.cap_kmh)
        self._enter(WALKING[walk.direction], gate_open=gate_open)
        self._ramp.begin(speed_kmh)
        by_hand = walk.limits.by_hand
        self._due(
            BELT_STARTS_BY_HAND_WITHIN_S if by_hand else BELT_STARTS_WITHIN_S,
            lambda: self._pause(Reason.DID_NOT_START),
        )

    def _moving(self) -> None:
        """Let the phase's time run and lead the belt to its target: it is seen to move."""
        walk = self._course
        if not self._settled:
            self._settled = True
            self._cancel_due()
            self._say(Cue.RESUMED if walk.elapsed_s else Cue.PHASE_STARTED)
            if walk.target.inclination_percent is not None:
                self._belt.set_inclination(walk.target.inclination_percent)
            self._lead()
        walk.run()

    def _lead(self) -> None:
        """Lead the moving belt to the phase's target."""
        walk = self._course
        self._ramp.lead(walk.target.speed_kmh, RAMPS[walk.direction], walk.limits)

    def _rest(self) -> None:
        """Stop the belt for a turn or a rest."""
        self._belt.stop(urgent=False)
        self._enter(REST_STATES[self._course.phase.kind])
        self._due(BELT_STOPS_WITHIN_S, lambda: self._pause(Reason.NOT_AT_REST))
        self._keep_looking(self._resting)
        self._resting()

    def _resting(self) -> None:
        """Go on as soon as the belt is measured at rest; never turn on its word alone."""
        report = self._belt.report
        if at_rest(report, self._clock.now_s(), REST_BEFORE_TURN_S, vouched=self._vouched):
            if not self._settled:
                self._settled = True
                self._cancel_due()
                self._rested()
            elif self._awaiting:
                self._count_without_word()
        elif report.motion is BeltMotion.STOPPED_UNCONFIRMED:
            self._pause(Reason.STOP_UNCONFIRMED)
        elif self._settled and report.motion is BeltMotion.MAY_BE_MOVING:
            self._lose_sight()  # before, it is the belt's own alarm that tells of silence
        elif self._settled and report.motion in {BeltMotion.STARTING, BeltMotion.MOVING}:
            self._pause(Reason.BELT_MOVED)

    def _rested(self) -> None:
        """Let the walker turn, or let a rest's time run."""
        walk = self._course
        if self._state is SessionState.TURNING:
            self._await_word(Cue.TURN)
        elif walk.phase_over:
            self._phase_over()
        else:
            self._say(Cue.RESUMED if walk.elapsed_s else Cue.PHASE_STARTED)
            walk.run()

    def _await_word(self, cue: Cue) -> None:
        """Wait for the walker's word before the belt starts again."""
        self._course.halt()
        self._awaiting = True
        self._say(cue)
        self._due(
            PAUSE_LASTS_S,
            lambda: self._end(SessionState.STOPPED, Reason.CONFIRMATION_MISSING),
        )
        self._count_without_word()

    def _count_without_word(self) -> None:
        """Count down without a word, where the walker chose that and is seen to stand still."""
        if (
            self._course.turn_mode is TurnMode.COUNTDOWN
            and not self._countdown.running
            and self._standing_still()
            and self._gate.open(self._countdown_origin)
        ):
            self._countdown.begin(
                UNCONFIRMED_COUNTDOWN_S,
                self._go,
                may_go_on=self._standing_still,
                broken_off=self._break_off,
            )

    def _break_off(self) -> None:
        """Take the opening back: the walker moves."""
        self._gate.shut()
        self._tell()

    def _phase_over(self) -> None:
        """Go on to the next phase, or finish."""
        walk = self._course
        if walk.next_phase is None:
            self._end(SessionState.FINISHED)
        elif walk.next_phase.kind in REST_STATES:
            walk.advance()
            self._rest()
        elif self._state is SessionState.STANDING:
            self._await_word(Cue.CONFIRM)
        else:
            walk.advance()
            self._walk_from(self._ramp.speed_kmh)
            self._moving()

    def _lose_sight(self) -> None:
        """Pause: nobody knows what the belt does."""
        linked = self._belt.report.linked
        self._pause(Reason.BELT_SILENT if linked else Reason.LINK_LOST)

    def _pause(self, reason: Reason) -> None:
        """Stop the belt and wait for the walker."""
        self._belt.stop(urgent=reason is not Reason.ASKED)
        if self._state is SessionState.PAUSED:
            return
        unplanned = self._state in UNDER_WAY and reason not in PLANNED
        walk = self._course
        walk.pauses.append(
            PauseRecord(
                at_s=self._clock.now_s(),
                phase_index=walk.index,
                reason=reason,
                unplanned=unplanned,
            )
        )
        self._enter(SessionState.PAUSED, reason, unplanned=unplanned)
        self._due(PAUSE_LASTS_S, lambda: self._end(SessionState.STOPPED, Reason.PAUSED_TOO_LONG))

    def _end(self, state: SessionState, reason: Reason | None = None) -> None:
        """Stop the belt; the session is finished or stopped once it is at rest."""
        if reason is not Reason.STOP_FAILED:  # it was, in every way there is, and still is
            self._belt.stop(urgent=reason is not None)
        broken_off = self._state in UNDER_WAY and reason not in {None, Reason.ASKED}
        unplanned = self._unplanned or broken_off
        never_moved = self._state in {SessionState.WAITING, SessionState.PREPARING}
        # Just after a start, "stopped" is the report of the moment before.
        trusted = self._state not in WALKING.values()
        if never_moved or (trusted and self._belt.report.motion in AT_REST):
            self._enter(state, reason, unplanned=unplanned)
            return
        self._final = state
        self._enter(SessionState.STOPPING, reason, unplanned=unplanned)
        self._due(
            BELT_STOPS_WITHIN_S,
            lambda: self._enter(SessionState.STOPPED, Reason.NOT_AT_REST, unplanned=unplanned),
        )
        self._keep_looking(self._stopping)

    def _stopping(self) -> None:
        """Come to the end as soon as the belt is at rest."""
        if self._belt.report.motion in AT_REST:
            self._stopped()

    def _stopped(self) -> None:
        """Come to the end that was meant."""
        self._enter(self._final, self._reason, unplanned=self._unplanned)
