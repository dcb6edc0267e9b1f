"""Replay recorded trials, sample by sample, through the detector and the guard that ship.

A file is an .npz of `acc` (int16, 1/2048 g, all trials one after the other at 50 Hz), `off` (where
each trial begins, and the end) and `meta` (a JSON list with an object a trial). With `--json` one
line a trial; else a table beside two well-known algorithms, run here, and the published figures.
"""

import argparse
import json
from pathlib import Path

from custom_components.retrowalk.belt import BeltMotion, BeltReport
from custom_components.retrowalk.safety.evidence import Decision, Evidence, Phase, Response
from custom_components.retrowalk.safety.guard import Guard
from custom_components.retrowalk.safety.thresholds import Placement
from custom_components.retrowalk.samples import MotionSample
from script.falls_data import RATE_HZ, Trial, read
from script.falls_table import ARMED_FROM_S, PUBLISHED, Row, peak, show, state_machine

_IMPACT = frozenset({Evidence.FALL, Evidence.LIMB_IMPACT})
_STEP_LOSS = frozenset({Evidence.STEPS_LATE, Evidence.STEPS_LOST})
CHANNELS = {
    "impact": _IMPACT,
    "step-loss": _STEP_LOSS,
    "all": _IMPACT | _STEP_LOSS | {Evidence.LIMB_FALL, Evidence.SANK},
}


def replay(trial: Trial, placement: Placement, channel: str) -> list[Decision]:
    """Return what the guard decides, in order."""
    at_s = 0.0
    decisions: list[Decision] = []
    guard = Guard(lambda: at_s, {"it": placement}, decisions.append, heeds=CHANNELS[channel])
    guard.on_belt(BeltReport(at_s=0.0, motion=BeltMotion.MOVING, linked=True))
    # Without a belt nobody is bound to step: impact and posture are armed, as while standing.
    guard.on_phase(Phase.STANDING if channel == "impact" else Phase.WALKING)
    armed = False
    for index, (x_g, y_g, z_g) in enumerate(trial.acc_g.tolist()):
        at_s = index / RATE_HZ
        guard.on_motion("it", MotionSample(at_s, x_g, y_g, z_g))
        if not armed and at_s >= ARMED_FROM_S:
            guard.take_as_armed()
            armed = True
    return decisions


def told(decisions: list[Decision]) -> Decision | None:
    """Return the first of the gravest decisions."""
    return max(decisions, key=lambda decision: decision.response, default=None)


def guessed_placement(file: str) -> Placement:
    """Return the placement that the file's name speaks of, or the waist."""
    name = Path(file).name.lower()
    return next((placement for placement in Placement if placement in name), Placement.WAIST)


def as_line(file: str, trial: Trial, decision: Decision | None) -> str:
    """Return the line of one trial."""
    response = decision.response if decision else Response.NONE
    return json.dumps(
        {
            "file": file,
            "trial": trial.meta.get("trial"),
            "suspected_s": decided_s(decision, Response.STOP),
            "evidence": decision.evidence if decision else None,
            "response": response.name.lower(),
        }
    )


def decided_s(decision: Decision | None, least: Response) -> float | None:
    """Return when at least this much was decided."""
    return round(decision.at_s, 3) if decision and decision.response >= least else None


def main() -> None:
    """Read the command line and replay."""
    parser = argparse.ArgumentParser(prog="script/evaluate-falls", description=__doc__)
    parser.add_argument("files", nargs="+", metavar="FILE.npz")
    parser.add_argument(
        "--placement", type=Placement, choices=list(Placement), help="else by the file's name"
    )
    parser.add_argument("--channel", choices=list(CHANNELS), default="impact")
    parser.add_argument("--json", action="store_true", help="one line a trial; needs no labels")
    parser.add_argument("--called-from", type=Path, default=Path(), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for file in arguments.files:
        placement = arguments.placement or guessed_placement(file)
        trials = read(arguments.called_from / file)
        outcomes = ((trial, told(replay(trial, placement, arguments.channel))) for trial in trials)
        if arguments.json:
            for trial, decision in outcomes:
                print(as_line(file, trial, decision), flush=True)
        else:
            compare(f"{Path(file).name} ({placement}, {arguments.channel})", list(outcomes))
    if not arguments.json:
        print(PUBLISHED)


def compare(title: str, outcomes: list[tuple[Trial, Decision | None]]) -> None:
    """Print how the guard did beside two well-known algorithms."""
    trials = [trial for trial, _ in outcomes]
    decisions = [decision for _, decision in outcomes]
    show(
        title,
        trials,
        [
            Row(name="Retrowalk", found_s=[decided_s(one, Response.STOP) for one in decisions]),
            Row(
                name="Retrowalk, slowed or stopped",
                found_s=[decided_s(one, Response.SLOW) for one in decisions],
            ),
            Row(name="peak above 2.5 g", found_s=[peak(trial) for trial in trials]),
            Row(
                name="free fall, 2.5 g, still, 45 degrees",
                found_s=[state_machine(trial) for trial in trials],
            ),
        ],
    )


if __name__ == "__main__":
    main()
