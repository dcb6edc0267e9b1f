"""An alert as it is stored: what a restart must not lose."""

from dataclasses import dataclass, field
import math
from typing import Any

from .alert_messages import (
    CLOSED,
    Address,
    AlertKind,
    AlertState,
    AlertView,
    Channel,
    Delivery,
    Message,
    MessageKind,
    Posted,
)
from .alert_rules import LONGEST_WAIT_S

VERSION = 1


class MalformedRecord(Exception):
    """What was stored cannot be read, and may have been an open alert."""


@dataclass(kw_only=True)
class AlertRecord:
    """All that an alert knows, apart from its timers."""

    state: AlertState = AlertState.NONE
    kind: AlertKind = AlertKind.PLEASE_CHECK
    alert_id: str = ""
    raised_at_s: float = 0.0  # wall clock
    round: int = 0
    lengthened: bool = False
    question_asked: bool = False
    answered_by: str | None = None
    posted: dict[Address, Posted] = field(default_factory=dict)
    saved_at_s: float = 0.0  # wall clock
    due_in_s: float = 0.0  # the rest of the wait, when saved

    def view(self, due_s: float) -> AlertView:
        """Return the alert as it is shown, its next step due at `due_s`."""
        at_rest = self.state is AlertState.NONE
        return AlertView(
            state=self.state,
            kind=None if at_rest else self.kind,
            alert_id=self.alert_id,
            raised_at_s=None if at_rest else self.raised_at_s,
            due_s=None if at_rest else due_s,
            round=self.round,
            lengthened=self.lengthened,
            question_asked=self.question_asked,
            answered_by=self.answered_by,
            told=tuple(self.posted[address] for address in self.alarmed),
        )

    @property
    def alarmed(self) -> list[Address]:
        """Return where an alert was sent: those who must hear how it ended."""
        return [address for address in self.posted if address.kind is MessageKind.ALERT]

    def due_in_now_s(self, wall_s: float) -> float:
        """Return the rest of the wait at `wall_s`: none if the clock went back meanwhile."""
        elapsed_s = wall_s - self.saved_at_s
        if elapsed_s < 0:
            return 0.0
        return min(max(0.0, self.due_in_s - elapsed_s), LONGEST_WAIT_S)

    def to_dict(self, *, saved_at_s: float, due_in_s: float) -> dict[str, Any]:
        """Return what is stored at `saved_at_s`, with `due_in_s` left of the wait."""
        return {
            "version": VERSION,
            "state": self.state.value,
            "kind": self.kind.value,
            "alert_id": self.alert_id,
            "raised_at_s": self.raised_at_s,
            "round": self.round,
            "lengthened": self.lengthened,
            "question_asked": self.question_asked,
            "answered_by": self.answered_by,
            "posted": [_posted_to_dict(posted) for posted in self.posted.values()],
            "saved_at_s": saved_at_s,
            "due_in_s": due_in_s,
        }

    @classmethod
    def from_dict(cls, data: object) -> AlertRecord:
        """Read what was stored; raise MalformedRecord where that might hide an open alert."""
        if data is None:
            return cls()
        try:
            return cls._from_stored(data)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            if isinstance(data, dict) and data.get("state") in list(CLOSED):
                return cls()
            raise MalformedRecord(repr(error)) from error

    @classmethod
    def _from_stored(cls, data: Any) -> AlertRecord:
        """Read this version; raise KeyError, TypeError, ValueError or OverflowError."""
        if data["version"] != VERSION:
            raise ValueError(f"version {data['version']!r}")
        posted = [_posted_from_dict(entry) for entry in data["posted"]]
        return cls(
            state=AlertState(data["state"]),
            kind=AlertKind(data["kind"]),
            alert_id=_typed(data["alert_id"], str),
            raised_at_s=_seconds(data["raised_at_s"]),
            round=_typed(data["round"], int),
            lengthened=_typed(data["lengthened"], bool),
            question_asked=_typed(data["question_asked"], bool),
            answered_by=_typed(data["answered_by"], str | None),
            posted={one.message.address: one for one in posted},
            saved_at_s=_seconds(data["saved_at_s"]),
            due_in_s=_seconds(data["due_in_s"]),
        )


def _posted_to_dict(posted: Posted) -> dict[str, Any]:
    """Return what is stored of a message."""
    message = posted.message
    return {
        "to": message.to,
        "kind": message.kind.value,
        "alert_id": message.alert_id,
        "alert": message.alert.value if message.alert else None,
        "channel": message.channel.value,
        "round": message.round,
        "who": message.who,
        "critical": message.critical,
        "at_s": posted.at_s,
        "delivery": posted.delivery.value,
    }


def _posted_from_dict(data: Any) -> Posted:
    """Read a message; raise KeyError, TypeError, ValueError or OverflowError."""
    return Posted(
        message=Message(
            to=_typed(data["to"], str),
            kind=MessageKind(data["kind"]),
            alert_id=_typed(data["alert_id"], str),
            alert=AlertKind(data["alert"]) if data["alert"] is not None else None,
            channel=Channel(data["channel"]),
            round=_typed(data["round"], int),
            who=_typed(data["who"], str | None),
            critical=_typed(data["critical"], bool),
        ),
        at_s=_seconds(data["at_s"]),
        delivery=Delivery(data["delivery"]),
    )


def _typed(value: Any, kind: Any) -> Any:
    """Return `value` if it is of `kind`, or raise TypeError."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is not {kind}")
    return value


def _seconds(value: Any) -> float:
    """Return `value` as finite seconds, or raise TypeError, ValueError or OverflowError."""
    seconds = float(_typed(value, float | int))
    if not math.isfinite(seconds):
        raise ValueError(f"{value!r} is no time")
    return seconds
