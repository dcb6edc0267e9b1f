"""Programs: what is walked, in which order, and what it adds up to.

The belt cannot reverse: walking backward means that the walker faces the other way. Wherever
the facing changes, a turn stands between the phases.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
import math

MPH_IN_KMH = 1.609344


class Direction(StrEnum):
    """Which way the walker walks."""

    BACKWARD = "backward"
    FORWARD = "forward"


class PhaseKind(StrEnum):
    """What is done in a phase."""

    WALK_BACKWARD = "walk_backward"
    WALK_FORWARD = "walk_forward"
    STAND = "stand"
    TURN = "turn"


WALKS = {
    PhaseKind.WALK_BACKWARD: Direction.BACKWARD,
    PhaseKind.WALK_FORWARD: Direction.FORWARD,
}


class Basis(StrEnum):
    """Where a program's numbers come from."""

    PUBLISHED = "published"
    OWN_CHOICE = "own_choice"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Where a speed or an inclination begins, and how far it may be led; inf: to the cap."""

    low: float
    high: float


ZERO = Span(low=0.0, high=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Phase:
    """A time of walking or standing, or a turn, which takes the time it takes."""

    kind: PhaseKind
    duration_s: float = 0.0  # inf: until somebody ends it
    speed_kmh: Span = ZERO
    inclination_percent: Span = ZERO

    @property
    def direction(self) -> Direction | None:
        """Which way the walker walks; None where nobody walks."""
        return WALKS.get(self.kind)


TURN = Phase(kind=PhaseKind.TURN)


def _with_turns(steps: Iterable[Phase]) -> Iterator[Phase]:
    """Put a turn before every walk that faces another way than the walk before it.

    The first walk sets the facing, for the walker steps onto the belt that way;
    standing keeps it.
    """
    facing = None
    for step in steps:
        if step.direction is not None:
            if facing not in (None, step.direction):
                yield TURN
            facing = step.direction
        yield step


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program as data, and what its numbers rest on. It begins with a walk."""

    id: str
    source: str
    basis: Basis
    steps: tuple[Phase, ...]  # rounds written out, without turns
    speed_prescribed: bool = False  # a start has to name the speed
    helper_needed: bool = False
    opens_after_clean_sessions: int = 0

    @cached_property
    def phases(self) -> tuple[Phase, ...]:
        """The steps with the turns between them."""
        return tuple(_with_turns(self.steps))

    @property
    def walks(self) -> tuple[Phase, ...]:
        """The steps that are walked."""
        return tuple(step for step in self.steps if step.direction is not None)

    @property
    def total_s(self) -> float:
        """How long it takes; a turn takes the time it takes and is not counted."""
        return math.fsum(step.duration_s for step in self.steps)

    @property
    def backward_s(self) -> float:
        """How long it walks backward."""
        return math.fsum(
            walk.duration_s for walk in self.walks if walk.direction is Direction.BACKWARD
        )

    @property
    def turns(self) -> int:
        """How often the walker turns."""
        return self.phases.count(TURN)

    @property
    def hardest(self) -> Phase:
        """The walk that may be led furthest: the steepest, and of these the fastest."""
        return max(
            self.walks, key=lambda walk: (walk.inclination_percent.high, walk.speed_kmh.high)
        )


# Own choice: as slow as the slowest built-in program.
FREE_WALK_FROM_KMH = 0.5 * MPH_IN_KMH


def free_walk(direction: Direction) -> Program:
    """Return a guarded session without a program: one walk until somebody ends it."""
    kind = next(kind for kind, walked in WALKS.items() if walked is direction)
    speed_kmh = Span(low=FREE_WALK_FROM_KMH, high=math.inf)
    return Program(
        id="free_walk",
        source="The walker's own choice.",
        basis=Basis.OWN_CHOICE,
        steps=(Phase(kind=kind, duration_s=math.inf, speed_kmh=speed_kmh),),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """What no command may exceed; a session keeps the caps it began with."""

    backward_kmh: float = 1.0 * MPH_IN_KMH  # own choice
    forward_kmh: float = 3.0 * MPH_IN_KMH  # own choice: a brisk walk
    treadmill_kmh: float = math.inf
    inclination_percent: float = 0.0
    backward_locked: bool = False  # no rails or no clip, and nobody has taken it upon themselves

    def speed_kmh(self, direction: Direction) -> float:
        """Return the cap for walking one way on this treadmill."""
        walked = {Direction.BACKWARD: self.backward_kmh, Direction.FORWARD: self.forward_kmh}
        return min(walked[direction], self.treadmill_kmh)
