"""The announced seconds before a belt starts, which anybody can cancel."""

from collections.abc import Callable
from functools import partial

from ..clock import Clock
from .states import COUNTED, Cue
from .timeline import Timeline


class Countdown:
    """Counts down aloud, and goes on only as long as it may."""

    def __init__(self, clock: Clock, on_cue: Callable[[Cue], None]) -> None:
        """Speak by `on_cue`."""
        self._clock = clock
        self._on_cue = on_cue
        self._timeline: Timeline | None = None
        self.ends_s: float | None = None

    @property
    def running(self) -> bool:
        """Whether it counts."""
        return self._timeline is not None

    def begin(
        self,
        seconds: int,
        then: Callable[[], None],
        *,
        may_go_on: Callable[[], bool] = lambda: True,
        broken_off: Callable[[], None] = lambda: None,
    ) -> None:
        """Count `seconds` and call `then`, or `broken_off` in the second it may not go on."""

        def count(left: int) -> None:
            if not may_go_on():
                self.halt()
                broken_off()
            elif left == 0:
                self.halt()
                then()
            elif left in COUNTED:
                self._on_cue(COUNTED[left])

        self.halt()
        self.ends_s = self._clock.now_s() + seconds
        self._timeline = Timeline(
            self._clock,
            [(float(second), partial(count, seconds - second)) for second in range(1, seconds + 1)],
        )
        self._timeline.run()
        count(seconds)

    def halt(self) -> None:
        """Count no more."""
        if self._timeline is not None:
            self._timeline.halt()
        self._timeline = self.ends_s = None
