"""Speeding up gently: from the lowest speed to a target, a small step at a time.

A person who sets the speed at the console is asked once, and not ten times.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..belt import Belt, BeltLimits
from ..clock import Clock
from .fit import round_speed_down
from .model import Direction


@dataclass(frozen=True, kw_only=True, slots=True)
class RampStep:
    """How much faster, and how often."""

    step_kmh: float
    every_s: float


# Own choice: from 0.8 to 1.6 km/h backward in 16 s. Machines ramp by about 0.3 km/h a second, so
# each step is done before the next one comes.
RAMPS = {
    Direction.BACKWARD: RampStep(step_kmh=0.2, every_s=4.0),
    Direction.FORWARD: RampStep(step_kmh=0.3, every_s=2.0),
}


class Ramp:
    """Leads a moving belt to a target: up in steps, down at once."""

    def __init__(self, clock: Clock, belt: Belt) -> None:
        """Command `belt`."""
        self._clock = clock
        self._belt = belt
        self._cancel: Callable[[], None] | None = None
        self.speed_kmh = 0.0  # commanded last

    def begin(self, speed_kmh: float) -> None:
        """Take note of the speed that a belt begins with."""
        self.halt()
        self.speed_kmh = speed_kmh

    def halt(self) -> None:
        """Command nothing more."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def lead(self, target_kmh: float, step: RampStep, limits: BeltLimits) -> None:
        """Lead the belt from the speed commanded last to `target_kmh`."""
        self.halt()
        if target_kmh < self.speed_kmh or (limits.by_hand and target_kmh > self.speed_kmh):
            self._command(target_kmh)
        elif target_kmh > self.speed_kmh:
            self._cancel = self._clock.call_later(
                step.every_s, lambda: self._step_up(target_kmh, step, limits)
            )

    def _step_up(self, target_kmh: float, step: RampStep, limits: BeltLimits) -> None:
        """Go one step faster, by a step of the machine at least."""
        step_kmh = max(step.step_kmh, limits.speed_step_kmh)
        self._command(min(target_kmh, round_speed_down(self.speed_kmh + step_kmh, limits)))
        self.lead(target_kmh, step, limits)

    def _command(self, speed_kmh: float) -> None:
        self.speed_kmh = speed_kmh
        self._belt.set_speed(speed_kmh)
