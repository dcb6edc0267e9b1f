"""The session's states, what may be asked in each, and what it tells of itself."""

from dataclasses import dataclass
from enum import StrEnum

from ..belt import AskKind, BeltAsk, BeltEventKind
from .checks import CheckResult
from .errors import RequestRefused
from .model import Direction, Phase, PhaseKind, Program


class SessionState(StrEnum):
    """What the session does, as the walker would say it."""

    IDLE = "idle"
    WAITING = "waiting"  # somebody asked who is not at the belt
    PREPARING = "preparing"  # checks, then a countdown
    WALKING_BACKWARD = "walking_backward"
    WALKING_FORWARD = "walking_forward"
    STANDING = "standing"
    TURNING = "turning"
    PAUSED = "paused"
    STOPPING = "stopping"  # told to stop, not yet measured at rest
    FINISHED = "finished"
    STOPPED = "stopped"
    FALL_SUSPECTED = "fall_suspected"


WALKING = {
    Direction.BACKWARD: SessionState.WALKING_BACKWARD,
    Direction.FORWARD: SessionState.WALKING_FORWARD,
}
PHASE_STATES = {
    PhaseKind.WALK_BACKWARD: SessionState.WALKING_BACKWARD,
    PhaseKind.WALK_FORWARD: SessionState.WALKING_FORWARD,
    PhaseKind.STAND: SessionState.STANDING,
    PhaseKind.TURN: SessionState.TURNING,
}
RESTING = frozenset({SessionState.STANDING, SessionState.TURNING})
UNDER_WAY = RESTING | frozenset(WALKING.values())
AT_AN_END = frozenset({SessionState.IDLE, SessionState.FINISHED, SessionState.STOPPED})


class Request(StrEnum):
    """What people, automations and the guard may ask. Stop and a fall are heard in every state."""

    START = "start"
    CONFIRM = "confirm"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP_PHASE = "skip_phase"
    ADJUST_SPEED = "adjust_speed"
    CLEAR_FALL = "clear_fall"


_WALK = frozenset({Request.PAUSE, Request.SKIP_PHASE, Request.ADJUST_SPEED})

ALLOWED: dict[SessionState, frozenset[Request]] = {
    SessionState.IDLE: frozenset({Request.START}),
    SessionState.WAITING: frozenset({Request.START, Request.CONFIRM}),
    SessionState.PREPARING: frozenset({Request.PAUSE}),
    SessionState.WALKING_BACKWARD: _WALK,
    SessionState.WALKING_FORWARD: _WALK,
    SessionState.STANDING: frozenset({Request.PAUSE, Request.SKIP_PHASE, Request.CONFIRM}),
    SessionState.TURNING: frozenset({Request.PAUSE, Request.CONFIRM}),
    SessionState.PAUSED: frozenset({Request.PAUSE, Request.RESUME}),
    SessionState.STOPPING: frozenset(),
    SessionState.FINISHED: frozenset({Request.START}),
    SessionState.STOPPED: frozenset({Request.START}),
    SessionState.FALL_SUSPECTED: frozenset({Request.CLEAR_FALL}),
}


def require(request: Request, state: SessionState) -> None:
    """Raise RequestRefused if `request` makes no sense in `state`."""
    if request in ALLOWED[state]:
        return
    if state is SessionState.FALL_SUSPECTED:
        key = "fall_suspected"
    elif request is Request.START:
        key = "session_running"
    else:
        key = "no_session" if state in AT_AN_END else "not_now"
    raise RequestRefused(key, request=request, state=state)


class TurnMode(StrEnum):
    """What restarts the belt after a turn or a rest."""

    CONFIRM = "confirm"
    COUNTDOWN = "countdown"


