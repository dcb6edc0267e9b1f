"""The question "Are you OK?", asked aloud again and again, louder each time."""

from .alert_rules import CUE_INTERVAL_S, LOUDNESS
from .alert_surroundings import Surroundings
from .alert_timers import Timers


class Aloud:
    """The voice of the asking."""

    def __init__(self, around: Surroundings) -> None:
        """Be silent at first."""
        self._around = around
        self._timers = Timers(around.clock)

    def start(self) -> None:
        """Ask from the next turn of the loop on, so that the change itself is shown first."""
        self._timers.arm("ask", 0.0, lambda: self._ask(0))

    def stop(self) -> None:
        """Be silent."""
        self._timers.close()

    def _ask(self, times_before: int) -> None:
        """Ask, and again in a while."""
        loudest = len(LOUDNESS) - 1
        self._around.sink.ask_aloud(LOUDNESS[min(times_before, loudest)])
        self._timers.arm("ask", CUE_INTERVAL_S, lambda: self._ask(times_before + 1))
