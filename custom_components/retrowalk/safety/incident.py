"""What led to a decision and what followed, told as plain JSON without anybody's address.

`script/replay` lets a guard hear it again, so that a false alarm becomes a test.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from math import isfinite
from typing import Any, NamedTuple

from ..belt import BeltMotion
from ..samples import MotionSample, StepSample
from .detector import Impact
from .evidence import Decision, Phase
from .sinking import Sinking
from .thresholds import Placement

AFTER_S = 30.0


class Situation(NamedTuple):
    """What was expected of the walker, and what the belt did."""

    phase: Phase
    belt: BeltMotion | None
    belt_steps: int | None
    gait_seen: bool


class Heard(NamedTuple):
    """One thing that the guard heard; None is a sensor's own word of a fall."""

    at_s: float
    what: MotionSample | StepSample | Situation | None
    wearable_id: str | None = None


@dataclass(kw_only=True)
class Incident:
    """What led to a decision, what followed, and what was decided."""

    wearables: Mapping[str, Placement]
    can_slow: bool
    heard: list[Heard]
    until_s: float
    decisions: list[Decision] = field(default_factory=list)

    def add(self, decision: Decision) -> None:
        """Take a decision; a graver one has its own half minute after it."""
        if all(decision.response > one.response for one in self.decisions):
            self.until_s = decision.at_s + AFTER_S
        self.decisions.append(decision)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: times in ms since its beginning, motion in mg."""
        return _Telling(self).told()


class _Telling:
    """An incident in plain values: wearables by number, for their ids may be addresses."""

    def __init__(self, incident: Incident) -> None:
        self._incident = incident
        self._number = {name: number for number, name in enumerate(incident.wearables)}
        self._began_s = incident.heard[0].at_s

    def told(self) -> dict[str, Any]:
        """Return all of it."""
        incident = self._incident
        grouped = groupby(incident.heard, lambda one: (one.at_s, one.wearable_id, type(one.what)))
        return {
            "placements": [str(placement) for placement in incident.wearables.values()],
            "can_slow": incident.can_slow,
            "decisions": [self._decision(decision) for decision in incident.decisions],
            "heard": [event for _, group in grouped for event in self._events(list(group))],
        }

    def _events(self, group: list[Heard]) -> list[dict[str, Any]]:
        """Return the events of one moment and one origin: samples that came together are one."""
        at_s, what, wearable_id = group[0]
        stamp = {"at_ms": self._ms(at_s)}
        if wearable_id is not None:
            stamp["wearable"] = self._number[wearable_id]
        match what:
            case MotionSample():
                return [{**stamp, "motion": self._motion(group)}]
            case StepSample():
                steps = [one.what for one in group if isinstance(one.what, StepSample)]
                return [
                    {**stamp, "step": [self._ms(step.at_s), *map(_finite, step[1:])]}
                    for step in steps
                ]
            case Situation():
                return [
                    {**stamp, **one.what._asdict()}
                    for one in group
                    if isinstance(one.what, Situation)
                ]
            case None:
                return [{**stamp, "fell": True}]

    def _motion(self, group: list[Heard]) -> list[int | None]:
        """Return the samples one after the other: ms since the last one, and mg along x, y, z."""
        numbers: list[int | None] = []
        last_ms = 0
        for heard in group:
            assert isinstance(heard.what, MotionSample)
            at_ms = self._ms(heard.what.at_s) or 0
            numbers.append(at_ms - last_ms)
            numbers.extend(round(1000 * each_g) for each_g in heard.what[1:])
            last_ms = at_ms
        return numbers

    def _decision(self, decision: Decision) -> dict[str, Any]:
        return {
            "at_ms": self._ms(decision.at_s),
            "evidence": str(decision.evidence),
            "response": decision.response.name.lower(),
            "wearable": self._number.get(decision.wearable_id or ""),
            "detail": _measured(decision.detail),
        }

    def _ms(self, at_s: float) -> int | None:
        since_ms = 1000 * (at_s - self._began_s)
        return round(since_ms) if isfinite(since_ms) else None


def _measured(detail: object) -> dict[str, float] | None:
    """Return the measurements; when it was, is known."""
    if not isinstance(detail, Impact | Sinking):
        return None
    return {
        name: round(value, 3)
        for name, value in asdict(detail).items()
        if isinstance(value, float) and not name.endswith("at_s")
    }


def _finite(value: float | None) -> float | None:
    """Return a number as JSON can have it."""
    return value if value is None or isfinite(value) else None
