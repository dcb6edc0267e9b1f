"""The programs in the package, and files that are broken."""

from collections.abc import Mapping
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.program.errors import ProgramRefused
from custom_components.retrowalk.program.library import (
    BUILT_IN,
    ProgramFileError,
    find_program,
    load_built_in,
    load_programs,
)
from custom_components.retrowalk.program.model import MPH_IN_KMH, Basis, Program

TEXT = BUILT_IN.read_text(encoding="utf-8")
PROGRAMS = load_built_in()

GOOD = """\
mine:
  basis: own_choice
  source: My own.
  steps:
    - {do: walk_backward, minutes: 1, mph: 0.5}
    - rounds: 2
      steps:
        - {do: stand, minutes: 1}
        - {do: walk_forward, minutes: 1, mph: [0.5, cap], incline_percent: 2}
"""

# Program: minutes in all, backward, turns, slowest and fastest mph, steepest percent.
TABLE = [
    ("first_steps", 5, 2, 1, 0.5, 0.5, 0),
    ("daily_two", 4, 2, 0, 0.5, 0.8, 0),
    ("short_classic", 12, 6, 5, 0.8, 0.8, 0),
    ("classic_30", 30, 14, 14, 0.8, 0.8, 0),
    ("knee_ten_split", 19, 10, 2, 0.6, 1.0, 0),
    ("knee_ten", 15, 10, 2, 0.5, math.inf, 0),
    ("balance_ten", 20, 10, 0, 0.5, 0.8, 0),
    ("steady_20", 24, 20, 0, 0.5, math.inf, 0),
    ("gentle_hill", 8, 8, 0, 0.6, 0.8, 3),
    ("clinic_30", 30, 30, 0, 0.5, math.inf, 0),
]


@pytest.mark.parametrize(
    ("program_id", "total", "backward", "turns", "slowest", "fastest", "steepest"), TABLE
)
def test_the_ten_programs_are_those_of_the_table(
    program_id: str,
    total: float,
    backward: float,
    turns: int,
    slowest: float,
    fastest: float,
    steepest: float,
) -> None:
    """Minutes, turns, speeds and inclines as in the table of programs."""
    program = PROGRAMS[program_id]
    assert program.total_s == total * 60
    assert program.backward_s == backward * 60
    assert program.turns == turns
    assert min(walk.speed_kmh.low for walk in program.walks) == slowest * MPH_IN_KMH
    assert max(walk.speed_kmh.high for walk in program.walks) == fastest * MPH_IN_KMH
    assert program.hardest.inclination_percent.high == steepest
    assert program.source


def test_there_are_ten_and_they_stay_as_they_are() -> None:
    """Nobody changes them at run time."""
    assert list(PROGRAMS) == [row[0] for row in TABLE]
    with pytest.raises(TypeError):
        PROGRAMS["mine"] = PROGRAMS["daily_two"]  # type: ignore[index]


def test_what_a_program_asks_for_beside_walking() -> None:
    """A helper, a prescribed speed, clean sessions before."""
    assert PROGRAMS["classic_30"].opens_after_clean_sessions == 6
    assert PROGRAMS["clinic_30"].helper_needed
    assert PROGRAMS["clinic_30"].speed_prescribed
    assert not PROGRAMS["daily_two"].helper_needed
    assert PROGRAMS["knee_ten"].basis is Basis.PUBLISHED
    assert PROGRAMS["steady_20"].basis is Basis.OWN_CHOICE


