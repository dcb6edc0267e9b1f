"""From 200 samples a second to the 50 that fall detection was measured with."""

from collections.abc import Sequence

from ..samples import MotionSample
from .codec.polar_data import Sample

_G_PER_MG = 0.001


class Decimator:
    """Takes the mean of each few samples.

    Impacts are known by the velocity that they take up. Measured on pulses of 20 ms (tests), the
    mean of 4 keeps that velocity within 6 % wherever the pulse falls between them; one in 4 gets
    anything from nothing to its double, and the highest of 4 two to three times too much. The
    mean lowers the peaks of recorded falls to 0.92 of their height (median), and loses none.
    """

    def __init__(self, factor: int) -> None:
        """Make one sample of each `factor`."""
        self._factor = factor
        self._left: list[tuple[float, Sample]] = []

    def feed(self, times_s: Sequence[float], samples_mg: Sequence[Sample]) -> list[MotionSample]:
        """Return the samples that are complete; what is left over waits for the next frame."""
        stamped = [*self._left, *zip(times_s, samples_mg, strict=True)]
        factor = self._factor
        whole = len(stamped) - len(stamped) % factor
        self._left = stamped[whole:]
        scale = _G_PER_MG / factor
        decimated = []
        for index in range(0, whole, factor):
            at_s = x = y = z = 0.0
            for each_s, (each_x, each_y, each_z) in stamped[index : index + factor]:
                at_s += each_s
                x += each_x
                y += each_y
                z += each_z
            decimated.append(MotionSample(at_s / factor, x * scale, y * scale, z * scale))
        return decimated

    def forget(self) -> None:
        """Drop what is left over: what comes next is not joined to it."""
        self._left.clear()
