"""From a sensor's own clock to the monotonic time line.

What comes over the air is late by a delay that varies, never early: so the smallest delay seen is
the best guess at how the two clocks compare. It is forgotten at the rate at which they may drift.
"""

from collections.abc import Sequence

# Further ahead than this no delay can explain: the sensor's clock has jumped.
JUMP_S = 1.0
# Where the line ran ahead, time goes on at no less than this pace until it is caught up with.
LEAST_PACE = 0.5
LONGEST_LEAD_S = 1.0
ONE_SAMPLE_S = 0.02


class TimeLine:
    """The time line of one sensor: its samples come out in order, whatever its clock does."""

    def __init__(self, drift: float) -> None:
        """Begin with nothing heard; `drift` is the most by which the sensor's clock may be off."""
        self._drift = drift
        self.jumps = 0
        self.dropped = 0  # samples of a sender that outran time
        self._at_s: float | None = None  # of the last sample, on the time line
        self._sensor_s = 0.0  # the same by the sensor's clock
        self._offset_s = 0.0

    def place(self, arrival_s: float, sensor_s: Sequence[float]) -> list[float]:
        """Return the times of samples that arrived together, given by the sensor's clock in order.

        They are after all that were placed before. Empty, and counted, where a sender outruns time.
        """
        first_s, last_s = sensor_s[0], sensor_s[-1]
        offset_s = arrival_s - last_s
        if self._at_s is None:
            self._at_s = arrival_s - (last_s - first_s) - ONE_SAMPLE_S
            self._sensor_s = first_s - ONE_SAMPLE_S
        elif first_s <= self._sensor_s or offset_s < self._offset_s - JUMP_S:
            self.jumps += 1
            self._sensor_s = first_s - ONE_SAMPLE_S
        else:
            offset_s = min(offset_s, self._offset_s + (last_s - self._sensor_s) * self._drift)
        span_s = last_s - self._sensor_s
        end_s = max(last_s + offset_s, self._at_s + span_s * LEAST_PACE)
        pace = min(1.0, (end_s - self._at_s) / span_s)
        self._sensor_s, self._offset_s = last_s, offset_s
        if end_s > arrival_s + LONGEST_LEAD_S:
            self.dropped += len(sensor_s)
            return []
        self._at_s = end_s
        return [end_s - (last_s - each_s) * pace for each_s in sensor_s]
