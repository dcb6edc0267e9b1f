"""The road to the family: known to be good once a test alert rang and its answer came back."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .alert_messages import ActionKind, Delivery, Message, MessageKind, parse_action_id
from .alert_surroundings import Surroundings
from .alert_timers import Timers

GOOD_FOR_S = 30 * 86400.0
ANSWER_S = 300.0  # own choice: it takes a while to find the phone and silence it
VERSION = 1


class RoadResult(StrEnum):
    """What the newest test of one contact's road has shown."""

    UNTESTED = "untested"
    WAITING = "waiting"
    PASSED = "passed"
    DID_NOT_RING = "did_not_ring"  # it came, but the phone stayed silent
    UNANSWERED = "unanswered"
    FAILED = "failed"
    EXPIRED = "expired"  # passed, too long ago


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """A result, and when it came (wall clock)."""

    result: RoadResult
    at_s: float


_BY_ACTION = {
    ActionKind.RANG: RoadResult.PASSED,
    ActionKind.DID_NOT_RING: RoadResult.DID_NOT_RING,
}


class Road:
    """The test alerts of one walker."""

    def __init__(self, around: Surroundings, on_change: Callable[[], None]) -> None:
        """Know nothing yet; `on_change` is called when a result is to be stored and shown."""
        self._around = around
        self._on_change = on_change
        self._test_id = ""
        self._tested: dict[str, Tested] = {}
        self._timers = Timers(around.clock)

    @property
    def known_good(self) -> bool:
        """Tell whether an alert is known to reach at least one contact."""
        return any(
            self.result(contact.contact_id) is RoadResult.PASSED
            for contact in self._around.contacts
        )

    @property
    def to_test(self) -> list[str]:
        """Return the contacts whose road is not known to be good."""
        ids = [contact.contact_id for contact in self._around.contacts]
        return [one for one in ids if self.result(one) is not RoadResult.PASSED]

    def result(self, contact_id: str) -> RoadResult:
        """Return what is known of the road to a contact."""
        tested = self._tested.get(contact_id)
        if tested is None:
            return RoadResult.UNTESTED
        age_s = self._around.wall_s() - tested.at_s
        if tested.result is RoadResult.PASSED and not 0 <= age_s <= GOOD_FOR_S:
            return RoadResult.EXPIRED
        return tested.result

    def start(self) -> None:
        """Ask every contact: "Did it ring while silenced?"."""
        self._test_id = self._around.new_id()
        messages = [
            Message(
                to=contact.contact_id,
                kind=MessageKind.TEST,
                alert_id=self._test_id,
                critical=contact.critical,
            )
            for contact in self._around.contacts
        ]
        for message in messages:
            self._note(message.to, RoadResult.WAITING)
        self._timers.arm("answer", ANSWER_S, self._give_up)
        self._on_change()
        for message in messages:
            self._around.sink.send(message)

    def report(self, message: Message, delivery: Delivery) -> None:
        """Take what became of a test message: only its failure says something."""
        waiting = self.result(message.to) is RoadResult.WAITING
        if delivery is Delivery.FAILED and waiting and message.alert_id == self._test_id:
            self._note(message.to, RoadResult.FAILED)
            self._on_change()

    def action(self, action_id: str) -> bool:
        """Take the press of a test message's button; tell whether it is of the newest test."""
        answer = parse_action_id(action_id)
        if answer is None or answer.alert_id != self._test_id or answer.action not in _BY_ACTION:
            return False
        self._note(answer.address.to, _BY_ACTION[answer.action])
        self._on_change()
        return True

    def to_dict(self) -> dict[str, Any]:
        """Return what `restore` takes."""
        return {
            "version": VERSION,
            "tested": {
                contact_id: {"result": tested.result.value, "at_s": tested.at_s}
                for contact_id, tested in self._tested.items()
            },
        }

    def restore(self, data: Any) -> None:
        """Take up what was stored; what cannot be read, or was cut off, was not tested."""
        try:
            if data["version"] != VERSION:
                return
            stored = {
                contact_id: Tested(result=RoadResult(one["result"]), at_s=float(one["at_s"]))
                for contact_id, one in data["tested"].items()
            }
        except AttributeError, KeyError, OverflowError, TypeError, ValueError:
            return
        self._tested = {
            contact_id: tested
            for contact_id, tested in stored.items()
            if tested.result is not RoadResult.WAITING
        }

    def close(self) -> None:
        """Leave no timer behind."""
        self._timers.close()

    def _note(self, contact_id: str, result: RoadResult) -> None:
        """Note a result."""
        self._tested[contact_id] = Tested(result=result, at_s=self._around.wall_s())

    def _give_up(self) -> None:
        """Take silence for a road that does not work."""
        for contact_id, tested in list(self._tested.items()):
            if tested.result is RoadResult.WAITING:
                self._note(contact_id, RoadResult.UNANSWERED)
        self._on_change()
