"""Speeds in whole hundredths: rounding, steps, caps and units."""

import math

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.treadmill.codec import SpeedRange
from custom_components.retrowalk.treadmill.profile import BY_KEY, GENERIC, MachineProfile, SpeedUnit
from custom_components.retrowalk.treadmill.speed import SpeedGrid, SpeedRefused, speed_grid

CITYSPORTS = SpeedGrid(min_raw=100, max_raw=600, step_raw=50, unit=SpeedUnit.KMH)
FINE = SpeedGrid(min_raw=80, max_raw=2000, step_raw=1, unit=SpeedUnit.KMH)
MILES = SpeedGrid(min_raw=50, max_raw=1200, step_raw=10, unit=SpeedUnit.MPH)


@pytest.mark.parametrize(
    ("grid", "speed_kmh", "cap_kmh", "raw"),
    [
        (CITYSPORTS, 1.5, 6.0, 150),
        (CITYSPORTS, 1.99, 6.0, 150),
        (CITYSPORTS, 0.3, 6.0, 100),  # below the lowest: the lowest
        (CITYSPORTS, 9.0, 20.0, 600),
        (CITYSPORTS, 5.0, 2.9, 250),
        (CITYSPORTS, 5.0, 1.0, 100),
        (FINE, 1.287, 6.0, 129),  # 0.8 mph
        (FINE, 0.8, 0.8, 80),
        (FINE, 3.3, 3.3, 330),  # 3.3 * 100 is 329.99999999999994
        (MILES, 1.609344, 6.0, 100),
        (MILES, 4.0, 3.0, 180),  # 1.86 mph
    ],
)
def test_raw(grid: SpeedGrid, speed_kmh: float, cap_kmh: float, raw: int) -> None:
    """Rounded down to the step, under cap and most, not below the least."""
    assert grid.raw(speed_kmh, cap_kmh) == raw


def test_refused() -> None:
    """The lowest speed is above the cap, or the speed is none."""
    with pytest.raises(SpeedRefused, match="1 km/h, is above the cap"):
        CITYSPORTS.raw(0.8, 0.9)
    with pytest.raises(SpeedRefused):
        CITYSPORTS.raw(math.nan, 6.0)


def test_unknown_unit() -> None:
    """Only the lowest speed is used."""
    grid = SpeedGrid(min_raw=100, max_raw=600, step_raw=10, unit=SpeedUnit.UNKNOWN)
    assert grid.raw(4.0, 6.0) == 100


@given(
    st.integers(50, 300),
    st.integers(0, 2000),
    st.integers(1, 200),
    st.sampled_from(SpeedUnit),
    st.floats(0, 30),
    st.floats(0, 30),
)
def test_never_above_the_cap(
    min_raw: int, more_raw: int, step_raw: int, unit: SpeedUnit, speed_kmh: float, cap_kmh: float
) -> None:
    """Whatever is asked: on the grid, within the range, never above the cap."""
    grid = SpeedGrid(min_raw=min_raw, max_raw=min_raw + more_raw, step_raw=step_raw, unit=unit)
    try:
        raw = grid.raw(speed_kmh, cap_kmh)
    except SpeedRefused:
        assert grid.kmh(min_raw) > cap_kmh - 1e-6
        return
    assert grid.kmh(raw) <= cap_kmh + 1e-6
    assert min_raw <= raw <= min_raw + more_raw
    assert (raw - min_raw) % step_raw == 0


@pytest.mark.parametrize(
    ("profile", "said", "expected"),
    [
        (GENERIC, None, (100, 600, 10)),
        (
            GENERIC,
            SpeedRange(min_speed_kmh=0.8, max_speed_kmh=20, speed_step_kmh=0.1),
            (80, 2000, 10),
        ),
        (GENERIC, SpeedRange(min_speed_kmh=0, max_speed_kmh=0, speed_step_kmh=0), (100, 600, 10)),
        (
            GENERIC,
            SpeedRange(min_speed_kmh=0.1, max_speed_kmh=0.2, speed_step_kmh=0.1),
            (50, 50, 10),
        ),
        (
            BY_KEY["coarse_steps"],
            SpeedRange(min_speed_kmh=0.1, max_speed_kmh=10, speed_step_kmh=0.1),
            (100, 1000, 32),
        ),
    ],
)
def test_grid(
    profile: MachineProfile, said: SpeedRange | None, expected: tuple[int, int, int]
) -> None:
    """What the machine says, where it makes sense; else profile and defaults."""
    grid = speed_grid(profile, said)
    assert (grid.min_raw, grid.max_raw, grid.step_raw) == expected
