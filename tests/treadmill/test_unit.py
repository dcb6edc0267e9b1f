"""Learning the unit: km/h by a walk in agreement, miles by a belt that ran 1.6 times too fast."""

from dataclasses import replace

import pytest

from custom_components.retrowalk.belt import BeltEvent, BeltEventKind, BeltMotion, BeltReport
from custom_components.retrowalk.treadmill.profile import SpeedUnit
from custom_components.retrowalk.treadmill.unit import KMH, LEARNED_OVER_M, Units, UnitWatch


def walk(
    *,
    target_kmh: float | None = 0.8,
    speed_kmh: float = 0.8,
    counted_kmh: float = 0.8,
    seconds: int = 120,
    step_m: int = 1,
    motion: BeltMotion = BeltMotion.MOVING,
) -> list[BeltReport]:
    """Return the reports of a walk, one a second, by a counter as coarse as `step_m`."""
    return [
        BeltReport(
            at_s=1000.0 + second,
            motion=motion,
            linked=True,
            speed_kmh=speed_kmh,
            target_speed_kmh=target_kmh,
            distance_m=counted_kmh / 3.6 * second // step_m * step_m,
        )
        for second in range(seconds)
    ]


def learned(reports: list[BeltReport]) -> set[Units]:
    """Return what is learned from reports."""
    watch = UnitWatch()
    return {unit for report in reports if (unit := watch.report(report))}


def test_kmh() -> None:
    """Speed and distance agree with what was asked."""
    assert learned(walk()) == {KMH}
    assert learned(walk(step_m=10, seconds=240)) == {KMH}


@pytest.mark.parametrize(
    "reports",
    [
        pytest.param(walk(seconds=60), id="too_short"),
        pytest.param(walk(target_kmh=None), id="set_at_the_console"),
        pytest.param(walk(motion=BeltMotion.STOPPING), id="stopping"),
        pytest.param(walk(speed_kmh=1.287), id="faster_than_asked"),
        pytest.param(walk(counted_kmh=1.287), id="counts_more_than_it_says"),
        pytest.param(walk(counted_kmh=0.3), id="counts_less"),
        pytest.param(walk(counted_kmh=0.0), id="counts_nothing"),
        pytest.param([replace(each, distance_m=None) for each in walk()], id="no_counter"),
        pytest.param([replace(each, speed_kmh=None) for each in walk()], id="silent"),
        pytest.param(walk(seconds=60) + walk(seconds=60), id="counter_reset"),
        pytest.param(
            walk(seconds=60) + [replace(each, target_speed_kmh=0.79) for each in walk()[60:]],
            id="target_changed",
        ),
    ],
)
def test_nothing_certain(reports: list[BeltReport]) -> None:
    """Nothing is learned from what does not agree, or not for long enough."""
    assert learned(reports) == set()
    assert LEARNED_OVER_M > 0.8 / 3.6 * 60


@pytest.mark.parametrize(
    ("event", "report"),
    [
        (BeltEvent(kind=BeltEventKind.RUNAWAY, speed_kmh=1.287), SpeedUnit.MPH),
        (BeltEvent(kind=BeltEventKind.RUNAWAY, speed_kmh=1.1), None),
        (BeltEvent(kind=BeltEventKind.RUNAWAY, speed_kmh=2.2), None),
        (BeltEvent(kind=BeltEventKind.RUNAWAY), None),
        (BeltEvent(kind=BeltEventKind.CONSOLE_SPEED, speed_kmh=1.287), None),
    ],
)
def test_mph(event: BeltEvent, report: SpeedUnit | None) -> None:
    """1.6 times as fast as asked, and stopped for it."""
    watch = UnitWatch()
    assert watch.event(event) is None  # nothing was asked
    watch.report(walk()[0])  # as fast as asked, it says
    assert watch.event(event) == (report and Units(target=SpeedUnit.MPH, report=report))


def test_mph_by_its_own_report() -> None:
    """A machine that says so itself reports in km/h."""
    watch = UnitWatch()
    watch.report(walk(speed_kmh=1.287)[0])
    event = BeltEvent(kind=BeltEventKind.RUNAWAY, speed_kmh=1.287)
    assert watch.event(event) == Units(target=SpeedUnit.MPH, report=SpeedUnit.KMH)
