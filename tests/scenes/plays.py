"""What happens in each scene: the walk before it is recorded, as slow as one on such a belt."""

from collections.abc import Callable
from itertools import chain, repeat

from custom_components.retrowalk.safety.evidence import Phase
from script.falls_data import Trial
from tests.safety.signals import RATE_HZ, Curve, jolt, sinking, standing

from .motion import (
    LEADS_UP_S,
    STANDS_S,
    a_while,
    coming_to_stand,
    curve_of,
    staying,
    trial_of,
    upright,
    walk_on,
    walks_of,
)
from .stage import Stage

SUBJECT = "02"
# Two subjects' walks, of 90 to 105 steps a minute, as if they were of 50 to 58: 0.8 mph.
SLOWER_BY = 1.8
WALKS_S = 40.0
STARTS_S = 4.0  # the belt's countdown, and somebody who looks before stepping
POD_SPM = 58.0
HESITATES_S = 0.5
SETS_OUT_S = 1.5  # of the recorded walk
SITS_FROM_S, SITS_TO_S = 1.5, 7.5  # of the recorded trial


def walking(stage: Stage, subject: str = SUBJECT) -> None:
    """Stand, start the belt, and walk for a while; a pod says so once a second."""
    for name in stage.streams:
        if name == "pod":
            stage.pods[name] = 0.0
            continue
        walk = walks_of(_file(name), subject)[0]
        stage.walks[name] = walk_on(walk, SLOWER_BY)
        stage.streams[name] = chain(standing(2 + STARTS_S, up=upright(walk)), stage.walks[name])
    stage.act(2)
    stage.start()
    stage.act(STARTS_S)
    stage.pods |= dict.fromkeys(stage.pods, POD_SPM)
    stage.act(WALKS_S)


def _file(name: str) -> str:
    """Return the placement that the fixtures have for a wearable of the scenes."""
    return "waist" if name == "trunk" else name


def break_in(stage: Stage, name: str, *curves: Curve, walk_on_after: bool = False) -> None:
    """Let a sensor say these instead of the walk."""
    after = stage.walks[name] if walk_on_after else staying(curves[-1][-1])
    stage.streams[name] = chain(*curves, after)


def _stops(stage: Stage) -> None:
    """Take the last steps, and stand."""
    ending = coming_to_stand(stage.walks["trunk"])
    break_in(stage, "trunk", ending)
    stage.act(len(ending) / RATE_HZ - STANDS_S)
    stage.begins_now()
    stage.act(STANDS_S)


def _sinks(stage: Stage, sinking_down: Curve) -> None:
    """Take the last steps, and sink in place of the next."""
    walking(stage)
    ending = coming_to_stand(stage.walks["trunk"])[: -round(STANDS_S * RATE_HZ)]
    break_in(stage, "trunk", ending, sinking_down)
    stage.act(len(ending) / RATE_HZ)
    stage.begins_now()
    stage.act(20)


def upward(curve: Curve, subject: str = SUBJECT) -> Curve:
    """Turn a curve made by formula to where the trunk's sensor has up."""
    x, y, z = upright(walks_of("waist", subject)[0])
    return [(x * up, y * up, z * up) for _, _, up in curve]


def still(seconds: float) -> Curve:
    """Stand."""
    return standing(seconds, up=upright(walks_of("waist", SUBJECT)[0]))


def recorded_fall(
    placement: str, activity: str, subject: str, number: str, *, walker: str | None = None
) -> Callable[[Stage], None]:
    """Return the play of a walk that ends in a recorded fall."""

    def play(stage: Stage) -> None:
        walking(stage, walker or subject)
        [name] = stage.streams
        _fall(stage, name, placement, activity, subject, number)

    return play


def _fall(
    stage: Stage,
    name: str = "trunk",
    placement: str = "waist",
    activity: str = "backwardFall",
    subject: str = SUBJECT,
    number: str = "1",
) -> None:
    """Fall as recorded, from a second before the strike on."""
    trial = trial_of(placement, activity, subject, number)
    assert trial.impact_s is not None
    break_in(stage, name, curve_of(trial, trial.impact_s - LEADS_UP_S))
    stage.act(LEADS_UP_S)
    stage.begins_now()
    stage.act(30)


def stroll(stage: Stage) -> None:
    """Walk on."""
    walking(stage)
    stage.act(60)


def trip(stage: Stage) -> None:
    """Trip, catch oneself with a hard step, and walk on."""
    walking(stage)
    break_in(stage, "trunk", upward(jolt()), walk_on_after=True)
    stage.act(30)


def hop(stage: Stage) -> None:
    """Hop for 2 s, as recorded, and walk on."""
    walking(stage)
    hops = curve_of(trial_of("waist", "Hopping", SUBJECT), 5.0)[: round(2 * RATE_HZ)]
    break_in(stage, "trunk", hops, walk_on_after=True)
    stage.act(30)


def lean(stage: Stage) -> None:
    """Lean ahead by 25 degrees onto the rail, walking on."""
    walking(stage)
    cos, sin = 0.906, 0.423
    stage.streams["trunk"] = (
        (cos * x - sin * z, y, sin * x + cos * z) for x, y, z in stage.walks["trunk"]
    )
    stage.act(30)


def rail(stage: Stage) -> None:
    """Take the rail, so that the wrist is quiet, and walk on."""
    walking(stage, "07")
    break_in(stage, "wrist", standing(60, up=(0.0, 0.6, 0.8)))
    stage.act(60)


def slump(stage: Stage) -> None:
    """Sink onto the rail, the trunk upright: 0.4 m in 2 s, without a strike."""
    _sinks(stage, upward(sinking(0.4, 2.0)))


