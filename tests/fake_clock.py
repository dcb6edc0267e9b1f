"""A clock that stands still until a test turns it."""

from collections.abc import Callable
import heapq
import itertools


class FakeClock:
    """Virtual time: `advance` runs what falls due, in order."""

    def __init__(self, start_s: float = 1000.0) -> None:
        """Begin at `start_s`."""
        self._now_s = start_s
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._cancelled: set[int] = set()

    def now_s(self) -> float:
        """Return the virtual time."""
        return self._now_s

    def call_later(self, delay_s: float, action: Callable[[], None]) -> Callable[[], None]:
        """Run `action` when the clock has been turned by `delay_s`."""
        number = next(self._numbers)
        heapq.heappush(self._due, (self._now_s + delay_s, number, action))
        return lambda: self._cancelled.add(number)

    def advance(self, seconds: float) -> None:
        """Turn the clock on by `seconds`."""
        end_s = self._now_s + seconds
        while self._due and self._due[0][0] <= end_s:
            at_s, number, action = heapq.heappop(self._due)
            self._now_s = max(self._now_s, at_s)
            if number not in self._cancelled:
                action()
        self._now_s = end_s

    @property
    def pending(self) -> int:
        """How many calls are still to come."""
        return sum(number not in self._cancelled for _, number, _ in self._due)
