"""A row of moments on a clock that can be halted."""

from collections import deque
from collections.abc import Callable, Iterable
import math

from ..clock import Clock


class Timeline:
    """Call each action when its time has run; halted time does not count."""

    def __init__(self, clock: Clock, moments: Iterable[tuple[float, Callable[[], None]]]) -> None:
        """Take moments in rising order, in seconds of run time; one at inf never comes."""
        self._clock = clock
        self._moments = deque(moments)
        self._run_s = 0.0
        self._since_s: float | None = None
        self._cancel: Callable[[], None] | None = None

    @property
    def elapsed_s(self) -> float:
        """How long it has run."""
        if self._since_s is None:
            return self._run_s
        return self._run_s + self._clock.now_s() - self._since_s

    @property
    def over(self) -> bool:
        """Whether every moment has come."""
        return not self._moments

    def at_s(self, moment_s: float) -> float | None:
        """Return the clock's time at which a moment comes; None while halted or never."""
        if self._since_s is None or math.isinf(moment_s):
            return None
        return self._since_s + (moment_s - self._run_s)

    def run(self) -> None:
        """Let time count from now on."""
        if self._since_s is None:
            self._since_s = self._clock.now_s()
            self._await_next()

    def halt(self) -> None:
        """Stop counting; what has run is kept."""
        self._run_s = self.elapsed_s
        self._since_s = None
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _await_next(self) -> None:
        """Ask the clock for the next moment."""
        self._cancel = None
        if self._moments and not math.isinf(self._moments[0][0]):
            delay_s = max(0.0, self._moments[0][0] - self.elapsed_s)
            self._cancel = self._clock.call_later(delay_s, self._reach)

    def _reach(self) -> None:
        """Run the action that is due; it may halt this timeline."""
        _, action = self._moments.popleft()
        self._await_next()
        action()
