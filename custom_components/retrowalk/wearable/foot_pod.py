"""A foot pod by Running Speed and Cadence: steps by its cadence, once a second.

Its speed and distance are shown and steer nothing: no pod is known to be right at a slow walk,
let alone backward.
"""

from math import sqrt
from typing import override

from ..clock import Clock
from ..gatt import ClientFactory
from ..samples import StepSample
from .codec.rsc import MEASUREMENT_UUID, RscMeasurement, decode_rsc_measurement
from .linked import LinkedWearable
from .state import Listeners
from .wearable import STALE_AFTER_S

CALIBRATION_STEPS = 20


def propose_multiplier(counted: float, steps: int = CALIBRATION_STEPS) -> int | None:
    """Return by what a pod's cadence must be multiplied if it counted `counted` in `steps` steps.

    1 where it counts steps, 2 where it counts strides; None where neither fits: walk again.
    """
    if counted <= 0:
        return None
    return next(
        (
            multiplier
            for multiplier in (1, 2)
            if 1 / sqrt(2) <= steps / counted / multiplier < sqrt(2)
        ),
        None,
    )


class FootPod(LinkedWearable):
    """A foot pod, or another sensor that speaks as one."""

    needed = (MEASUREMENT_UUID,)

    def __init__(
        self,
        *,
        clock: Clock,
        connect: ClientFactory,
        listeners: Listeners,
        multiplier: int = 1,
        steps: int = 0,
    ) -> None:
        """Link nothing yet; `multiplier` makes steps of what the pod calls its cadence."""
        super().__init__(clock=clock, connect=connect, listeners=listeners, steps=steps)
        self.counted = 0.0  # as the pod counts, not multiplied: for the calibration
        self._multiplier = multiplier
        self._measured_s: float | None = None
        self._heeded[MEASUREMENT_UUID] = (decode_rsc_measurement, self._take_measurement)

    @override
    def _silent(self) -> None:
        self._measured_s = None
        super()._silent()

    def _take_measurement(self, measured: RscMeasurement) -> None:
        now_s = self._clock.now_s()
        if self._measured_s is not None and now_s - self._measured_s <= STALE_AFTER_S:
            self.counted += measured.cadence_spm / 60 * (now_s - self._measured_s)
        self._measured_s = now_s
        self._heard()
        cadence_spm = float(measured.cadence_spm * self._multiplier)
        self._stepped(
            StepSample(
                at_s=now_s,
                cadence_spm=cadence_spm,
                steps=int(self.counted * self._multiplier),
                walking=cadence_spm > 0,
            ),
            stride_length_m=measured.stride_length_m,
            speed_mps=measured.speed_mps,
            distance_m=measured.total_distance_m,
        )
