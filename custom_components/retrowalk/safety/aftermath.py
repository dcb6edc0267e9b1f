"""After a fall: lying still, or up and walking again. Each is told once."""

from .evidence import Evidence
from .motion import Moment, Motion, Vector, angle_deg, mean_of

LOOK_EACH_S = 0.5
POSTURE_OVER_S = 1.0
LYING_DEG = 50.0
UPRIGHT_DEG = 30.0
STILL_FOR_S = 5.0
# A helper's lift and a moving belt look like steps: so this lengthens the asking, and ends nothing.
STEPS_AGAIN = 4
WATCHED_FOR_S = 120.0


class Aftermath:
    """Watches one trunk sensor after a fall."""

    def __init__(self, motion: Motion, upright: Vector, fell_at_s: float, steps: float) -> None:
        """Begin at a fall from `upright`, with `steps` counted so far."""
        self._motion = motion
        self._upright = upright
        self._steps = steps
        self._look_s = fell_at_s
        self.until_s = fell_at_s + WATCHED_FOR_S
        self._told = set[Evidence]()

    def update(self, moment: Moment, still_since_s: float | None, steps: float) -> Evidence | None:
        """Take the newest moment; return what is to be told."""
        at_s = moment.at_s
        if at_s < self._look_s:
            return None
        self._look_s = at_s + LOOK_EACH_S
        posture = mean_of(self._motion.between(at_s - POSTURE_OVER_S))
        turned_deg = angle_deg(self._upright, posture)
        still_s = 0.0 if still_since_s is None else at_s - still_since_s
        seen = None
        if turned_deg >= LYING_DEG and still_s >= STILL_FOR_S:
            seen = Evidence.LYING_STILL
        elif turned_deg <= UPRIGHT_DEG or steps >= self._steps + STEPS_AGAIN:
            seen = Evidence.STIRRED
        if seen in self._told:
            return None
        if seen is not None:
            self._told.add(seen)
        return seen
