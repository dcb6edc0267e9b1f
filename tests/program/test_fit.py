"""Targets: caps, machine steps, lowest speeds."""

from dataclasses import replace
import math

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.retrowalk.belt import BeltLimits
from custom_components.retrowalk.program.errors import ProgramRefused, RequestRefused
from custom_components.retrowalk.program.fit import (
    Target,
    adjusted,
    changed,
    fit,
    round_down,
    round_speed_down,
)
from custom_components.retrowalk.program.model import MPH_IN_KMH, Caps, Program
from tests.program.fake_belt import HILLY, LIMITS, PROGRAMS
from tests.program.test_model import any_programs

# The captured walking pad: from 1.0 km/h in steps of 0.5.
PAD = BeltLimits(min_speed_kmh=1.0, max_speed_kmh=6.0, speed_step_kmh=0.5)
HILL_CAPS = Caps(inclination_percent=2.2)


def _first(program_id: str, limits: BeltLimits, **kwargs: float) -> Target:
    target = fit(PROGRAMS[program_id], Caps(), limits, **kwargs)[0]
    assert target is not None
    return target


@pytest.mark.parametrize(
    ("program_id", "limits", "speed_kmh", "raised"),
    [
        ("short_classic", LIMITS, 1.2, False),  # 0.8 mph is 1.287 km/h
        ("daily_two", LIMITS, 0.8, False),
        ("short_classic", PAD, 1.0, False),
        ("daily_two", PAD, 1.0, True),  # 0.5 mph does not exist on it
        ("short_classic", replace(LIMITS, speed_step_kmh=0.01), 1.28, False),
        ("short_classic", replace(LIMITS, speed_step_kmh=0.0), 0.8 * MPH_IN_KMH, False),
    ],
)
def test_targets_round_down_or_are_raised(
    program_id: str, limits: BeltLimits, speed_kmh: float, raised: bool
) -> None:
    """Round down to the machine's step; its lowest speed is said to be raised."""
    target = _first(program_id, limits)
    assert target.speed_kmh == pytest.approx(speed_kmh)
    assert target.raised is raised


def test_a_chosen_speed_is_walked() -> None:
    """Walk every phase at the speed that was chosen."""
    assert _first("daily_two", LIMITS, speed_kmh=1.5).speed_kmh == pytest.approx(1.5)
    assert _first("short_classic", LIMITS, speed_kmh=1.0).speed_kmh == pytest.approx(1.0)


def test_a_programs_own_speed_is_lowered_to_the_cap() -> None:
    """A cap for each direction; a turn has no target."""
    targets = fit(PROGRAMS["short_classic"], Caps(backward_kmh=1.0), LIMITS)
    assert [target.speed_kmh if target else None for target in targets[:3]] == [1.2, None, 1.0]
    assert [target.cap_kmh for target in targets if target][:2] == [3.0 * MPH_IN_KMH, 1.0]


