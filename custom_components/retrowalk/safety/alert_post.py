"""The messages of an alert on their way: sent once, followed up, and never silently lost."""

from collections.abc import Callable
from dataclasses import replace

from .alert_messages import (
    CRITICAL,
    WALKER,
    Answer,
    Channel,
    Delivery,
    Message,
    MessageKind,
    Posted,
    parse_action_id,
)
from .alert_record import AlertRecord
from .alert_rules import SENDING_S, TO_OTHERS, TO_WALKER
from .alert_surroundings import Surroundings
from .alert_timers import Timers

_BY_A_PERSON = frozenset({Delivery.SEEN, Delivery.ANSWERED})


class Post:
    """Posts what the alert says into its record, and sends it once the record is stored."""

    def __init__(self, around: Surroundings, on_report: Callable[[], None]) -> None:
        """Begin with an empty record; `on_report` is called when a delivery has changed."""
        self.record = AlertRecord()
        self._around = around
        self._on_report = on_report
        self._outbox: list[Message] = []
        self._walker_shown: tuple[MessageKind | None, str | None] | None = None
        self._limits = Timers(around.clock)

    def begin(self, record: AlertRecord) -> None:
        """Follow the messages of `record` from now on, and no others."""
        self.close()
        self.record = record

    def post(self, to: str, kind: MessageKind, channel: Channel = Channel.FIRST) -> None:
        """Put a message into the record, to be sent by `flush`."""
        record = self.record
        contact = self._around.contact(to)
        message = Message(
            to=to,
            kind=kind,
            alert_id=record.alert_id,
            alert=record.kind,
            channel=channel,
            round=record.round,
            who=record.answered_by,
            critical=kind in CRITICAL and (contact is None or contact.critical),
        )
        record.posted[message.address] = Posted(message=message, at_s=self._around.wall_s())
        self._outbox.append(message)
        self._limits.arm(message.address, SENDING_S, lambda: self.report(message, Delivery.FAILED))

    def post_unsent(self) -> set[str]:
        """Post again what a restart may have cut off, and return to whom.

        Tag and action ids are the same as before, so a phone that had it shows it once.
        """
        unsent = [
            address
            for address, posted in self.record.posted.items()
            if posted.delivery is Delivery.PENDING and self._is_current(address.kind)
        ]
        for to, channel, kind in unsent:
            self.post(to, kind, channel)
        return {to for to, _, _ in unsent}

    def show_walker(self) -> None:
        """Post to the walker's own phone what it does not show yet."""
        kind = TO_WALKER.get(self.record.state)
        if (kind, self.record.answered_by) != self._walker_shown:
            self._walker_shown = (kind, self.record.answered_by)
            if kind is not None:
                self.post(WALKER, kind)

    def flush(self) -> None:
        """Send what was posted."""
        while self._outbox:
            self._around.sink.send(self._outbox.pop(0))

    def report(self, message: Message, delivery: Delivery) -> None:
        """Take what became of `message`; late and repeated reports do no harm."""
        address = message.address
        posted = self.record.posted.get(address)
        if (
            posted is None
            or posted.message != message
            or delivery in (posted.delivery, Delivery.PENDING)
            or (posted.delivery in _BY_A_PERSON and delivery not in _BY_A_PERSON)
        ):
            return
        self._limits.disarm(address)
        self.record.posted[address] = replace(posted, delivery=delivery)
        if delivery is Delivery.FAILED and self._is_current(address.kind):
            self._try_second_channel(message)
        self._on_report()

    def answered(self, action_id: str) -> Answer | None:
        """Note that a button was pressed; return which, if it belongs to this alert."""
        answer = parse_action_id(action_id)
        if answer is None or answer.alert_id != self.record.alert_id:
            return None
        if posted := self.record.posted.get(answer.address):
            self.report(posted.message, Delivery.ANSWERED)
        return answer

    def close(self) -> None:
        """Leave no timer behind."""
        self._limits.close()

    def _is_current(self, kind: MessageKind) -> bool:
        """Tell whether a message of `kind` is still worth sending."""
        return kind in TO_OTHERS[self.record.state]

    def _try_second_channel(self, failed: Message) -> None:
        """Post what failed on the first channel on the second, if it did not go there too."""
        contact = self._around.contact(failed.to)
        second = self.record.posted.get(failed.address._replace(channel=Channel.SECOND))
        if (
            failed.channel is Channel.FIRST
            and contact is not None
            and contact.second_channel
            and (second is None or second.message.round != failed.round)
        ):
            self.post(failed.to, failed.kind, Channel.SECOND)
