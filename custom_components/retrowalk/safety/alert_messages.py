"""The words of an alert: its states, its messages, and the answers that come back.

A message carries no text: its kind is a translation key, the rest are placeholders.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

WALKER = "walker"  # the recipient that stands for the walker's own phone
_PREFIX = "retrowalk"


class AlertKind(StrEnum):
    """Why somebody is asked or told, from the least to the most urgent."""

    PLEASE_CHECK = "please_check"  # an unplanned pause, step loss or lost sensor while walking
    FALL = "fall"
    HELP = "help"  # the walker's own word


class AlertState(StrEnum):
    """What the alert does."""

    NONE = "none"
    ASKING = "asking"  # "Are you OK?"
    ALERTING = "alerting"  # telling the family in rounds
    ACKNOWLEDGED = "acknowledged"  # somebody is coming; open until the walker was reached
    UNDELIVERED = "undelivered"  # in rounds too, and nobody was reached by this one
    ALL_CLEAR = "all_clear"


IN_ROUNDS = frozenset({AlertState.ALERTING, AlertState.UNDELIVERED})
CLOSED = frozenset({AlertState.NONE, AlertState.ALL_CLEAR})


class Channel(StrEnum):
    """The way to a contact."""

    FIRST = "first"  # the phone
    SECOND = "second"  # what the user chose beside it


class Delivery(StrEnum):
    """What is known of a message: the newest report, but never less than a person's own act."""

    PENDING = "pending"
    SENT = "sent"  # handed over: whether it rang cannot be known
    SEEN = "seen"
    ANSWERED = "answered"
    FAILED = "failed"


class MessageKind(StrEnum):
    """What a message says."""

    ARE_YOU_OK = "are_you_ok"  # to the walker, as the three that follow
    FAMILY_IS_TOLD = "family_is_told"
    HELP_IS_COMING = "help_is_coming"
    CLEAR = "clear"  # says nothing: takes the alert off the phone
    ALERT = "alert"  # to the family, as all others
    YOU_ARE_COMING = "you_are_coming"
    SOMEBODY_IS_COMING = "somebody_is_coming"
    DID_YOU_REACH = "did_you_reach"
    SAID_OK = "said_ok"
    WAS_REACHED = "was_reached"
    TEST = "test"


class ActionKind(StrEnum):
    """What a button of a message says."""

    IM_OK = "im_ok"
    HELP = "help"
    COMING = "coming"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    CALL = "call"  # dials: the phone does it, and nothing comes back
    RANG = "rang"
    DID_NOT_RING = "did_not_ring"


# At most three: Android shows no more.
ACTIONS: dict[MessageKind, tuple[ActionKind, ...]] = {
    MessageKind.ARE_YOU_OK: (ActionKind.IM_OK, ActionKind.HELP),
    MessageKind.FAMILY_IS_TOLD: (ActionKind.IM_OK,),
    MessageKind.HELP_IS_COMING: (ActionKind.IM_OK,),
    MessageKind.CLEAR: (),
    MessageKind.ALERT: (ActionKind.COMING, ActionKind.REACHED, ActionKind.CALL),
    MessageKind.YOU_ARE_COMING: (ActionKind.REACHED, ActionKind.NOT_REACHED, ActionKind.CALL),
    MessageKind.SOMEBODY_IS_COMING: (ActionKind.REACHED, ActionKind.CALL),
    MessageKind.DID_YOU_REACH: (ActionKind.REACHED, ActionKind.NOT_REACHED, ActionKind.CALL),
    MessageKind.SAID_OK: (),
    MessageKind.WAS_REACHED: (),
    MessageKind.TEST: (ActionKind.RANG, ActionKind.DID_NOT_RING),
}
# Those that sound on a silenced phone, if the contact wants that at all.
CRITICAL = frozenset(
    {
        MessageKind.ARE_YOU_OK,
        MessageKind.ALERT,
        MessageKind.DID_YOU_REACH,
        MessageKind.TEST,
    }
)


class Address(NamedTuple):
    """What a message is followed up by: the newest of a kind to a contact on a channel."""

    to: str
    channel: Channel
    kind: MessageKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A button of a message, and the id that comes back when it is pressed."""

    kind: ActionKind
    action_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message to one contact on one channel."""

    to: str
    kind: MessageKind
    alert_id: str
    alert: AlertKind | None = None  # None: a test
    channel: Channel = Channel.FIRST
    round: int = 0
    who: str | None = None  # who is coming, said OK, or reached the walker
    critical: bool = False

    @property
    def address(self) -> Address:
        """Return what the message is followed up by."""
        return Address(self.to, self.channel, self.kind)

    @property
    def tag(self) -> str:
        """Return the tag by which a phone replaces the earlier messages of the same alert."""
        return f"{_PREFIX}_{self.alert_id}"

    @property
    def actions(self) -> tuple[Action, ...]:
        """Return the buttons, each with an id that no other message has."""
        start = f"{_PREFIX}:{self.alert_id}:{self.round}:{self.channel}:{self.kind}"
        return tuple(
            Action(kind=kind, action_id=f"{start}:{kind}:{self.to}") for kind in ACTIONS[self.kind]
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A button that was pressed: on which message of which alert."""

    alert_id: str
    address: Address
    action: ActionKind


def parse_action_id(action_id: str) -> Answer | None:
    """Return what an action id stands for; None if it is not one of ours."""
    try:
        prefix, alert_id, _round, channel, kind, action, to = action_id.split(":", 6)
        if prefix != _PREFIX:
            return None
        return Answer(
            alert_id=alert_id,
            address=Address(to, Channel(channel), MessageKind(kind)),
            action=ActionKind(action),
        )
    except ValueError:
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """A message that was handed over, what became of it, and when it went (wall clock)."""

    message: Message
    at_s: float
    delivery: Delivery = Delivery.PENDING


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertView:
    """The alert as it is shown."""

    state: AlertState
    kind: AlertKind | None
    alert_id: str
    raised_at_s: float | None  # wall clock
    due_s: float | None  # monotonic: the end of the asking, the next person, the next question
    round: int
    lengthened: bool
    question_asked: bool  # "Did you reach her?"
    answered_by: str | None  # who is coming, said OK, or reached the walker
    told: tuple[Posted, ...]  # the newest alert to each contact on each channel

    @property
    def is_open(self) -> bool:
        """Tell whether the alert is unsettled: as long as it is, the belt stays stopped."""
        return self.state not in CLOSED