def test_a_good_file() -> None:
    """Rounds are written out, and `cap` leaves the end open."""
    program = load_programs(GOOD, "mine.yaml")["mine"]
    assert [step.kind for step in program.steps] == [
        "walk_backward",
        *("stand", "walk_forward") * 2,
    ]
    assert math.isinf(program.hardest.speed_kmh.high)


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "problem"),
    [
        ("minutes: 1, mph: 0.5", "minutes: -1, mph: 0.5", 5, "mine.steps[0].minutes", ""),
        ("minutes: 1, mph: 0.5", "minutes: nan, mph: 0.5", 5, "mine.steps[0].minutes", ""),
        ("minutes: 1, mph: 0.5", "minutes: 999, mph: 0.5", 5, "mine.steps[0].minutes", ""),
        ("minutes: 1, mph: 0.5", "minutes: 1", 5, "mine.steps[0].mph", ""),
        ("mph: 0.5", "mph: cap", 5, "mine.steps[0].mph", ""),
        ("mph: 0.5", "mph: 99", 5, "mine.steps[0].mph", ""),
        ("mph: 0.5", "mph: [0.5]", 5, "mine.steps[0].mph", ""),
        ("mph: 0.5", "mph: [0.8, 0.5]", 5, "mine.steps[0].mph", "begins above its end"),
        ("mph: 0.5", "mph: 0.5, knots: 1", 5, "mine.steps[0].knots", ""),
        ("do: walk_backward", "do: hop", 5, "mine.steps[0].do", ""),
        ("do: walk_backward", "do: turn", 5, "mine.steps[0].do", ""),
        ("rounds: 2", "rounds: 0", 6, "mine.steps[1].rounds", ""),
        ("rounds: 2", "rounds: two", 6, "mine.steps[1].rounds", ""),
        ("stand, minutes: 1", "stand, minutes: 1, mph: 1", 8, "mine.steps[1].steps[0].mph", ""),
        (
            "incline_percent: 2",
            "incline_percent: 50",
            9,
            "mine.steps[1].steps[1].incline_percent",
            "",
        ),
        ("do: walk_forward, ", "", 9, "mine.steps[1].steps[1].do", ""),
        (
            "- {do: walk_backward, minutes: 1, mph: 0.5}",
            "- {do: stand, minutes: 1}",
            4,
            "mine.steps",
            "must begin with a walk",
        ),
        ("- {do: walk_backward, minutes: 1, mph: 0.5}", "- 3", 5, "mine.steps[0]", ""),
        ("basis: own_choice", "basis: hearsay", 2, "mine.basis", ""),
        ("  source: My own.\n", "", 1, "mine.source", ""),
        ("source: My own.", "source: ''", 3, "mine.source", ""),
        (
            "source: My own.",
            "helper_needed: perhaps\n  source: My own.",
            3,
            "mine.helper_needed",
            "",
        ),
        ("  source: My own.", "  basis: published\n  source: My own.", 3, "", "basis stands twice"),
        ("mph: 0.5}", "mph: 0.5", 6, "", "expected"),
        (GOOD, "", 1, "", ""),
        (GOOD, "- 1", 1, "", ""),
        (GOOD, "a: *b", 1, "", "undefined alias"),
        (GOOD, "&a {b: *a}", 1, "", "recursive"),
        (GOOD, "\n? [1]\n: 2", 2, "", "unhashable"),
        (GOOD, "a: \x00", 1, "", "cannot be read"),
        (GOOD, "[" * 20_000, 1, "", "cannot be read"),
    ],
)
def test_a_broken_file_names_line_and_field(
    old: str, new: str, line: int, field: str, problem: str
) -> None:
    """Each slip of the pen, and each kind of broken YAML."""
    assert old in GOOD
    with pytest.raises(ProgramFileError) as caught:
        load_programs(GOOD.replace(old, new, 1), "mine.yaml")
    assert (caught.value.line, caught.value.field) == (line, field)
    assert caught.value.problem  # its words are voluptuous's own where none are asked for here
    assert problem in caught.value.problem
    assert f"mine.yaml, line {line}" in str(caught.value)


def _load(text: str) -> Mapping[str, Program] | ProgramFileError:
    try:
        return load_programs(text, "mine.yaml")
    except ProgramFileError as error:
        return error


@given(
    position=st.integers(0, len(GOOD)),
    length=st.integers(0, 30),
    inserted=st.text(st.sampled_from("{}[]:,-&*!#'\"\n \t01.xyz\x07é"), max_size=6),
)
def test_any_damage_loads_or_names_a_line(position: int, length: int, inserted: str) -> None:
    """Damage at any place is an error of one class, or none."""
    text = GOOD[:position] + inserted + GOOD[position + length :]
    loaded = _load(text)
    if isinstance(loaded, ProgramFileError):
        assert 1 <= loaded.line <= text.count("\n") + 2
        assert loaded.problem
    else:
        assert all(program.phases[0].direction for program in loaded.values())


def test_aliases_cannot_blow_up() -> None:
    """A file of a few lines must not become one of a billion."""
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(ProgramFileError):
        load_programs("\n".join(lines), "laughs.yaml")


def test_an_unknown_program_names_the_known() -> None:
    """Say what there is instead."""
    assert find_program(PROGRAMS, "daily_two") is PROGRAMS["daily_two"]
    with pytest.raises(ProgramRefused) as caught:
        find_program(PROGRAMS, "moonwalk")
    assert caught.value.key == "unknown_program"
    assert caught.value.placeholders["program"] == "moonwalk"
    assert "daily_two" in caught.value.placeholders["programs"]