class Reason(StrEnum):
    """Why a session waits, is paused or has stopped."""

    ASKED = "asked"
    NOT_AT_THE_BELT = "not_at_the_belt"
    EXPIRED = "expired"  # nobody at the belt confirmed in time
    CONFIRMATION_MISSING = "confirmation_missing"
    PAUSED_TOO_LONG = "paused_too_long"
    GATE_SHUT = "gate_shut"
    FALL_CLEARED = "fall_cleared"
    CLOSED = "closed"  # Home Assistant stops, or the treadmill is unloaded
    RESTARTED = "restarted"  # Home Assistant went away while somebody walked
    NOT_LINKED = "not_linked"
    NOT_AT_REST = "not_at_rest"
    WEARABLE_MISSING = "wearable_missing"
    SENSOR_LOST = "sensor_lost"
    STEPS_LOST = "steps_lost"
    BELT_STEPS_LOST = "belt_steps_lost"  # by the belt's own counter
    SANK = "sank"  # sat or sank down
    NO_GAIT = "no_gait"  # the belt moves, and the wearable sees nobody walk
    NOT_THIS_WALKER = "not_this_walker"  # its steps do not follow the belt
    KEY_OUT = "key_out"
    LINK_LOST = "link_lost"
    CONTROL_LOST = "control_lost"
    CONSOLE_STARTED = "console_started"
    CONSOLE_STOPPED = "console_stopped"
    REFUSED = "refused"
    LOOP_LAGGED = "loop_lagged"
    DID_NOT_START = "did_not_start"
    BELT_SILENT = "belt_silent"
    BELT_STOPPED = "belt_stopped"  # by itself, and nobody said why
    BELT_MOVED = "belt_moved"  # from rest, by itself
    STOP_UNCONFIRMED = "stop_unconfirmed"
    RUNAWAY = "runaway"
    STOP_FAILED = "stop_failed"


_PREPARING_TOO = UNDER_WAY | {SessionState.PREPARING}

# In preparing, a lost link or key fails a check instead.
PAUSING_EVENTS: dict[BeltEventKind, tuple[frozenset[SessionState], Reason]] = {
    BeltEventKind.LINK_LOST: (UNDER_WAY, Reason.LINK_LOST),
    BeltEventKind.KEY_OUT: (UNDER_WAY, Reason.KEY_OUT),
    BeltEventKind.CONTROL_LOST: (_PREPARING_TOO, Reason.CONTROL_LOST),
    BeltEventKind.CONSOLE_STOPPED: (_PREPARING_TOO, Reason.CONSOLE_STOPPED),
    BeltEventKind.REFUSED: (_PREPARING_TOO, Reason.REFUSED),
    BeltEventKind.LOOP_LAGGED: (UNDER_WAY, Reason.LOOP_LAGGED),
}


class Cue(StrEnum):
    """What is said aloud, shown, and given to automations."""

    WAITING = "waiting"
    PREPARING = "preparing"
    SPEED_RAISED = "speed_raised"  # the machine's lowest speed is above what the program asks for
    FIVE = "five"
    FOUR = "four"
    THREE = "three"
    TWO = "two"
    ONE = "one"
    PHASE_STARTED = "phase_started"
    HALF = "half"
    TEN_SECONDS = "ten_seconds"
    TURN = "turn"  # the belt was measured at rest
    CONFIRM = "confirm"  # the rest is over: the belt waits for the walker's word
    PAUSED = "paused"
    SENSOR_LOST = "sensor_lost"
    RESUMED = "resumed"
    FINISHED = "finished"
    STOPPED = "stopped"
    # Where a person moves the belt: what to do at the console, or to say, and then to confirm.
    SAY_IT_STANDS = "say_it_stands"
    START_BELT = "start_belt"
    SET_SPEED = "set_speed"
    STOP_BELT = "stop_belt"


ASK_CUES = {
    AskKind.REST: Cue.SAY_IT_STANDS,
    AskKind.START: Cue.START_BELT,
    AskKind.SPEED: Cue.SET_SPEED,
    AskKind.STOP: Cue.STOP_BELT,
}
COUNTED = {5: Cue.FIVE, 4: Cue.FOUR, 3: Cue.THREE, 2: Cue.TWO, 1: Cue.ONE}

STATE_CUES = {
    SessionState.WAITING: Cue.WAITING,
    SessionState.PREPARING: Cue.PREPARING,
    SessionState.PAUSED: Cue.PAUSED,
    SessionState.FINISHED: Cue.FINISHED,
    SessionState.STOPPED: Cue.STOPPED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionView:
    """The session as others see it. Times are of the session's clock, in seconds."""

    state: SessionState = SessionState.IDLE
    reason: Reason | None = None
    unplanned: bool = False  # broken off while the walker was on the belt: ask for a sign of life
    asked_by: str | None = None  # the origin of the start
    program: Program | None = None
    phase_index: int | None = None  # into program.phases
    phase: Phase | None = None
    next_phase: Phase | None = None
    phase_ends_s: float | None = None  # None while the phase's time does not run
    session_ends_s: float | None = None  # at the earliest: turns take the time they take
    countdown_ends_s: float | None = None  # the belt starts then
    target_speed_kmh: float | None = None
    inclination_percent: float | None = None
    awaiting_confirmation: bool = False
    asks: BeltAsk | None = None  # what to do at the console of a belt that a person moves
    backward_s: float = 0.0
    checks: tuple[CheckResult, ...] = ()
