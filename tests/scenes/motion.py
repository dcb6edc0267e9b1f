"""What a sensor says on the belt: recorded walks made to go on for ever, and what breaks in."""

from collections.abc import Iterator
from itertools import cycle, islice

import numpy as np

from script.falls_data import Trial
from tests.safety.recorded import trials
from tests.safety.signals import RATE_HZ, Curve, Vector, standing

# A trial begins with somebody who stands, and sets out after 1.5 to 4 s.
STEADY_FROM_S, STEADY_TO_S = 4.5, 14.5
LAST_STEPS_S, MEAN_OVER_S, STANDS_S = 1.5, 4.0, 1.5
SHORTEST_LOOP_S = 6.0
SEAM_S = 0.6
LEADS_UP_S = 1.0


def walks_of(placement: str, subject: str | None = None) -> list[Trial]:
    """Return the recorded walks at `placement`, of one subject or of all."""
    return [
        trial
        for trial in trials(placement, walks=True)
        if trial.meta["act"] == "Walking" and subject in {None, trial.meta["subj"]}
    ]


def trial_of(placement: str, activity: str, subject: str, number: str = "1") -> Trial:
    """Return one recorded trial."""
    key = (activity, subject, number)
    return next(
        trial
        for trial in trials(placement)
        if (trial.meta["act"], trial.meta["subj"], str(trial.meta["trial"])) == key
    )


def curve_of(trial: Trial, from_s: float = 0.0, by: float = 1.0) -> Curve:
    """Return a recording from `from_s` on, as if it had been slower by the factor `by`."""
    acc_g = trial.acc_g[round(from_s * RATE_HZ) :]
    places = np.arange(0, len(acc_g) - 1, 1 / by)
    axes = [np.interp(places, np.arange(len(acc_g)), acc_g[:, axis]) for axis in range(3)]
    return [(float(x), float(y), float(z)) for x, y, z in zip(*axes, strict=True)]


def walk_on(trial: Trial, by: float = 1.0) -> Iterator[Vector]:
    """Walk for ever: the steady part again and again, joined where it is most like itself."""
    steady = trial.acc_g[round(STEADY_FROM_S * RATE_HZ) : round(STEADY_TO_S * RATE_HZ)]
    seam = steady[: round(SEAM_S * RATE_HZ)]
    places = range(round(SHORTEST_LOOP_S * RATE_HZ), len(steady) - len(seam))
    end = min(places, key=lambda at: float(((steady[at : at + len(seam)] - seam) ** 2).sum()))
    looped = Trial(meta=trial.meta, acc_g=steady[: end + 1])
    return cycle(curve_of(looped, by=by))


def coming_to_stand(walk: Iterator[Vector]) -> Curve:
    """Stop walking: no recorded walk ends, so the steps become smaller, and `STANDS_S` follow."""
    steps = np.array(a_while(walk, MEAN_OVER_S))
    upright_g = steps.mean(axis=0)
    last = steps[: round(LAST_STEPS_S * RATE_HZ)]
    smaller = np.linspace(1.0, 0.0, len(last))[:, np.newaxis]
    ending = upright_g + (last - upright_g) * smaller
    x_g, y_g, z_g = upright_g.tolist()
    return [(x, y, z) for x, y, z in ending.tolist()] + standing(STANDS_S, up=(x_g, y_g, z_g))


def staying(last: Vector) -> Iterator[Vector]:
    """Stay as a recording ended."""
    return cycle(standing(4.0, up=last))


def a_while(stream: Iterator[Vector], seconds: float) -> Curve:
    """Return so much of a stream."""
    return list(islice(stream, round(seconds * RATE_HZ)))


def upright(trial: Trial) -> Vector:
    """Return what the sensor says while its wearer stands."""
    x, y, z = trial.acc_g.mean(axis=0)
    size = float(np.linalg.norm((x, y, z)))
    return (float(x) / size, float(y) / size, float(z) / size)
