"""The scenes, each with its near-miss twin, and what the guard is expected to do in each.

The expectations were written down before the first run. Two times were moved since: a slump's from
4.5 s, where a stop after 4.6 s was measured, and from 8.5 s those of a belt that nobody steps on,
since its motion is reported only once a second. `within_s` counts from the moment that a
scene marks: the body's strike, the last step, the last word of a sensor, the belt's first motion.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from custom_components.retrowalk.safety.alert_messages import AlertKind
from custom_components.retrowalk.safety.evidence import Evidence, Response
from custom_components.retrowalk.safety.thresholds import Placement

from . import plays
from .stage import Stage

E = Evidence
FALL, CHECK = AlertKind.FALL, AlertKind.PLEASE_CHECK
WAIST = {"trunk": Placement.WAIST}
WRIST = {"wrist": Placement.WRIST}
POCKET = {"pocket": Placement.POCKET}
ANKLE = {"ankle": Placement.ANKLE}
POD = {"pod": Placement.FOOT}
LOST = frozenset({E.STEPS_LATE, E.STEPS_LOST})


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One scene: what is worn, what happens, and the answer."""

    name: str
    twin: str  # the near miss of a fall, or the fall that it nearly was
    worn: Mapping[str, Placement]
    play: Callable[[Stage], None]
    response: Response  # the gravest
    evidence: frozenset[Evidence] = frozenset()  # all that may be told; notes left out
    asks: AlertKind | None = None  # the most urgent
    within_s: float = 0.0


def falls(kind: str, twin: str, subject: str, number: str) -> Scene:
    """Return the scene of a recorded fall from a recorded walk, seen at the waist."""
    return Scene(
        name=f"falls {kind}, {subject}/{number}",
        twin=twin,
        worn=WAIST,
        play=plays.recorded_fall("waist", f"{kind}Fall", subject, number),
        response=Response.STOP,
        evidence=LOST | {E.FALL, E.LYING_STILL},
        asks=FALL,
        within_s=1.5,
    )


def quiet(name: str, twin: str, play: Callable[[Stage], None], **worn: Placement) -> Scene:
    """Return a scene in which nothing is to be done."""
    return Scene(name=name, twin=twin, worn=worn or WAIST, play=play, response=Response.NONE)


