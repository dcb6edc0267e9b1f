"""What foot pods, straps and phones have in common: a state, steps that only grow, silence."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ..clock import Clock
from ..samples import MotionSample, StepSample
from .state import Listeners, StepCounter, WearableState

STALE_AFTER_S = 3.0


class Wearable(ABC):
    """One wearable; a subclass knows how it is heard."""

    def __init__(
        self,
        *,
        clock: Clock,
        listeners: Listeners,
        steps: int = 0,
        count_steps: StepCounter | None = None,
    ) -> None:
        """Begin silent. `steps` is the total so far; `count_steps` finds steps in motion."""
        self.state = WearableState(steps=steps)
        self._clock = clock
        self._listeners = listeners
        self._count_steps = count_steps
        self._counted: int | None = None
        self._heard_s = 0.0
        self._cancel_look: Callable[[], None] | None = None

    @abstractmethod
    async def open(self) -> None:
        """Begin to listen. Never raises."""

    async def close(self) -> None:
        """Listen no more; leaves no task and no timer."""
        if self._cancel_look is not None:
            self._cancel_look()
            self._cancel_look = None
        self._silent()

    def _update(self, **changes: Any) -> None:
        """Take over what changed, and tell it."""
        state = replace(self.state, **changes)
        if state != self.state:
            self.state = state
            self._listeners.on_state(state)

    def _heard(self, **changes: Any) -> None:
        """Take note that something came."""
        self._heard_s = self._clock.now_s()
        if self._cancel_look is None:
            self._cancel_look = self._clock.call_later(STALE_AFTER_S, self._look)
        self._update(streaming=True, **changes)

    def _look(self) -> None:
        """See whether it has fallen silent."""
        left_s = self._heard_s + STALE_AFTER_S - self._clock.now_s()
        if left_s > 0:
            self._cancel_look = self._clock.call_later(left_s, self._look)
        else:
            self._cancel_look = None
            self._silent()

    def _silent(self) -> None:
        """Forget what held only for the moment."""
        self._update(
            streaming=False, walking=None, cadence_spm=None, stride_length_m=None, speed_mps=None
        )

    def _moved(self, samples: Iterable[MotionSample]) -> None:
        """Hand motion on, and the steps that are in it."""
        on_motion, count_steps = self._listeners.on_motion, self._count_steps
        for sample in samples:
            on_motion(sample)
            if count_steps is not None and (step := count_steps(sample)) is not None:
                self._stepped(step)

    def _stepped(self, sample: StepSample, **changes: Any) -> None:
        """Hand steps on, with the total in place of the sensor's own count."""
        total = self.state.steps
        if sample.steps is not None:
            # A count that went back was begun anew, and how much of it is new nobody knows.
            total += max(
                0, sample.steps - (sample.steps if self._counted is None else self._counted)
            )
            self._counted = sample.steps
        self._update(steps=total, cadence_spm=sample.cadence_spm, walking=sample.walking, **changes)
        self._listeners.on_step(sample._replace(steps=total))
