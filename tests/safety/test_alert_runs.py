"""Alerts in randomised runs with faults and restarts: none is lost, and none is doubled."""

from collections.abc import Callable
from datetime import time
from typing import override

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from custom_components.retrowalk.safety.alert_messages import (
    IN_ROUNDS,
    ActionKind,
    AlertKind,
    AlertState,
    AlertView,
    Delivery,
    Message,
    MessageKind,
)
from custom_components.retrowalk.safety.contacts import Contact, QuietHours

from .alert_scene import ANNA, BEN, CARL, Scene

# What must hold, from the issue and the rules.
LONGEST_ASKING_S = {AlertKind.PLEASE_CHECK: 90.0, AlertKind.FALL: 30.0, AlertKind.HELP: 0.0}
LENGTHENED_BY_S = 30.0
LONGEST_ACKNOWLEDGED_S = 900.0 + 120.0
LONGEST_BETWEEN_ALERTS_S = 60.0
UNDELIVERED_AFTER_S = 15.0
SLACK_S = 0.01

GOT_THROUGH = {Delivery.SENT, Delivery.SEEN, Delivery.ANSWERED}
THE_END = {MessageKind.SAID_OK, MessageKind.WAS_REACHED}

NAPPING = Contact(
    contact_id="dora", order=0, quiet_hours=QuietHours(start=time(12), end=time(12, 20))
)
PEOPLE = st.sampled_from(["anna", "ben", "card", "somebody removed"])


class Home(Scene):
    """A home that may go down after storing a change and before sending its messages."""

    def __init__(self) -> None:
        """Be up."""
        super().__init__([NAPPING, ANNA, BEN, CARL])
        self.is_down = False
        self.starts = 0
        self.up_s = 0.0  # in all, over all restarts
        self.posted: set[tuple[int, Message]] = set()
        self.reported: set[Message] = set()
        self.since_s: dict[object, float] = {}

    @override
    def on_change(self, view: AlertView) -> None:
        """Note when a state and a round began."""
        super().on_change(view)
        self.since_s.setdefault((view.alert_id, view.state), self.up_s)
        self.since_s.setdefault((self.starts, view.alert_id, view.round), self.up_s)

    @override
    def send(self, message: Message) -> None:
        """Hold each message against the rule that none is doubled."""
        stored = {(one["to"], one["kind"], one["round"]) for one in self.stored["posted"]}
        assert (message.to, message.kind, message.round) in stored, "sent before it was stored"
        if self.is_down:
            return
        if message.kind is MessageKind.ALERT:
            assert (self.starts, message) not in self.posted, "sent twice"
            assert message not in self.reported, "sent again though it was known what became of it"
            self.since_s["alert"] = self.up_s
        self.posted.add((self.starts, message))
        super().send(message)

    @override
    def report(self, message: Message, delivery: Delivery) -> None:
        """Note that it is known what became of a message."""
        if delivery is not Delivery.PENDING:
            self.reported.add(message)
        super().report(message, delivery)

    @override
    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.up_s += seconds
        super().advance(seconds)


