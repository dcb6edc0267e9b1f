"""A home in which an alert is tried: a clock, a family, and what their phones got."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
import itertools
import json
from typing import Any

from custom_components.retrowalk.safety.alert import Alert
from custom_components.retrowalk.safety.alert_messages import (
    ActionKind,
    AlertState,
    AlertView,
    Channel,
    Delivery,
    Message,
    MessageKind,
)
from custom_components.retrowalk.safety.alert_surroundings import Surroundings
from custom_components.retrowalk.safety.contacts import Contact
from tests.fake_clock import FakeClock

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA = Contact(contact_id="anna", order=1)
BEN = Contact(contact_id="ben", order=2, second_channel=True, critical=False)
CARL = Contact(contact_id="carl", order=2)


class Scene:
    """Plays Home Assistant to an alert: stores, sends, reports, and restarts."""

    def __init__(self, contacts: Sequence[Contact] = (ANNA, BEN, CARL)) -> None:
        """Open the home at noon, with every message getting through."""
        self.clock = FakeClock()
        self._wall_minus_clock_s = NOON.timestamp() - self.clock.now_s()
        self.contacts = contacts
        self.fate: Delivery | None = Delivery.SENT  # of every message; None: no word of it
        self.fates: dict[tuple[str, Channel], Delivery | None] = {}
        self.stored: Any = None
        self.views: list[AlertView] = []
        self.sent: list[Message] = []
        self.aloud: list[float] = []
        self._reports: list[Callable[[], None]] = []  # on their way
        self._ids = itertools.count(1)
        self._start()

    def _start(self) -> None:
        """Start Home Assistant."""
        self.around = Surroundings(
            clock=self.clock,
            wall_time=self.wall_time,
            sink=self,
            contacts=self.contacts,
            new_id=lambda: f"id{next(self._ids)}",
        )
        self.alert = Alert(self.around)

    def wall_time(self) -> datetime:
        """Return the time of day, which goes with the clock."""
        return datetime.fromtimestamp(self.clock.now_s() + self._wall_minus_clock_s, UTC)

    def stop(self) -> None:
        """Stop Home Assistant."""
        self.alert.close()
        for cancel in self._reports:
            cancel()
        assert self.clock.pending == 0

    def restart(self, off_s: float = 0.0, *, wall_s: float | None = None) -> None:
        """Restart after `off_s`, in which the wall clock goes on by `wall_s`."""
        self.stop()
        on_s = self.wall_time().timestamp() + (off_s if wall_s is None else wall_s)
        self.clock = FakeClock(start_s=5.0)
        self._wall_minus_clock_s = on_s - self.clock.now_s()
        self._start()
        self.alert.restore(json.loads(json.dumps(self.stored)))

    def on_change(self, view: AlertView) -> None:
        """Store and show."""
        self.stored = self.alert.to_dict()
        self.views.append(view)

    def send(self, message: Message) -> None:
        """Send, and report at the next turn of the clock."""
        self.sent.append(message)
        fate = self.fates.get((message.to, message.channel), self.fate)
        if fate is not None:
            self._reports.append(self.clock.call_later(0.0, lambda: self.report(message, fate)))

    def report(self, message: Message, delivery: Delivery) -> None:
        """Say what became of a message."""
        self.alert.report(message, delivery)

    def ask_aloud(self, loudness: float) -> None:
        """Speak."""
        self.aloud.append(loudness)

    def advance(self, seconds: float) -> None:
        """Let time pass, and everything that falls due happen."""
        self.clock.advance(seconds)

    @property
    def state(self) -> AlertState:
        """The alert's state."""
        return self.alert.view.state

    def take(self, kind: MessageKind | None = None) -> list[tuple[str, str]]:
        """Return to whom and how messages went since the last look: all, or of one kind."""
        taken = [
            (one.to, one.channel.value if kind else one.kind.value)
            for one in self.sent
            if kind in (None, one.kind)
        ]
        self.sent.clear()
        return taken

    def press(self, to: str, action: ActionKind) -> bool:
        """Press a button of the newest message on a phone that has it."""
        message = next(one for one in reversed(self.sent) if one.to == to and action in _kinds(one))
        return self.alert.action(
            next(one.action_id for one in message.actions if one.kind is action)
        )


def _kinds(message: Message) -> list[ActionKind]:
    """Return the kinds of a message's buttons."""
    return [action.kind for action in message.actions]
