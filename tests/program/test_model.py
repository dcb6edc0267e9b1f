"""Programs: rounds, turns and totals add up."""

from itertools import pairwise
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.program.model import (
    MPH_IN_KMH,
    TURN,
    WALKS,
    Basis,
    Caps,
    Direction,
    Phase,
    PhaseKind,
    Program,
    Span,
    free_walk,
)

SPANS = st.tuples(st.floats(0.3, 2.0), st.floats(0.0, 1.0)).map(
    lambda pair: Span(low=pair[0], high=pair[0] + pair[1])
)
WALK_PHASES = st.builds(
    Phase,
    kind=st.sampled_from(sorted(WALKS)),
    duration_s=st.floats(6.0, 600.0),
    speed_kmh=SPANS,
    inclination_percent=st.floats(0.0, 5.0).map(lambda low: Span(low=low, high=low)),
)
STANDS = st.builds(Phase, kind=st.just(PhaseKind.STAND), duration_s=st.floats(6.0, 120.0))


@st.composite
def any_programs(draw: st.DrawFn) -> Program:
    """Make programs that begin with a walk."""
    rest = draw(st.lists(st.one_of(WALK_PHASES, STANDS), max_size=8))
    return Program(
        id="any", source="made", basis=Basis.OWN_CHOICE, steps=(draw(WALK_PHASES), *rest)
    )


def _walk(kind: PhaseKind, minutes: float = 1.0, mph: float = 0.8, percent: float = 0.0) -> Phase:
    return Phase(
        kind=kind,
        duration_s=minutes * 60,
        speed_kmh=Span(low=mph * MPH_IN_KMH, high=mph * MPH_IN_KMH),
        inclination_percent=Span(low=percent, high=percent),
    )


B = _walk(PhaseKind.WALK_BACKWARD)
F = _walk(PhaseKind.WALK_FORWARD)
S = Phase(kind=PhaseKind.STAND, duration_s=60.0)


@pytest.mark.parametrize(
    ("steps", "phases"),
    [
        ((B,), (B,)),
        ((F, B), (F, TURN, B)),
        ((B, B), (B, B)),
        ((B, S, B), (B, S, B)),
        ((B, S, F), (B, S, TURN, F)),
        ((F, S, S, B, S), (F, S, S, TURN, B, S)),
        ((F, B, F), (F, TURN, B, TURN, F)),
    ],
)
def test_a_turn_stands_where_the_facing_changes(
    steps: tuple[Phase, ...], phases: tuple[Phase, ...]
) -> None:
    """The first walk sets the facing, standing keeps it."""
    program = Program(id="any", source="made", basis=Basis.OWN_CHOICE, steps=steps)
    assert program.phases == phases
    assert program.turns == phases.count(TURN)


@given(any_programs())
def test_totals_add_up(program: Program) -> None:
    """Turns, minutes and rounds, for any program."""
    facings = [step.direction for step in program.steps if step.direction]
    assert program.turns == sum(one is not other for one, other in pairwise(facings))
    assert [phase for phase in program.phases if phase is not TURN] == list(program.steps)
    assert program.total_s == pytest.approx(sum(phase.duration_s for phase in program.phases))
    walked_s = {
        direction: sum(step.duration_s for step in program.steps if step.direction is direction)
        for direction in Direction
    }
    stood_s = sum(s.duration_s for s in program.steps if s.kind is PhaseKind.STAND)
    assert program.backward_s == pytest.approx(walked_s[Direction.BACKWARD])
    assert program.total_s == pytest.approx(sum(walked_s.values()) + stood_s)


@given(any_programs())
def test_no_turn_without_a_walk_behind_it(program: Program) -> None:
    """Nobody turns just to stand or to finish."""
    assert program.phases[0].direction is not None
    for one, other in pairwise(program.phases):
        assert one is not TURN or other.direction is not None


def test_the_hardest_walk_is_the_steepest_then_the_fastest() -> None:
    """Steep counts before fast."""
    fast = _walk(PhaseKind.WALK_FORWARD, mph=3.0)
    hill = _walk(PhaseKind.WALK_BACKWARD, mph=0.5, percent=2.0)
    fast_hill = _walk(PhaseKind.WALK_BACKWARD, mph=0.6, percent=2.0)
    program = Program(
        id="any", source="made", basis=Basis.OWN_CHOICE, steps=(fast, hill, S, fast_hill)
    )
    assert program.hardest is fast_hill


@pytest.mark.parametrize("direction", Direction)
def test_a_free_walk_ends_when_somebody_ends_it(direction: Direction) -> None:
    """One walk without an end."""
    program = free_walk(direction)
    assert [phase.direction for phase in program.phases] == [direction]
    assert math.isinf(program.total_s)


def test_caps_hold_for_each_direction_and_for_the_treadmill() -> None:
    """The lower of walker's and treadmill's."""
    assert Caps().speed_kmh(Direction.BACKWARD) == pytest.approx(1.609344)
    assert Caps().speed_kmh(Direction.FORWARD) == pytest.approx(4.828032)
    assert Caps(treadmill_kmh=1.0).speed_kmh(Direction.FORWARD) == 1.0
    assert Caps(treadmill_kmh=9.0).speed_kmh(Direction.BACKWARD) == pytest.approx(1.609344)
