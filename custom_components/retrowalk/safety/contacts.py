"""The people who are told: in which order, by which channels, and when rather not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, kw_only=True, slots=True)
class QuietHours:
    """Hours of the local day in which a contact is told after all others; may span midnight."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        """Tell whether `at` lies within; equal start and end never do."""
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """Somebody who is told, on their phone first."""

    contact_id: str
    order: int = 0  # the lowest first; equal ones together
    critical: bool = True  # sounds on a silenced phone
    quiet_hours: QuietHours | None = None
    second_channel: bool = False  # there is another way: a message, a mail

    def is_quiet(self, at: time) -> bool:
        """Tell whether this contact would rather not be told at `at`."""
        return self.quiet_hours is not None and self.quiet_hours.holds(at)


def next_tier(contacts: Iterable[Contact], at: time) -> tuple[Contact, ...]:
    """Return who of `contacts` is told next; quiet hours put a contact last, never out."""
    ranked = [((contact.is_quiet(at), contact.order), contact) for contact in contacts]
    first = min((rank for rank, _ in ranked), default=None)
    return tuple(contact for rank, contact in ranked if rank == first)
