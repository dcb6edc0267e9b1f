"""Which unit a machine counts in, learned from walks at its lowest speed.

km/h is certain once reported speed and counted distance both agree with what was asked, over
enough of a way. Miles are certain when the belt was stopped for running 1.6 times too fast.
"""

from dataclasses import dataclass

from ..belt import BeltEvent, BeltEventKind, BeltMotion, BeltReport
from .profile import SpeedUnit
from .speed import KMH_PER_MPH

# Own choices. From step to step of the counter, so that its coarseness does not matter.
LEARNED_OVER_M = 15.0
# How far a ratio may be from 1, or from 1.6: machines that read km/h as mph are far beyond.
AGREES_WITHIN = 0.15
IS_MPH_WITHIN = 0.1


@dataclass(frozen=True, kw_only=True)
class Units:
    """What a machine counts in: the speeds that it is asked for, and those that it reports."""

    target: SpeedUnit
    report: SpeedUnit


KMH = Units(target=SpeedUnit.KMH, report=SpeedUnit.KMH)


@dataclass
class UnitWatch:
    """Looks on while a belt runs at a speed of ours."""

    _target_kmh: float | None = None
    _speed_kmh: float = 0.0
    _last_m: float | None = None
    _from: tuple[float, float] | None = None  # time and distance at a step of the counter

    def report(self, report: BeltReport) -> Units | None:
        """Take a report; return the units once they are certain."""
        target_kmh, distance_m = report.target_speed_kmh, report.distance_m
        if target_kmh is None or distance_m is None or report.motion is not BeltMotion.MOVING:
            self._last_m = self._from = None
            return None
        speed_kmh, last_m = report.speed_kmh or 0.0, self._last_m
        restarts = target_kmh != self._target_kmh or not _agrees(speed_kmh, target_kmh)
        self._target_kmh, self._speed_kmh, self._last_m = target_kmh, speed_kmh, distance_m
        if restarts or last_m is None or distance_m < last_m:
            self._from = None
            return None
        if distance_m == last_m:
            return None
        if self._from is None:
            self._from = report.at_s, distance_m
            return None
        from_s, from_m = self._from
        if distance_m - from_m < LEARNED_OVER_M:
            return None
        self._from = report.at_s, distance_m
        counted_kmh = (distance_m - from_m) / (report.at_s - from_s) * 3.6
        return KMH if _agrees(counted_kmh, target_kmh) else None

    def event(self, event: BeltEvent) -> Units | None:
        """Take an event; return the units if it gives them away.

        A machine that seems to run as asked, and was seen through by its distance, reports miles.
        """
        if event.kind is not BeltEventKind.RUNAWAY or not event.speed_kmh or not self._target_kmh:
            return None
        ratio = event.speed_kmh / self._target_kmh
        if abs(ratio / KMH_PER_MPH - 1) > IS_MPH_WITHIN:
            return None
        echoes = _agrees(self._speed_kmh, self._target_kmh)
        return Units(target=SpeedUnit.MPH, report=SpeedUnit.MPH if echoes else SpeedUnit.KMH)


def _agrees(speed_kmh: float, target_kmh: float) -> bool:
    return abs(speed_kmh / target_kmh - 1) <= AGREES_WITHIN