@pytest.mark.parametrize(
    ("program_id", "limits", "caps", "speed_kmh", "key", "placeholders"),
    [
        (
            "daily_two",
            LIMITS,
            Caps(),
            2.0,
            "speed_above_cap",
            {"speed_kmh": "2.00", "cap_kmh": "1.61"},
        ),
        (
            "short_classic",
            LIMITS,
            Caps(),
            1.7,
            "speed_above_cap",
            {"speed_kmh": "1.70", "cap_kmh": "1.61"},
        ),
        (
            "daily_two",
            replace(LIMITS, min_speed_kmh=2.0),
            Caps(),
            None,
            "lowest_speed_above_cap",
            {"lowest_kmh": "2.00", "cap_kmh": "1.61"},
        ),
        (
            "daily_two",
            LIMITS,
            Caps(treadmill_kmh=0.5),
            None,
            "lowest_speed_above_cap",
            {"lowest_kmh": "0.80", "cap_kmh": "0.50"},
        ),
        ("clinic_30", LIMITS, Caps(), None, "speed_not_prescribed", {"program": "clinic_30"}),
        (
            "daily_two",
            LIMITS,
            Caps(backward_locked=True),
            None,
            "backward_locked",
            {"program": "daily_two"},
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    program_id: str,
    limits: BeltLimits,
    caps: Caps,
    speed_kmh: float | None,
    key: str,
    placeholders: dict[str, str],
) -> None:
    """Refuse before anything moves, with what belongs into the sentence."""
    with pytest.raises(ProgramRefused) as caught:
        fit(PROGRAMS[program_id], caps, limits, speed_kmh)
    assert caught.value.key == key
    assert caught.value.placeholders == placeholders


def test_a_prescribed_speed_is_walked() -> None:
    """Clinic 30 takes the speed that was prescribed."""
    assert _first("clinic_30", LIMITS, speed_kmh=1.0).speed_kmh == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("limits", "caps", "percents"),
    [
        (LIMITS, HILL_CAPS, [None, None, None]),
        (HILLY, Caps(), [0.0, 0.0, 0.0]),
        (HILLY, HILL_CAPS, [0.0, 1.0, 0.0]),
        (replace(HILLY, max_inclination_percent=0.7), HILL_CAPS, [0.0, 0.5, 0.0]),
        (replace(HILLY, inclination_step_percent=None), HILL_CAPS, [0.0, 1.0, 0.0]),
    ],
)
def test_a_hill_is_lowered_to_cap_and_machine(
    limits: BeltLimits, caps: Caps, percents: list[float | None]
) -> None:
    """An inclination keeps to cap, machine and step."""
    targets = fit(PROGRAMS["gentle_hill"], caps, limits)
    assert [target.inclination_percent if target else None for target in targets] == percents


LIMITS_ANY = st.builds(
    BeltLimits,
    min_speed_kmh=st.integers(10, 200).map(lambda n: n / 100),
    max_speed_kmh=st.floats(3.0, 20.0),
    speed_step_kmh=st.sampled_from([0.01, 0.1, 0.16, 0.2, 0.32, 0.5]),
    max_inclination_percent=st.one_of(st.none(), st.floats(0.0, 15.0)),
    inclination_step_percent=st.sampled_from([0.1, 0.5, 1.0]),
)
CAPS_ANY = st.builds(
    Caps,
    backward_kmh=st.floats(0.3, 2.5),
    forward_kmh=st.floats(0.3, 6.0),
    treadmill_kmh=st.floats(0.3, 6.0),
    inclination_percent=st.floats(0.0, 5.0),
)


@given(program=any_programs(), caps=CAPS_ANY, limits=LIMITS_ANY)
def test_no_target_is_above_a_cap_or_off_the_machines_steps(
    program: Program, caps: Caps, limits: BeltLimits
) -> None:
    """Whatever the program, caps and machine."""
    try:
        targets = fit(program, caps, limits)
    except ProgramRefused:
        slowest_cap = min(
            caps.speed_kmh(walk.direction) for walk in program.walks if walk.direction
        )
        assert limits.min_speed_kmh > min(slowest_cap, limits.max_speed_kmh)
        return
    for phase, target in zip(program.phases, targets, strict=True):
        assert (target is None) == (phase.direction is None)
        if target is None or phase.direction is None:
            continue
        assert target.speed_kmh <= caps.speed_kmh(phase.direction) + 1e-6
        assert limits.min_speed_kmh - 1e-6 <= target.speed_kmh <= limits.max_speed_kmh + 1e-6
        steps = (target.speed_kmh - limits.min_speed_kmh) / limits.speed_step_kmh
        assert math.isclose(steps, round(steps), abs_tol=1e-3)
        assert target.raised or target.speed_kmh <= phase.speed_kmh.low + 1e-6
        if target.inclination_percent is not None:
            assert 0.0 <= target.inclination_percent <= caps.inclination_percent + 1e-6


@given(limits=LIMITS_ANY, number=st.integers(0, 100))
def test_a_speed_on_a_step_stays_there(limits: BeltLimits, number: int) -> None:
    """Rounding down does not lose a step to an inexact double."""
    speed_kmh = limits.min_speed_kmh + number * limits.speed_step_kmh
    assert round_speed_down(speed_kmh, limits) == pytest.approx(speed_kmh, abs=1e-6)


@given(st.integers(1, 2000))
def test_no_drift_between_units(hundredths: int) -> None:
    """There and back again gives the same hundredth of a mile."""
    mph = hundredths / 100
    assert round(mph * MPH_IN_KMH / MPH_IN_KMH, 2) == mph


def test_round_down_counts_from_the_lowest() -> None:
    """Steps begin at the lowest value; no step, no rounding."""
    assert round_down(1.9, lowest=0.8, step=0.5) == pytest.approx(1.8)
    assert round_down(1.9, lowest=0.8, step=0.0) == 1.9


TARGET = Target(speed_kmh=1.2, cap_kmh=1.61)


@pytest.mark.parametrize(
    ("change_kmh", "now_kmh", "speed_kmh"),
    [
        (0.16, 1.2, 1.3),
        (9.0, 1.2, 1.6),
        (-0.16, 1.2, 1.0),
        (-0.16, 0.9, 0.8),  # still on the way up: slower than it is now
        (-9.0, 1.2, 0.8),
    ],
)
def test_faster_and_slower_stay_within_cap_and_lowest_speed(
    change_kmh: float, now_kmh: float, speed_kmh: float
) -> None:
    """Slower takes effect on what the belt does now."""
    assert changed(TARGET, change_kmh, now_kmh, LIMITS).speed_kmh == pytest.approx(speed_kmh)


def test_faster_says_so_where_the_machine_has_no_such_step() -> None:
    """A change that is smaller than the machine's step is not made larger."""
    with pytest.raises(RequestRefused) as caught:
        changed(Target(speed_kmh=1.0, cap_kmh=1.61), 0.16, 1.0, PAD)
    assert caught.value.key == "no_faster_step"


@given(speed_kmh=st.floats(0.0, 5.0), limits=LIMITS_ANY)
def test_a_wish_above_the_cap_is_refused(speed_kmh: float, limits: BeltLimits) -> None:
    """A person's wish is refused, not lowered in silence."""
    assume(limits.min_speed_kmh <= TARGET.cap_kmh)
    if speed_kmh > TARGET.cap_kmh:
        with pytest.raises(RequestRefused, match="speed_above_cap"):
            adjusted(TARGET, speed_kmh, limits)
    else:
        assert adjusted(TARGET, speed_kmh, limits).speed_kmh <= TARGET.cap_kmh + 1e-6
