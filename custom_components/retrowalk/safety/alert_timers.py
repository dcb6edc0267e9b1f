"""Timers by name: arming one again moves it, and none is left behind."""

from collections.abc import Callable, Hashable

from ..clock import Clock


class Timers:
    """The timers of one owner."""

    def __init__(self, clock: Clock) -> None:
        """Have none running."""
        self._clock = clock
        self._cancels: dict[Hashable, Callable[[], None]] = {}

    def arm(self, name: Hashable, delay_s: float, action: Callable[[], None]) -> None:
        """Call `action` after `delay_s`, instead of what `name` was armed for."""
        self.disarm(name)
        self._cancels[name] = self._clock.call_later(delay_s, action)

    def disarm(self, name: Hashable) -> None:
        """Forget the timer, if it is armed."""
        if cancel := self._cancels.pop(name, None):
            cancel()

    def close(self) -> None:
        """Forget all timers."""
        for name in list(self._cancels):
            self.disarm(name)
