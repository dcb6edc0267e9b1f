"""What a sensor may say: the impossible and the late are counted and dropped."""

from math import inf

from ..samples import MotionSample

# Own choice: wearables end at 16 g; anything beyond is a broken frame.
MOST_G = 64.0
# Own choices: no clock has run for 30 years, and no sensor sends 10,000 samples a second.
LATEST_S = 1e9
CLOSEST_S = 1e-4
# Own choice: older than this is no late sample but a clock that jumped, and starts a new time line.
CLOCK_JUMP_S = 1.0


class Intake:
    """The door of one motion stream."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.dropped = 0
        self.restarts = 0
        self._last_s = -inf

    def admits(self, sample: MotionSample) -> bool:
        """Tell whether `sample` is possible and in order."""
        at_s, x_g, y_g, z_g = sample
        # Written so that NaN, of which no comparison is true, is impossible too.
        possible = abs(x_g) < MOST_G and abs(y_g) < MOST_G and abs(z_g) < MOST_G
        if not (possible and abs(at_s) < LATEST_S):
            self.dropped += 1
            return False
        if at_s < self._last_s + CLOSEST_S:
            if at_s > self._last_s - CLOCK_JUMP_S:
                self.dropped += 1
                return False
            self.restarts += 1
        self._last_s = at_s
        return True
