"""What a check makes of the treadmill's side."""

from simulator.belt_physics import LogEntry, Slope
from simulator.demo.findings import (
    Motion,
    commanded_kmh,
    motions,
    times_of,
    unconfirmed_starts,
    writes,
)


def slope(at_s: float, speed_kmh: float, slope_kmh_s: float) -> Slope:
    """Return one slope of a track."""
    return Slope(at_s=at_s, speed_kmh=speed_kmh, slope_kmh_s=slope_kmh_s)


TRACK = [
    slope(0.0, 0.0, 0.0),
    slope(10.0, 0.0, 0.5),
    slope(12.0, 1.0, 0.0),
    slope(70.0, 1.0, -0.3),
    slope(73.3, 0.0, 0.0),
    slope(90.0, 0.0, 0.5),
    slope(91.0, 0.5, 0.0),
]


def test_motions_reach_from_rest_to_rest() -> None:
    """The ramps belong to a motion, and one that has not ended lasts until now."""
    first, last = motions(TRACK, until_s=95.0)
    assert first == Motion(begins_s=10.0, ends_s=73.3, top_kmh=1.0)
    assert last == Motion(begins_s=90.0, ends_s=95.0, top_kmh=0.5)
    assert last.lasts_s == 5.0


def test_a_belt_that_never_moved() -> None:
    """Rest is no motion."""
    assert motions(TRACK[:1], until_s=100.0) == []


def test_commands_are_read_from_the_log() -> None:
    """Console and control point stand in one log."""
    log = [
        LogEntry(at_s=1.0, event="control_point", value=bytes.fromhex("00")),
        LogEntry(at_s=2.0, event="control_point", value=bytes.fromhex("07")),
        LogEntry(at_s=2.0, event="start"),
        LogEntry(at_s=3.0, event="control_point", value=bytes.fromhex("028100")),
        LogEntry(at_s=4.0, event="console_stop"),
    ]
    written = writes(log)
    assert [value.hex() for _, value in written] == ["00", "07", "028100"]
    assert times_of(0x07, written) == [2.0]
    assert commanded_kmh(written) == [1.29]


def test_each_start_wants_a_press_of_its_own() -> None:
    """One press opens for one start, and none that comes after it."""
    assert unconfirmed_starts([1.0, 20.0], [5.0, 25.0]) == []
    assert unconfirmed_starts([1.0], [5.0, 25.0]) == [25.0]
    assert unconfirmed_starts([6.0], [5.0]) == [5.0]
