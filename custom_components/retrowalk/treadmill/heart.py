"""The client's heartbeat, which notices when it comes late: then the whole loop was held up."""

from collections.abc import Callable
import math

from ..clock import Clock

BEAT_S = 0.25
# A loop that is held up for longer is one that watches nobody.
LAG_S = 1.0


class Heart:
    """Beats while something may move."""

    def __init__(self, clock: Clock, on_beat: Callable[[bool], None]) -> None:
        """Stand still; `on_beat` is told whether the loop was held up."""
        self._clock = clock
        self._on_beat = on_beat
        self._cancel: Callable[[], None] | None = None
        self._due_s = math.inf

    def start(self) -> None:
        """Beat, now and from now on."""
        if self._cancel is None:
            self._beat()

    def halt(self) -> None:
        """Beat no more."""
        if self._cancel is not None:
            self._cancel()
        self._cancel, self._due_s = None, math.inf

    def _beat(self) -> None:
        at_s = self._clock.now_s()
        # The hold-up may have begun up to one beat before this one was due.
        lagged = at_s - self._due_s > LAG_S - BEAT_S
        self._due_s = at_s + BEAT_S
        self._cancel = self._clock.call_later(BEAT_S, self._beat)
        self._on_beat(lagged)
