"""What the treadmill's side tells of a check: how the belt moved, and what it was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .. import ftms_wire as wire
from ..belt_physics import LogEntry, Slope

CONTROL_POINT = "control_point"


@dataclass(frozen=True, kw_only=True)
class Motion:
    """One time from rest to rest; it has not ended where the belt still moves."""

    begins_s: float
    ends_s: float
    top_kmh: float

    @property
    def lasts_s(self) -> float:
        """How long the belt moved."""
        return self.ends_s - self.begins_s


def motions(track: Iterable[Slope], until_s: float) -> list[Motion]:
    """Return the times in which the belt moved; speeds are looked at where slopes begin."""
    found: list[Motion] = []
    begins_s, top_kmh = None, 0.0
    for slope in track:
        moves = slope.speed_kmh > 0 or slope.slope_kmh_s > 0
        if moves and begins_s is None:
            begins_s, top_kmh = slope.at_s, 0.0
        if begins_s is not None:
            top_kmh = max(top_kmh, slope.speed_kmh)
            if not moves:
                found.append(Motion(begins_s=begins_s, ends_s=slope.at_s, top_kmh=top_kmh))
                begins_s = None
    if begins_s is not None:
        found.append(Motion(begins_s=begins_s, ends_s=until_s, top_kmh=top_kmh))
    return found


def writes(log: Iterable[LogEntry]) -> list[tuple[float, bytes]]:
    """Return what was written to the control point, and when."""
    return [
        (entry.at_s, entry.value)
        for entry in log
        if entry.event == CONTROL_POINT and isinstance(entry.value, bytes)
    ]


def times_of(opcode: int, written: Iterable[tuple[float, bytes]]) -> list[float]:
    """Return when commands of one kind were written."""
    return [at_s for at_s, value in written if value[:1] == bytes((opcode,))]


def commanded_kmh(written: Iterable[tuple[float, bytes]]) -> list[float]:
    """Return the speeds that were asked for."""
    return [
        int.from_bytes(value[1:3], "little") / 100
        for _, value in written
        if value[:1] == bytes((wire.SET_SPEED,))
    ]


def unconfirmed_starts(presses_s: Sequence[float], starts_s: Sequence[float]) -> list[float]:
    """Return the starts that had no press of their own since the start before."""
    return [
        start_s
        for before_s, start_s in pairwise((float("-inf"), *starts_s))
        if not any(before_s < press_s < start_s for press_s in presses_s)
    ]
