"""What a session consists of, how it is seen, and how it enters a state."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ..belt import Belt, BeltAsk
from ..clock import Clock
from .checks import Check, CheckResult, look
from .countdown import Countdown
from .ramp import Ramp
from .states import AT_AN_END, STATE_CUES, Cue, Reason, SessionState, SessionView
from .walk import SessionRecord, Walk

LOOK_EVERY_S = 1.0


class Gate[OriginT](Protocol):
    """The start gate as a session sees it."""

    def open(self, origin: OriginT) -> bool:
        """Open for one move from rest if `origin` is admitted; tell whether it is open."""

    def shut(self) -> None:
        """Take back an opening that was not used."""


class SessionBase[OriginT: str]:
    """The state of one session after another on one belt."""

    def __init__(
        self,
        *,
        clock: Clock,
        belt: Belt,
        gate: Gate[OriginT],
        countdown_origin: OriginT,
        standing_still: Callable[[], bool],
        on_change: Callable[[SessionView], None],
        on_cue: Callable[[Cue], None],
    ) -> None:
        """Command `belt` behind `gate`; tell views and cues.

        `countdown_origin` is what the gate is asked with for an announced countdown inside a
        session; `standing_still` tells whether a live wearable shows the walker standing.
        """
        self._clock = clock
        self._belt = belt
        self._gate = gate
        self._countdown_origin = countdown_origin
        self._standing_still = standing_still
        self._on_change = on_change
        self._on_cue = on_cue
        self._state = SessionState.IDLE
        self._reason: Reason | None = None
        self._unplanned = False
        self._awaiting = False  # a rest is over: the belt waits for a word, or for a countdown
        self._settled = False  # the belt was seen to do what this state is about: move, or rest
        self._vouched = False  # the walker, asked, said that the belt stands
        self._final = SessionState.STOPPED  # what stopping leads to
        self._walk: Walk | None = None
        self._given: dict[Check, bool] = {}
        self._ramp = Ramp(clock, belt)
        self._countdown = Countdown(clock, self._say_now)
        self._cancel_due: Callable[[], None] = lambda: None
        self._cancel_looking: Callable[[], None] = lambda: None
        self._asked: BeltAsk | None = None  # of the walker, as it was said last
        self._cues: deque[Cue] = deque()
        self._told = SessionView()

    @property
    def view(self) -> SessionView:
        """The session now."""
        walk = self._walk
        if walk is None or self._state in AT_AN_END:
            return SessionView(
                state=self._state,
                reason=self._reason,
                unplanned=self._unplanned,
                program=walk.program if walk else None,
                backward_s=walk.backward_s if walk else 0.0,
                asks=self._belt.report.asks,
            )
        target = walk.targets[walk.index]
        return SessionView(
            state=self._state,
            reason=self._reason,
            unplanned=self._unplanned,
            asked_by=walk.asked_by,
            program=walk.program,
            phase_index=walk.index if walk.began else None,
            phase=walk.phase if walk.began else None,
            next_phase=walk.next_phase if walk.began else walk.phase,
            phase_ends_s=walk.phase_ends_s,
            session_ends_s=walk.session_ends_s,
            countdown_ends_s=self._countdown.ends_s,
            target_speed_kmh=target.speed_kmh if target else None,
            inclination_percent=target.inclination_percent if target else None,
            awaiting_confirmation=self._awaiting,
            asks=self._belt.report.asks,
            backward_s=walk.backward_s,
            checks=self._checks() if self._state is SessionState.PREPARING else (),
        )

    @property
    def record(self) -> SessionRecord | None:
        """What was planned and done, of the session that runs or ran last."""
        if self._walk is None:
            return None
        ended = self._reason if self._state in AT_AN_END else None
        return self._walk.record(ended, unplanned=self._unplanned and ended is not None)

    @property
    def _course(self) -> Walk:
        """The walk, in states that have one."""
        assert self._walk is not None, "no state but idle and a latched fall is without a walk"
        return self._walk

    def _say(self, cue: Cue) -> None:
        """Say a cue once this transition is done."""
        self._cues.append(cue)

    def _say_now(self, cue: Cue) -> None:
        """Say a cue that the clock brought."""
        self._say(cue)
        self._tell()

    def _tell(self) -> None:
        """Tell what changed, then the cues; walked time alone is no change."""
        view = self.view
        if replace(view, backward_s=0.0) != self._told:
            self._told = replace(view, backward_s=0.0)
            self._on_change(view)
        while self._cues:
            self._on_cue(self._cues.popleft())

    def _due(self, delay_s: float, action: Callable[[], None]) -> None:
        """Do `action` if the state lasts `delay_s` from now; one thing is due at a time."""

        def act() -> None:
            action()
            self._tell()

        self._cancel_due()
        self._cancel_due = self._clock.call_later(delay_s, act)

    def _keep_looking(self, look_again: Callable[[], None]) -> None:
        """Look each second while the state lasts: a belt at rest has nothing new to report."""

        def again() -> None:
            self._keep_looking(look_again)
            look_again()
            self._tell()

        self._cancel_looking = self._clock.call_later(LOOK_EVERY_S, again)

    def _enter(
        self,
        state: SessionState,
        reason: Reason | None = None,
        *,
        unplanned: bool = False,
        gate_open: bool = False,
    ) -> None:
        """Enter a state; whatever the last one had set going is at rest then."""
        self._cancel_due()
        self._cancel_looking()
        self._countdown.halt()
        self._ramp.halt()
        if self._walk is not None:
            self._walk.halt()
        if not gate_open:
            self._gate.shut()
        self._state, self._reason, self._unplanned = state, reason, unplanned
        self._awaiting = self._settled = False
        if state in STATE_CUES:
            self._say(Cue.SENSOR_LOST if reason is Reason.SENSOR_LOST else STATE_CUES[state])

    def _checks(self) -> tuple[CheckResult, ...]:
        """Look at the checklist."""
        return look(
            self._belt.report,
            self._clock.now_s(),
            self._given,
            without_wearable=self._course.without_wearable,
            vouched=self._vouched,
            by_hand=self._course.limits.by_hand,
        )
