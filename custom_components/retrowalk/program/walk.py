"""One walk through a program: where we are, how long it still takes, and what was walked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
import math

from ..belt import BeltLimits
from ..clock import Clock
from .fit import Target
from .model import WALKS, Direction, Phase, PhaseKind, Program
from .states import COUNTED, Cue, Reason, TurnMode
from .timeline import Timeline

# Own choice: in a shorter phase, half and ten seconds left would come in one breath.
HALF_FROM_S = 60.0
LAST_SECONDS = {10: Cue.TEN_SECONDS, 3: COUNTED[3], 2: COUNTED[2], 1: COUNTED[1]}


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseRecord:
    """A phase as planned and as done."""

    kind: PhaseKind
    planned_s: float
    done_s: float
    speed_kmh: float | None  # the target it ended with
    inclination_percent: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseRecord:
    """A pause: when, in which phase, and why."""

    at_s: float
    phase_index: int
    reason: Reason
    unplanned: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRecord:
    """What was planned and what was done so far; for history and journal."""

    program_id: str
    phases: tuple[PhaseRecord, ...]  # those begun
    pauses: tuple[PauseRecord, ...]
    turns: int
    ended: Reason | None  # None: it runs, or it came to its planned end
    ended_unplanned: bool

    @property
    def unplanned_stops(self) -> int:
        """How often it was broken off while the walker was on the belt."""
        return sum(pause.unplanned for pause in self.pauses) + self.ended_unplanned

    @property
    def backward_s(self) -> float:
        """How long was walked backward."""
        return math.fsum(
            phase.done_s for phase in self.phases if phase.kind is PhaseKind.WALK_BACKWARD
        )


class Walk:
    """The way through one program: its phase, its clock, its record."""

    def __init__(
        self,
        *,
        clock: Clock,
        program: Program,
        targets: Sequence[Target | None],
        limits: BeltLimits,
        turn_mode: TurnMode,
        without_wearable: bool,
        asked_by: str,
        on_cue: Callable[[Cue], None],
        on_phase_over: Callable[[], None],
    ) -> None:
        """Stand before the first phase; `on_phase_over` is called when a phase's time has run."""
        self._clock = clock
        self._on_cue = on_cue
        self._on_phase_over = on_phase_over
        self.program = program
        self.targets = list(targets)  # of each phase; None where nobody walks
        self.limits = limits
        self.turn_mode = turn_mode
        self.without_wearable = without_wearable
        self.asked_by = asked_by
        self.began = False  # the belt was started for it
        self.index = 0
        self.pauses: list[PauseRecord] = []
        self._done: list[PhaseRecord] = []
        self._timeline = self._timeline_of(self.phase)

    @property
    def phase(self) -> Phase:
        """The phase we are in, or stand before."""
        return self.program.phases[self.index]

    @property
    def next_phase(self) -> Phase | None:
        """The phase after it."""
        phases = self.program.phases
        return phases[self.index + 1] if self.index + 1 < len(phases) else None

    @property
    def target(self) -> Target:
        """What the walk of this phase asks of the machine."""
        target = self.targets[self.index]
        assert target is not None, "nobody walks in this phase"
        return target

    @property
    def direction(self) -> Direction:
        """Which way the walker walks in this phase."""
        return WALKS[self.phase.kind]

    @property
    def elapsed_s(self) -> float:
        """How much of the phase is done."""
        return self._timeline.elapsed_s

    @property
    def phase_over(self) -> bool:
        """Whether the phase's time has run."""
        return self._timeline.over

    @property
    def phase_ends_s(self) -> float | None:
        """The clock's time at which the phase ends; None while its time stands."""
        return self._timeline.at_s(self.phase.duration_s)

    @property
    def session_ends_s(self) -> float | None:
        """The clock's time at which the program ends at the earliest: turns are not counted."""
        if self.phase_ends_s is None:
            return None
        later = self.program.phases[self.index + 1 :]
        return self.phase_ends_s + math.fsum(phase.duration_s for phase in later)

    @property
    def backward_s(self) -> float:
        """How long was walked backward so far."""
        done = [record for record in self._done if record.kind is PhaseKind.WALK_BACKWARD]
        now_s = self.elapsed_s if self.phase.direction is Direction.BACKWARD else 0.0
        return math.fsum(record.done_s for record in done) + now_s

    def retarget(self, target: Target) -> None:
        """Give the rest of this phase another target."""
        self.targets[self.index] = target

    def run(self) -> None:
        """Let the phase's time run."""
        self._timeline.run()

    def halt(self) -> None:
        """Let the phase's time stand."""
        self._timeline.halt()

    def advance(self) -> None:
        """Go on to the next phase; its time does not run yet."""
        self.halt()
        self._done.append(self._phase_record())
        self.index += 1
        self._timeline = self._timeline_of(self.phase)

    def record(self, ended: Reason | None, *, unplanned: bool) -> SessionRecord:
        """Return what was done so far."""
        begun = (*self._done, self._phase_record()) if self.began else ()
        return SessionRecord(
            program_id=self.program.id,
            phases=begun,
            pauses=tuple(self.pauses),
            turns=sum(done.kind is PhaseKind.TURN for done in self._done),
            ended=ended,
            ended_unplanned=unplanned,
        )

    def _phase_record(self) -> PhaseRecord:
        """Return this phase as done so far."""
        target = self.targets[self.index]
        return PhaseRecord(
            kind=self.phase.kind,
            planned_s=self.phase.duration_s,
            done_s=self.elapsed_s,
            speed_kmh=target.speed_kmh if target else None,
            inclination_percent=target.inclination_percent if target else None,
        )

    def _timeline_of(self, phase: Phase) -> Timeline:
        """Lay out a phase's cues and its end; a turn has none, for it takes its time."""
        if phase.kind is PhaseKind.TURN:
            return Timeline(self._clock, ())
        end_s = phase.duration_s
        cues = [(end_s - left_s, cue) for left_s, cue in LAST_SECONDS.items() if left_s < end_s]
        if HALF_FROM_S <= end_s < math.inf:
            cues.insert(0, (end_s / 2, Cue.HALF))
        moments = [(at_s, partial(self._on_cue, cue)) for at_s, cue in cues]
        return Timeline(self._clock, [*moments, (end_s, self._on_phase_over)])
