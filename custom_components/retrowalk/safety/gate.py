"""The one start gate: every move of a belt from rest takes one opening of it.

A person at the belt opens it; everything else only asks. The belt's door takes the opening,
so that no mistake elsewhere can move a belt that nobody is ready for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from ..clock import Clock

# Own choice: long enough for the checks and the countdown of one start, too short to be forgotten.
OPENING_LASTS_S = 90.0


class Origin(StrEnum):
    """Where a request to move the belt comes from."""

    CARD = "card"  # a card's own websocket command on the local network
    TABLET = "tablet"  # a card on a tablet that stands at this treadmill
    SATELLITE = "satellite"  # a sentence from a voice satellite at this treadmill
    HANDRAIL_BUTTON = "handrail_button"
    WALKERS_PHONE = "walkers_phone"  # a signed action of the walker's own phone
    CONSOLE = "console"  # the treadmill's own start
    COUNTDOWN = "countdown"  # announced, inside a running session, by the walker's choice
    USER = "user"  # some Home Assistant user: a dashboard button, an action, a remote card
    VOICE = "voice"  # a sentence from elsewhere
    AUTOMATION = "automation"


AT_THE_BELT = frozenset(
    {
        Origin.CARD,
        Origin.TABLET,
        Origin.SATELLITE,
        Origin.HANDRAIL_BUTTON,
        Origin.WALKERS_PHONE,
        Origin.CONSOLE,
    }
)


@dataclass(frozen=True, kw_only=True)
class GateRules:
    """Who may open the gate: the walker's choice, on top of who stands at the belt."""

    any_user: bool = False
    voice: bool = True
    countdown: bool = False

    def admits(self, origin: Origin) -> bool:
        """Tell whether `origin` speaks for a person at the belt."""
        if origin is Origin.SATELLITE:
            return self.voice
        if origin is Origin.USER:
            return self.any_user
        if origin is Origin.COUNTDOWN:
            return self.countdown
        return origin in AT_THE_BELT


@dataclass
class StartGate:
    """The gate of one treadmill: shut until a person opens it, and shut again by the first move."""

    clock: Clock
    rules: GateRules = field(default_factory=GateRules)
    locked: bool = False  # no start at all, until somebody unlocks the treadmill
    held: Callable[[], bool] = lambda: False  # no start while an alert about this belt is open
    _open_until_s: float | None = None

    def open(self, origin: Origin) -> bool:
        """Open for one move from rest if `origin` is admitted; tell whether it is open."""
        if self.locked or self.held() or not self.rules.admits(origin):
            return False
        self._open_until_s = self.clock.now_s() + OPENING_LASTS_S
        return True

    def shut(self) -> None:
        """Shut the gate: what was confirmed for one start must not serve another."""
        self._open_until_s = None

    def take(self) -> bool:
        """Use up the opening; tell whether there was one."""
        open_until_s, self._open_until_s = self._open_until_s, None
        if self.locked or self.held() or open_until_s is None:
            return False
        return self.clock.now_s() <= open_until_s
