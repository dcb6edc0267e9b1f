"""How lively a sensor is just now, and since when it has been still."""

from .motion import Moment, Motion, spread_g

LOOK_EACH_S = 0.1
STILLNESS_OVER_S = 0.6
# Standing and lying show 0.01 to 0.04 g of |a|; the slowest recorded walk, by an old person at 70
# steps a minute, shows 0.09 g.
STILL_G = 0.05


class Stillness:
    """The spread of |a| over the last 0.6 s, taken ten times a second."""

    def __init__(self, motion: Motion) -> None:
        """Watch `motion`."""
        self._motion = motion
        self._look_s: float | None = None
        self.spread_g = 0.0
        self.since_s: float | None = None

    def update(self, moment: Moment) -> bool:
        """Take the newest moment; tell whether it was looked at."""
        at_s = moment.at_s
        if self._look_s is not None and 0 < self._look_s - at_s <= LOOK_EACH_S:
            return False
        self._look_s = at_s + LOOK_EACH_S
        latest = self._motion.between(at_s - STILLNESS_OVER_S)
        self.spread_g = spread_g(latest)
        if self.spread_g >= STILL_G:
            self.since_s = None
        elif self.since_s is None:
            self.since_s = latest[0].at_s
        return True
