"""Who is told next."""

from datetime import time

import pytest

from custom_components.retrowalk.safety.contacts import Contact, QuietHours, next_tier

NIGHT = QuietHours(start=time(22), end=time(7))
NAP = QuietHours(start=time(13), end=time(15))


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        (NIGHT, time(21, 59), False),
        (NIGHT, time(22), True),
        (NIGHT, time(0), True),
        (NIGHT, time(6, 59), True),
        (NIGHT, time(7), False),
        (NAP, time(12, 59), False),
        (NAP, time(13), True),
        (NAP, time(15), False),
        (QuietHours(start=time(9), end=time(9)), time(9), False),
    ],
)
def test_quiet_hours(hours: QuietHours, at: time, quiet: bool) -> None:
    """From the start on, up to the end; over midnight too."""
    assert hours.holds(at) is quiet


ANNA = Contact(contact_id="anna", order=1, quiet_hours=NIGHT)
BEN = Contact(contact_id="ben", order=2)
CARL = Contact(contact_id="carl", order=2, quiet_hours=NIGHT)
DORA = Contact(contact_id="dora", order=3)


@pytest.mark.parametrize(
    ("at", "contacts", "tier"),
    [
        (time(12), [DORA, CARL, BEN, ANNA], ["anna"]),
        (time(12), [DORA, CARL, BEN], ["carl", "ben"]),
        (time(12), [], []),
        (time(23), [DORA, CARL, BEN, ANNA], ["ben"]),
        (time(23), [DORA, CARL, ANNA], ["dora"]),
        (time(23), [CARL, ANNA], ["anna"]),
        (time(23), [CARL], ["carl"]),
    ],
)
def test_next_tier(at: time, contacts: list[Contact], tier: list[str]) -> None:
    """By order, equal ones together; who has quiet hours last, but never nobody."""
    assert [contact.contact_id for contact in next_tier(contacts, at)] == tier