class Runs(RuleBasedStateMachine):
    """Suspicions, presses, time, faults and restarts in any order, beside a plain model."""

    def __init__(self) -> None:
        """Begin with no alert."""
        super().__init__()
        self.home = Home()
        self.is_open = False  # the model: what only a person may end
        self.alert_id = ""
        self.first_kind = AlertKind.PLEASE_CHECK

    @property
    def view(self) -> AlertView:
        """The alert as it is shown."""
        return self.home.alert.view

    @rule(kind=st.sampled_from(AlertKind), lying_still=st.booleans())
    def suspicion(self, kind: AlertKind, lying_still: bool) -> None:
        """Something looks like a fall, or somebody calls for help."""
        self.home.alert.raise_alert(kind, lying_still=lying_still)
        self.opened(kind)

    @rule()
    def steps(self) -> None:
        """Something looks like steps."""
        self.home.alert.lengthen()

    @precondition(lambda self: self.is_open)
    @rule(by=PEOPLE, reached=st.booleans(), crash=st.booleans())
    def the_end(self, by: str, reached: bool, crash: bool) -> None:
        """End it by a person, and perhaps Home Assistant goes down with it."""
        self.is_open = False
        end = self.home.alert.reached if reached else self.home.alert.im_ok
        self.perhaps_crash(lambda: end(by), crash)

    @rule(by=PEOPLE, crash=st.booleans())
    def coming(self, by: str, crash: bool) -> None:
        """Somebody says to be coming."""
        self.home.since_s["coming"] = self.home.up_s
        self.perhaps_crash(lambda: self.home.alert.acknowledge(by), crash)

    @rule(by=PEOPLE, crash=st.booleans())
    def not_coming(self, by: str, crash: bool) -> None:
        """Somebody did not reach the walker."""
        self.perhaps_crash(lambda: self.home.alert.not_reached(by), crash)

    @precondition(lambda self: self.home.sent)
    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        """Somebody presses any button of any message that ever went out."""
        message = data.draw(st.sampled_from(self.home.sent))
        if not message.actions:
            return
        action = data.draw(st.sampled_from(message.actions))
        ours = message.alert_id == self.view.alert_id
        if action.kind is ActionKind.COMING:
            self.home.since_s["coming"] = self.home.up_s
        assert self.home.alert.action(action.action_id) is ours
        if ours and action.kind in (ActionKind.IM_OK, ActionKind.REACHED):
            self.is_open = False
        if ours and action.kind is ActionKind.HELP:
            self.opened(AlertKind.HELP)

    @precondition(lambda self: self.home.sent)
    @rule(data=st.data(), delivery=st.sampled_from(Delivery))
    def late_report(self, data: st.DataObject, delivery: Delivery) -> None:
        """Word comes of any message, whatever was said of it before."""
        self.home.report(data.draw(st.sampled_from(self.home.sent)), delivery)

    @rule(fate=st.sampled_from([Delivery.SENT, Delivery.SEEN, Delivery.FAILED, None]))
    def fault(self, fate: Delivery | None) -> None:
        """From now on messages get through, or fail, or vanish."""
        self.home.fate = fate

    @rule(contacts=st.sampled_from([[ANNA], [CARL, BEN], [NAPPING, ANNA, BEN, CARL], [BEN]]))
    def other_contacts(self, contacts: list[Contact]) -> None:
        """Change the options."""
        self.home.contacts = self.home.around.contacts = contacts

    @rule(seconds=st.sampled_from([0.0, 0.5, 7.0, 16.0, 31.0, 95.0, 1100.0]))
    def time_passes(self, seconds: float) -> None:
        """Watch it closely."""
        for _ in range(40):
            self.home.advance(seconds / 40)
            self.nothing_waits_for_too_long()
            self.delivery_is_told_as_it_is()

    @rule(off_s=st.sampled_from([0.0, 5.0, 600.0]), clock_went_back=st.booleans())
    def restart(self, off_s: float, clock_went_back: bool) -> None:
        """Home Assistant restarts, perhaps not knowing what time it is."""
        self.home.starts += 1
        self.home.restart(off_s, wall_s=-1e6 if clock_went_back else None)
        self.home.since_s.setdefault((self.home.starts, self.alert_id, self.view.round), 0.0)
        self.home.since_s[self.home.starts, self.alert_id, self.view.round] = self.home.up_s

    def perhaps_crash(self, action: Callable[[], None], crash: bool) -> None:
        """Act, and go down before a message is out."""
        self.home.is_down = crash
        action()
        self.home.is_down = False
        if crash:
            self.restart(3.0, clock_went_back=False)

    def opened(self, kind: AlertKind) -> None:
        """Note in the model that an alert is open: a new one, if none was."""
        if not self.is_open:
            assert self.view.alert_id != self.alert_id
            self.is_open, self.alert_id, self.first_kind = True, self.view.alert_id, kind

    @invariant()
    def none_is_lost_or_doubled(self) -> None:
        """Stay open until a person ends it, and one and the same."""
        assert self.view.is_open is self.is_open
        if self.is_open:
            assert self.view.alert_id == self.alert_id

    @invariant()
    def nothing_waits_for_too_long(self) -> None:
        """Each open state leads on to the family."""
        view, since_s = self.view, self.home.since_s
        if view.state is AlertState.ASKING:
            limit_s = LONGEST_ASKING_S[self.first_kind] + LENGTHENED_BY_S * view.lengthened
            assert self.home.up_s - since_s[view.alert_id, view.state] <= limit_s + SLACK_S
        if view.state in IN_ROUNDS:
            assert self.home.up_s - since_s["alert"] <= LONGEST_BETWEEN_ALERTS_S + SLACK_S
        if view.state is AlertState.ACKNOWLEDGED:
            assert self.home.up_s - since_s["coming"] <= LONGEST_ACKNOWLEDGED_S + SLACK_S

    @invariant()
    def delivery_is_told_as_it_is(self) -> None:
        """Undelivered is said within 15 s of a round, and never of one that somebody got."""
        view = self.view
        if view.state in IN_ROUNDS:
            round_ = [one for one in view.told if one.message.round == view.round]
            since_s = self.home.since_s[self.home.starts, view.alert_id, view.round]
            if any(one.delivery in GOT_THROUGH for one in round_):
                assert view.state is AlertState.ALERTING
            elif self.home.up_s - since_s > UNDELIVERED_AFTER_S + SLACK_S:
                assert view.state is AlertState.UNDELIVERED

    @invariant()
    def the_end_is_told(self) -> None:
        """Everybody who got the alert is told that it is over."""
        if self.view.state is AlertState.ALL_CLEAR:
            ours = [one for _, one in self.home.posted if one.alert_id == self.view.alert_id]
            told = {(one.to, one.channel) for one in ours if one.kind in THE_END}
            assert {(one.to, one.channel) for one in ours if one.kind is MessageKind.ALERT} <= told

    @override
    def teardown(self) -> None:
        """Leave no timer behind."""
        self.home.stop()


def test_no_alert_is_lost_or_doubled(count: Callable[[int, int], int]) -> None:
    """In 50 runs, and with --soak in 500."""
    run_state_machine_as_test(
        Runs, settings=settings(max_examples=count(50, 500), stateful_step_count=50)
    )