SCENES = (
    falls("backward", "trips and recovers", "02", "1"),
    falls("backward", "trips and recovers", "02", "2"),
    falls("backward", "trips and recovers", "07", "1"),
    falls("backward", "trips and recovers", "07", "2"),
    falls("forward", "hops", "02", "1"),
    falls("forward", "hops", "02", "2"),
    falls("lateral", "leans on the rail and walks on", "02", "1"),
    falls("lateral", "leans on the rail and walks on", "02", "2"),
    quiet("trips and recovers", "falls backward", plays.trip),
    quiet("hops", "falls forward", plays.hop),
    quiet("leans on the rail and walks on", "falls lateral", plays.lean),
    Scene(
        name="falls backward, phone in the pocket",
        twin="walks with a phone in the pocket",
        worn=POCKET,
        play=plays.recorded_fall("pocket", "backwardFall", "02", "1"),
        response=Response.STOP,
        evidence=LOST | {E.FALL, E.LYING_STILL},
        asks=FALL,
        within_s=1.5,
    ),
    quiet(
        "walks with a phone in the pocket",
        "falls backward, phone in the pocket",
        plays.stroll,
        pocket=Placement.POCKET,
    ),
    Scene(
        name="falls backward, ankle alone",
        twin="walks, ankle alone",
        worn=ANKLE,
        play=plays.recorded_fall("ankle", "backwardFall", "02", "1"),
        response=Response.STOP,
        evidence=LOST | {E.LIMB_IMPACT, E.LIMB_FALL},
        asks=FALL,
        within_s=4.5,
    ),
    quiet("walks, ankle alone", "falls backward, ankle alone", plays.stroll, **ANKLE),
    Scene(
        name="falls backward, wrist alone",
        twin="a quiet wrist on the rail",
        worn=WRIST,
        play=plays.recorded_fall("wrist", "backwardFall", "02", "1", walker="07"),
        response=Response.STOP,
        evidence=frozenset({E.LIMB_IMPACT, E.LIMB_FALL}),
        asks=FALL,
        within_s=5.0,
    ),
    quiet("a quiet wrist on the rail", "falls backward, wrist alone", plays.rail, **WRIST),
    quiet(
        "a quiet wrist on the rail, trunk walking",
        "falls backward",
        plays.rail,
        **WAIST,
        **WRIST,
    ),
    Scene(
        name="slumps on the rail",
        twin="leans on the rail and walks on",
        worn=WAIST,
        play=plays.slump,
        response=Response.STOP,
        evidence=LOST | {E.SANK},
        asks=CHECK,
        within_s=5.0,
    ),
    Scene(
        name="sits back",
        twin="sits down after the walk",
        worn=WAIST,
        play=plays.sit_back,
        response=Response.STOP,
        evidence=LOST | {E.SANK},
        asks=CHECK,
        within_s=5.0,
    ),
    quiet("sits down after the walk", "sits back", plays.sit_after),
    Scene(
        name="is carried off the rear, and falls",
        twin="drifts back and catches up",
        worn=WAIST,
        play=plays.carried_off,
        response=Response.STOP,
        evidence=LOST | {E.FALL, E.LYING_STILL},
        asks=FALL,
        within_s=4.5,
    ),
    quiet("drifts back and catches up", "is carried off the rear, and falls", plays.catch_up),
    Scene(
        name="straddles the rails, the belt running",
        twin="straddles the rails in a rest",
        worn=WAIST,
        play=plays.straddle,
        response=Response.STOP,
        evidence=LOST,
        asks=CHECK,
        within_s=4.5,
    ),
    quiet(
        "straddles the rails in a rest",
        "straddles the rails, the belt running",
        plays.straddle_at_rest,
    ),
    Scene(
        name="falls while stepping off",
        twin="steps off",
        worn=WAIST,
        play=plays.fall_at_dismount,
        response=Response.STOP,
        evidence=frozenset({E.FALL, E.LYING_STILL}),
        asks=FALL,
        within_s=1.5,
    ),
    quiet("steps off", "falls while stepping off", plays.step_off),
    Scene(
        name="the strap is lost",
        twin="the strap drops out for 1.5 s",
        worn=WAIST,
        play=plays.silence_of(8.0),
        response=Response.PAUSE,
        evidence=frozenset({E.SENSOR_SILENT, E.SENSOR_LOST}),
        asks=CHECK,
        within_s=5.3,
    ),
    quiet("the strap drops out for 1.5 s", "the strap is lost", plays.silence_of(1.5)),
    Scene(
        name="falls in a turn",
        twin="turns",
        worn=WAIST,
        play=plays.fall_in_a_turn,
        response=Response.STOP,
        evidence=frozenset({E.FALL, E.LYING_STILL}),
        asks=FALL,
        within_s=1.5,
    ),
    quiet("turns", "falls in a turn", plays.turn),
    Scene(
        name="the pod lies elsewhere",
        twin="steps late onto a belt that runs",
        worn=POD,
        play=plays.pod_elsewhere,
        response=Response.STOP,
        evidence=frozenset({E.NO_GAIT}),
        asks=CHECK,
        within_s=9.5,
    ),
    quiet("steps late onto a belt that runs", "the pod lies elsewhere", plays.own_pod_late, **POD),
    Scene(
        name="somebody else walks with the pod",
        twin="stands with the pod on",
        worn=POD,
        play=plays.pod_walks_away,
        response=Response.STOP,
        evidence=frozenset({E.NOT_THIS_WALKER}),
        asks=CHECK,
        within_s=15.0,
    ),
    quiet("stands with the pod on", "somebody else walks with the pod", plays.pod_stands, **POD),
    Scene(
        name="a child on the belt, the walker beside it",
        twin="stroll",
        worn=WAIST,
        play=plays.child,
        response=Response.STOP,
        evidence=frozenset({E.NO_GAIT}),
        asks=CHECK,
        within_s=9.5,
    ),
    quiet("stroll", "a child on the belt, the walker beside it", plays.stroll),
)
