"""The alert: asks "Are you OK?", and tells the family when nobody answers.

    asking        the walker is asked; "I'm OK" ends it, "help" or the end of the wait alerts
    alerting      the contacts are told one after another, round after round
    undelivered   the same, while nobody is known to have got this round
    acknowledged  somebody is coming; after 15 minutes, "no" or silence resumes the rounds
    all_clear     a person ended it, and those who were told hear so; after a while: none

Latched: time, movement and faults lead towards the family, and only a person leads back.
Every change is shown and stored before its messages go out.
"""

from collections.abc import Callable, Mapping

from . import alert_rules as rules
from .alert_aloud import Aloud
from .alert_messages import (
    CLOSED,
    IN_ROUNDS,
    ActionKind,
    AlertKind,
    AlertState,
    AlertView,
    Delivery,
    Message,
    MessageKind,
)
from .alert_post import Post
from .alert_record import AlertRecord, MalformedRecord
from .alert_rounds import Rounds
from .alert_surroundings import Surroundings
from .alert_timers import Timers


class Alert:
    """The alert of one walker."""

    def __init__(self, around: Surroundings) -> None:
        """Be quiet at first."""
        self._around = around
        self._record = AlertRecord()
        self._aloud = Aloud(around)
        self._post = Post(around, self._on_news)
        self._rounds = Rounds(around, self._post, self._on_news)
        self._timers = Timers(around.clock)
        self._due_s = 0.0
        self._kind_since_s = 0.0

    @property
    def view(self) -> AlertView:
        """Return the alert as it is shown."""
        return self._record.view(self._due_s)

    def raise_alert(self, kind: AlertKind, *, lying_still: bool = False) -> None:
        """Ask the walker, or go on to what is more urgent; an open alert never becomes less."""
        if self._record.state in CLOSED:
            self._open(kind)
        elif rules.URGENCY.index(kind) > rules.URGENCY.index(self._record.kind):
            self._record.kind = kind
            self._kind_since_s = self._around.clock.now_s()
            if self._record.state is not AlertState.ASKING:
                self._start_rounds()
        elif not lying_still or self._record.state is not AlertState.ASKING:
            return
        if self._record.state is AlertState.ASKING:
            wait_s = rules.ASKING_S[self._record.kind]
            if lying_still:
                wait_s = min(wait_s, rules.ASKING_LYING_STILL_S)
            self._ask_until(min(self._due_s, self._kind_since_s + wait_s))
        self._commit()

    def lengthen(self) -> None:
        """Wait longer after a fall, once: the walker steps or stands upright, or seems to."""
        record = self._record
        falling = (AlertState.ASKING, AlertKind.FALL, False)
        if (record.state, record.kind, record.lengthened) == falling:
            record.lengthened = True
            self._ask_until(self._due_s + rules.LENGTHENED_BY_S)
            self._commit()

    def im_ok(self, by: str) -> None:
        """End the alert: the walker says so, by card, button, phone or voice."""
        self._end(by, MessageKind.SAID_OK)

    def reached(self, by: str) -> None:
        """End the alert: `by` reached the walker."""
        self._end(by, MessageKind.WAS_REACHED)

    def acknowledge(self, by: str) -> None:
        """Rest the rounds: `by` is coming."""
        record = self._record
        on_the_way = record.state is AlertState.ACKNOWLEDGED and not record.question_asked
        if record.state in CLOSED or (on_the_way and record.answered_by == by):
            return
        record.answered_by = by
        record.question_asked = False
        self._enter(AlertState.ACKNOWLEDGED, rules.ACKNOWLEDGED_S)
        for to, channel, _ in record.alarmed:
            kind = MessageKind.YOU_ARE_COMING if to == by else MessageKind.SOMEBODY_IS_COMING
            self._post.post(to, kind, channel)
        self._commit()

    def not_reached(self, by: str) -> None:
        """Resume the rounds: who was coming is not; no other contact can say so."""
        other = self._around.contact(by) and by not in self._coming()
        if self._record.state is AlertState.ACKNOWLEDGED and not other:
            self._start_rounds()
            self._commit()

    def action(self, action_id: str) -> bool:
        """Take the press of a message's button; tell whether it belongs to this alert."""
        answer = self._post.answered(action_id)
        if answer and (on_action := _ON_ACTION.get(answer.action)):
            on_action(self, answer.address.to)
        return answer is not None

    def report(self, message: Message, delivery: Delivery) -> None:
        """Take what became of `message`; late and repeated reports do no harm."""
        self._post.report(message, delivery)

    def to_dict(self) -> dict[str, object]:
        """Return what `restore` takes."""
        due_in_s = max(0.0, self._due_s - self._around.clock.now_s())
        return self._record.to_dict(saved_at_s=self._around.wall_s(), due_in_s=due_in_s)

    def restore(self, data: object) -> None:
        """Go on where `to_dict` left off; what cannot be read is taken for an unplanned pause."""
        try:
            self._record = AlertRecord.from_dict(data)
        except MalformedRecord:
            self.raise_alert(AlertKind.PLEASE_CHECK)
            return
        if self._record.state is AlertState.NONE:
            return
        self._post.begin(self._record)
        self._kind_since_s = self._around.clock.now_s()
        rest_s = self._record.due_in_now_s(self._around.wall_s())
        told_again = self._post.post_unsent()
        if told_again:
            rest_s = max(rest_s, rules.FOLLOW_UP_S)
        self._enter(self._record.state, rest_s)
        if self._record.state in IN_ROUNDS:
            self._rounds.resume(told_again)
        if rest_s > 0:
            self._commit()
        else:
            self._on_due()

    def close(self) -> None:
        """Leave no timer behind; what was stored stays as it is."""
        self._aloud.stop()
        self._post.close()
        self._rounds.stop()
        self._timers.close()

    def _open(self, kind: AlertKind) -> None:
        """Begin a new alert."""
        self._record = AlertRecord(
            kind=kind, alert_id=self._around.new_id(), raised_at_s=self._around.wall_s()
        )
        self._post.begin(self._record)
        self._kind_since_s = self._around.clock.now_s()
        self._enter(AlertState.ASKING, rules.ASKING_S[kind])

    def _end(self, by: str, kind: MessageKind) -> None:
        """End an open alert and tell those who were alarmed."""
        if self._record.state in CLOSED:
            return
        self._record.answered_by = by
        self._enter(AlertState.ALL_CLEAR, rules.ALL_CLEAR_S)
        for to, channel, _ in self._record.alarmed:
            self._post.post(to, kind, channel)
        self._commit()

    def _enter(self, state: AlertState, wait_s: float) -> None:
        """Change to `state`, which is over, or goes on to its next step, after `wait_s`."""
        self._record.state = state
        self._wait(wait_s)
        self._aloud.stop()
        if state is AlertState.ASKING:
            self._aloud.start()
        if state not in IN_ROUNDS:
            self._rounds.stop()

    def _wait(self, wait_s: float) -> None:
        """Let the next step be due after `wait_s`."""
        self._due_s = self._around.clock.now_s() + wait_s
        self._timers.arm("due", wait_s, self._on_due)

    def _ask_until(self, due_s: float) -> None:
        """Move the end of the asking."""
        if (wait_s := due_s - self._around.clock.now_s()) > 0:
            self._wait(wait_s)
        else:
            self._start_rounds()

    def _on_due(self) -> None:
        """Take the next step of the state."""
        match self._record.state:
            case AlertState.ALERTING | AlertState.UNDELIVERED:
                self._wait(self._rounds.tell_next())
            case AlertState.ACKNOWLEDGED if not self._record.question_asked:
                self._record.question_asked = True
                self._wait(rules.QUESTION_S)
                for to in self._coming():
                    self._post.post(to, MessageKind.DID_YOU_REACH)
            case AlertState.ALL_CLEAR:
                self._timers.close()
                self._record = AlertRecord()
                self._post.begin(self._record)
            case _:  # nobody answered "Are you OK?" or "Did you reach her?"
                self._start_rounds()
        self._commit()

    def _coming(self) -> set[str]:
        """Return who can tell whether the walker was reached: everybody, if it was a card."""
        if contact := self._around.contact(self._record.answered_by):
            return {contact.contact_id}
        return {address.to for address in self._record.alarmed}

    def _start_rounds(self) -> None:
        """Tell the family from now on."""
        self._record.answered_by = None
        self._record.question_asked = False
        self._enter(AlertState.ALERTING, self._rounds.start())

    def _on_news(self) -> None:
        """Go on at once where a message failed, and show how it stands."""
        if self._record.state in IN_ROUNDS and self._rounds.next_at_once:
            self._wait(self._rounds.tell_next())
        self._commit()

    def _commit(self) -> None:
        """Judge, store and show what has changed; then send what belongs to it."""
        if self._record.state in IN_ROUNDS and (reached := self._rounds.reached) is not None:
            self._record.state = AlertState.ALERTING if reached else AlertState.UNDELIVERED
        self._post.show_walker()
        self._around.sink.on_change(self.view)
        self._post.flush()


_ON_ACTION: Mapping[ActionKind, Callable[[Alert, str], None]] = {
    ActionKind.IM_OK: Alert.im_ok,
    ActionKind.HELP: lambda alert, _by: alert.raise_alert(AlertKind.HELP),
    ActionKind.COMING: Alert.acknowledge,
    ActionKind.REACHED: Alert.reached,
    ActionKind.NOT_REACHED: Alert.not_reached,
}
