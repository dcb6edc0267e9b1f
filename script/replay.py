"""Let a guard hear again what a walker's diagnostics kept, and show what it decides now."""

import argparse
from collections.abc import Iterator
import json
from math import nan
from pathlib import Path
import sys
from typing import Any

from custom_components.retrowalk.belt import BeltMotion, BeltReport
from custom_components.retrowalk.safety.evidence import Decision, Phase, Response
from custom_components.retrowalk.safety.guard import Guard
from custom_components.retrowalk.safety.thresholds import Placement
from custom_components.retrowalk.samples import MotionSample, StepSample

type Json = dict[str, Any]

# As often as a guard looks at what time alone shows.
TICK_S = 0.25
# What comes after a fall is looked at each 0.5 s, as frames come: those looks fall otherwise now.
AS_SOON_S = 1.0


class Replay:
    """One incident, heard again."""

    def __init__(self, incident: Json) -> None:
        """Post a guard as it was posted then."""
        self.decisions: list[Decision] = []
        self._incident = incident
        self._now_s = 0.0
        worn = {str(at): Placement(one) for at, one in enumerate(incident["placements"])}
        self._guard = Guard(
            lambda: self._now_s, worn, self.decisions.append, can_slow=incident["can_slow"]
        )

    def run(self) -> list[Decision]:
        """Return what the guard decides now; notes left out."""
        began, *heard = self._incident["heard"]
        self._take(began)
        if began["gait_seen"]:
            self._guard.take_gait_as_seen()
        for event in heard:
            self._tick_until(event["at_ms"] / 1000)
            self._take(event)
        self._tick_until(max(one["at_ms"] for one in self._incident["decisions"]) / 1000)
        return [one for one in self.decisions if one.response > Response.NONE]

    def _tick_until(self, at_s: float) -> None:
        """Let time pass."""
        while self._now_s + TICK_S < at_s:
            self._now_s += TICK_S
            self._guard.tick()
        self._now_s = max(self._now_s, at_s)
        self._guard.tick()

    def _take(self, event: Json) -> None:
        """Let the guard hear one event."""
        wearable_id = str(event.get("wearable"))
        match event:
            case {"motion": numbers}:
                for sample in samples(numbers):
                    self._guard.on_motion(wearable_id, sample)
            case {"step": [at_ms, *said]}:
                at_s = nan if at_ms is None else at_ms / 1000
                self._guard.on_step(wearable_id, StepSample(at_s, *said))
            case {"fell": True}:
                self._guard.on_fall(wearable_id)
            case {"phase": phase, "belt": belt, "belt_steps": steps}:
                if belt is not None:
                    report = BeltReport(at_s=self._now_s, motion=BeltMotion(belt), steps=steps)
                    self._guard.on_belt(report)
                self._guard.on_phase(Phase(phase))


def samples(numbers: list[int]) -> Iterator[MotionSample]:
    """Yield the samples of one frame: ms since the last one, and mg along x, y, z."""
    at_ms = 0
    for at in range(0, len(numbers), 4):
        since_ms, x_mg, y_mg, z_mg = numbers[at : at + 4]
        at_ms += since_ms
        yield MotionSample(at_ms / 1000, x_mg / 1000, y_mg / 1000, z_mg / 1000)


def same(incident: Json, decisions: list[Decision]) -> bool:
    """Tell whether the guard decides as it did then, and as soon."""
    then = [one for one in incident["decisions"] if one["response"] != "none"]
    return len(then) == len(decisions) and all(
        (was["evidence"], was["response"]) == (now.evidence, now.response.name.lower())
        and abs(was["at_ms"] / 1000 - now.at_s) <= AS_SOON_S
        for was, now in zip(then, decisions, strict=True)
    )


def show(incident: Json) -> bool:
    """Print an incident then and now; tell whether the decisions are the same."""
    decisions = Replay(incident).run()
    print(f"{incident['at']}, worn at: {', '.join(incident['placements']) or 'nowhere'}")
    for was in incident["decisions"]:
        line = f"{was['at_ms'] / 1000:8.2f} s  {was['evidence']}: {was['response']}"
        print("  then ", line, was["detail"] or "")
    for now in decisions:
        print("  now  ", f"{now.at_s:8.2f} s  {now.evidence}: {now.response.name.lower()}")
    is_same = same(incident, decisions)
    print("  the same" if is_same else "  NOT THE SAME")
    return is_same


def main() -> None:
    """Read the command line and replay."""
    parser = argparse.ArgumentParser(prog="script/replay", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="a walker's diagnostics download")
    parser.add_argument("--called-from", type=Path, default=Path(), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    download = json.loads((arguments.called_from / arguments.file).read_text())
    incidents = download.get("data", download).get("runtime", {}).get("incidents")
    if incidents is None:
        sys.exit("This is no diagnostics download of a walker.")
    if not incidents:
        sys.exit("Nothing was decided: there is nothing to replay.")
    if not all([show(incident) for incident in incidents]):  # noqa: C419 (all are shown)
        sys.exit(1)


if __name__ == "__main__":
    main()
