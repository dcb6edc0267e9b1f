"""What an alert lives in: time, people, and the voice it speaks with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
import secrets
from typing import Protocol

from ..clock import Clock
from .alert_messages import AlertView, Message
from .contacts import Contact


class AlertSink(Protocol):
    """What the alert speaks through. Every call returns at once."""

    def on_change(self, view: AlertView) -> None:
        """Store the alert and show it; comes before the messages that belong to the change."""

    def send(self, message: Message) -> None:
        """Send `message`, and report what became of it."""

    def ask_aloud(self, loudness: float) -> None:
        """Ask "Are you OK?" at `loudness` from 0 to 1."""


def _unguessable() -> str:
    """Return an id that nobody can guess, so that nobody else can answer."""
    return secrets.token_hex(8)


@dataclass(kw_only=True)
class Surroundings:
    """What is handed in to an alert."""

    clock: Clock
    wall_time: Callable[[], datetime]  # aware, in the walker's time zone
    sink: AlertSink
    contacts: Sequence[Contact] = ()  # may be replaced at any time
    new_id: Callable[[], str] = _unguessable

    def wall_s(self) -> float:
        """Return the wall clock in seconds, for storage and display."""
        return self.wall_time().timestamp()

    def contact(self, contact_id: str | None) -> Contact | None:
        """Return the contact; None for the walker, a card, or somebody removed since."""
        return next((one for one in self.contacts if one.contact_id == contact_id), None)