def sit_back(stage: Stage) -> None:
    """Sit back, as onto a chair."""
    _sinks(stage, _sitting_down())


def sit_after(stage: Stage) -> None:
    """End the walk, and sit down a while later."""
    walking(stage)
    _dismount(stage)
    break_in(stage, "trunk", still(10), _sitting_down())
    stage.act(40)


def _sitting_down() -> Curve:
    """Sit down on a chair, as recorded, and stay."""
    trial = trial_of("waist", "Sitting_GettingUpOnAChair", SUBJECT)
    return curve_of(trial, SITS_FROM_S)[: round((SITS_TO_S - SITS_FROM_S) * RATE_HZ)]


def carried_off(stage: Stage) -> None:
    """Stand for 2 s while the belt carries on, and fall off its end."""
    walking(stage)
    _stops(stage)
    stage.act(2 - STANDS_S)
    _fall(stage)


def catch_up(stage: Stage) -> None:
    """Hesitate for the time of a step, and set out again with quicker steps."""
    walking(stage)
    quicker = walk_on(walks_of("waist", SUBJECT)[0], 1.3)
    ending = coming_to_stand(stage.walks["trunk"])[: -round((STANDS_S - HESITATES_S) * RATE_HZ)]
    break_in(stage, "trunk", ending, a_while(quicker, 6), walk_on_after=True)
    stage.act(40)


def straddle(stage: Stage) -> None:
    """Step onto the side rails while the belt runs."""
    walking(stage)
    _stops(stage)
    stage.act(20)


def straddle_at_rest(stage: Stage) -> None:
    """Stand astride in a rest, and through the start of the belt after it."""
    walking(stage)
    stage.rest(Phase.STANDING)
    _stops(stage)
    stage.act(40)
    stage.start()
    stage.act(STARTS_S)
    stage.streams["trunk"] = stage.walks["trunk"]
    stage.act(60)


def _dismount(stage: Stage) -> None:
    """End the session, walking until the belt is at rest."""
    stage.rest(Phase.NONE)
    stage.act(2)
    _stops(stage)


def step_off(stage: Stage) -> None:
    """Step down from the belt, and walk away."""
    walking(stage)
    _dismount(stage)
    away = walk_on(walks_of("waist", SUBJECT)[0])
    break_in(stage, "trunk", still(5), upward(jolt(2.5)), still(1), a_while(away, 60))
    stage.act(60)


def fall_at_dismount(stage: Stage) -> None:
    """Fall 20 s after the belt has come to rest."""
    walking(stage)
    _dismount(stage)
    stage.act(20)
    _fall(stage)


def silence_of(seconds: float) -> Callable[[Stage], None]:
    """Return the play of a strap that is not heard for a while, and of a walker who walks on."""

    def play(stage: Stage) -> None:
        walking(stage)
        stage.streams["trunk"] = repeat(None)
        stage.begins_now()
        stage.act(seconds)
        stage.streams["trunk"] = stage.walks["trunk"]
        stage.act(20)

    return play


def turn(stage: Stage) -> None:
    """Turn round on the belt at rest, with small steps, and walk the other way."""
    walking(stage)
    turn_round(stage, walks_of("waist", SUBJECT)[0])
    stage.act(60)


def fall_in_a_turn(stage: Stage) -> None:
    """Fall while turning round."""
    walking(stage)
    _turning(stage, walks_of("waist", SUBJECT)[0])
    _fall(stage)


def turn_round(stage: Stage, walk: Trial) -> None:
    """Let the belt come to rest, turn, stand, and set out again."""
    _turning(stage, walk)
    stage.guard.on_phase(Phase.STANDING)
    stage.act(8)
    stage.start()
    stage.act(STARTS_S)
    stage.streams["trunk"] = stage.walks["trunk"]


def _turning(stage: Stage, walk: Trial) -> None:
    """Let the belt come to rest, stand, and shuffle round as somebody who sets out."""
    stage.rest(Phase.TURNING)
    stage.act(2)
    _stops(stage)
    shuffle = curve_of(walk, SETS_OUT_S)[: round(3 * RATE_HZ)]
    break_in(stage, "trunk", shuffle, shuffle[::-1])
    stage.act(8)


def pod_elsewhere(stage: Stage) -> None:
    """Walk with a pod that lies in the hall."""
    stage.pods["pod"] = 0.0
    _waits_for_steps(stage)


def _waits_for_steps(stage: Stage) -> None:
    """Let the belt begin to move, and wait."""
    stage.act(2)
    stage.start()
    stage.act(stage.belt.motor.start_delay_s)
    stage.begins_now()
    stage.act(20)


def own_pod_late(stage: Stage) -> None:
    """Look for 2 s at the running belt before stepping onto it."""
    stage.pods["pod"] = 0.0
    stage.act(2)
    stage.start()
    stage.act(3 + 2)
    stage.pods["pod"] = POD_SPM
    stage.act(40)


def pod_stands(stage: Stage) -> None:
    """Rest between two walks."""
    walking(stage)
    stage.rest(Phase.STANDING)
    stage.act(2)
    stage.pods["pod"] = 0.0
    stage.act(40)


def pod_walks_away(stage: Stage) -> None:
    """Rest, while the pod walks through the house."""
    walking(stage)
    stage.rest(Phase.STANDING)
    stage.act(6)
    stage.begins_now()
    stage.act(40)


def child(stage: Stage) -> None:
    """Stand beside the belt, with the strap on."""
    stage.streams["trunk"] = chain(still(60))
    _waits_for_steps(stage)
