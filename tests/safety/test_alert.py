"""The alert's states, one after another, and what each of them says to whom."""

from collections.abc import Callable

import pytest

from custom_components.retrowalk.safety.alert_messages import (
    ActionKind,
    AlertKind,
    AlertState,
    Channel,
    Delivery,
    MessageKind,
    parse_action_id,
)
from custom_components.retrowalk.safety.alert_surroundings import Surroundings
from custom_components.retrowalk.safety.contacts import Contact

from .alert_scene import ANNA, BEN, CARL, Scene

type Step = Callable[[Scene], object]

FALL, CHECK, HELP = AlertKind.FALL, AlertKind.PLEASE_CHECK, AlertKind.HELP
NONE, ASKING, ALERTING = AlertState.NONE, AlertState.ASKING, AlertState.ALERTING
ACKNOWLEDGED, UNDELIVERED = AlertState.ACKNOWLEDGED, AlertState.UNDELIVERED
ALL_CLEAR = AlertState.ALL_CLEAR


def raised(kind: AlertKind, *, lying_still: bool = False) -> Step:
    """Report a suspicion."""
    return lambda scene: scene.alert.raise_alert(kind, lying_still=lying_still)


def after(seconds: float) -> Step:
    """Let time pass."""
    return lambda scene: scene.advance(seconds)


def lengthened(scene: Scene) -> None:
    """Report steps."""
    scene.alert.lengthen()


WAITS: dict[str, tuple[list[Step], float]] = {
    "fall": ([raised(FALL)], 30),
    "lying still": ([raised(FALL, lying_still=True)], 15),
    "seen lying still later": ([raised(FALL), after(5), raised(FALL, lying_still=True)], 10),
    "lying still for long": ([raised(FALL), after(20), raised(FALL, lying_still=True)], 0),
    "steps": ([raised(FALL), after(20), lengthened], 40),
    "steps, twice": ([raised(FALL), lengthened, after(10), lengthened], 50),
    "steps, then still": (
        [raised(FALL), lengthened, after(40), raised(CHECK, lying_still=True)],
        0,
    ),
    "steps, then another pattern": ([raised(FALL), lengthened, after(5), raised(FALL)], 55),
    "please check": ([raised(CHECK)], 90),
    "please check, steps": ([raised(CHECK), lengthened], 90),
    "please check, lying still": ([raised(CHECK, lying_still=True)], 15),
    "a fall at once": ([raised(CHECK), after(10), raised(FALL)], 30),
    "a fall late": ([raised(CHECK), after(70), raised(FALL)], 20),
    "a fall, then less": ([raised(FALL), after(10), raised(CHECK)], 20),
    "help": ([raised(HELP)], 0),
    "help while asked": ([raised(FALL), after(3), raised(HELP)], 0),
}


@pytest.mark.parametrize(("steps", "wait_s"), WAITS.values(), ids=WAITS.keys())
def test_the_family_is_told_at_the_end_of_the_wait(steps: list[Step], wait_s: float) -> None:
    """Not a moment before, and not a moment late."""
    scene = Scene()
    for step in steps:
        step(scene)
    if wait_s:
        scene.advance(wait_s - 0.001)
        assert scene.state is ASKING
        assert not scene.take(MessageKind.ALERT)
        scene.advance(0.001)
    assert scene.state is ALERTING
    assert scene.take(MessageKind.ALERT) == [("anna", "first")]
    assert {view.alert_id for view in scene.views} == {"id1"}


def test_help_skips_even_the_question() -> None:
    """Who asks for help is not asked whether they are OK."""
    scene = Scene()
    scene.alert.raise_alert(HELP)
    scene.advance(20)
    assert ASKING not in {view.state for view in scene.views}
    assert scene.take() == [("anna", "alert"), ("walker", "family_is_told")]
    assert not scene.aloud


def test_the_walker_is_asked_aloud_and_by_phone() -> None:
    """Every 8 s, louder, and no longer than the asking; the phone once."""
    scene = Scene()
    scene.alert.raise_alert(FALL)
    assert scene.take() == [("walker", "are_you_ok")]
    scene.advance(0)
    assert scene.aloud == [0.4]
    scene.advance(29)
    assert scene.aloud == [0.4, 0.6, 0.8, 1.0]
    scene.advance(100)
    assert len(scene.aloud) == 4
    scene.alert.im_ok("card")
    scene.alert.raise_alert(CHECK)
    scene.advance(80)
    assert scene.aloud[4:] == [0.4, 0.6, 0.8] + 8 * [1.0]


def test_im_ok_while_asked_alarms_nobody() -> None:
    """It ends the alert, takes it off the walker's phone, and is shown for a while."""
    scene = Scene()
    scene.alert.raise_alert(FALL)
    scene.advance(10)
    assert scene.alert.view.is_open
    scene.alert.im_ok("card")
    assert scene.state is ALL_CLEAR
    assert not scene.alert.view.is_open
    assert scene.alert.view.answered_by == "card"
    scene.advance(599)
    assert scene.state is ALL_CLEAR
    scene.advance(1)
    assert scene.state is NONE
    assert scene.take() == [("walker", "are_you_ok"), ("walker", "clear")]
    assert scene.clock.pending == 0


def test_rounds_go_on_until_somebody_answers() -> None:
    """One after another, round after round, from the second on by both channels."""
    scene = Scene()
    scene.alert.raise_alert(HELP)
    told = {0: [("anna", "first")], 30: [("ben", "first"), ("carl", "first")]}
    for at_s in range(0, 90, 10):
        assert scene.take(MessageKind.ALERT) == told.get(at_s, [])
        scene.advance(10)
    assert scene.alert.view.round == 2
    for number in range(2, 50):
        assert scene.alert.view.round == number
        assert scene.take(MessageKind.ALERT) == [("anna", "first")]
        scene.advance(30)
        assert scene.take(MessageKind.ALERT) == [
            ("ben", "first"),
            ("ben", "second"),
            ("carl", "first"),
        ]
        scene.advance(60)
    assert scene.state is ALERTING


def test_a_message_says_all_that_the_glue_needs() -> None:
    """Who, why, how loud; one tag for an alert, and an id of its own for each button."""
    scene = Scene()
    scene.alert.raise_alert(FALL)
    scene.advance(30 + 90)
    alerts = [one for one in scene.sent if one.kind is MessageKind.ALERT]
    assert {one.tag for one in scene.sent} == {"retrowalk_id1"}
    assert {one.alert for one in scene.sent} == {FALL}
    assert {one.to: one.critical for one in alerts} == {"anna": True, "ben": False, "carl": True}
    assert [one.round for one in alerts] == [1, 1, 1, 2]
    ids = [action.action_id for one in scene.sent for action in one.actions]
    assert len(ids) == len(set(ids))
    for one in scene.sent:
        assert len(one.actions) <= 3
        for action in one.actions:
            answer = parse_action_id(action.action_id)
            assert answer is not None
            assert (answer.alert_id, answer.address, answer.action) == (
                "id1",
                one.address,
                action.kind,
            )


def test_who_is_coming_is_told_to_the_others() -> None:
    """To those who were alarmed, where they were; the rounds rest."""
    scene = Scene()
    scene.alert.raise_alert(HELP)
    scene.advance(40)
    scene.press("anna", ActionKind.COMING)
    scene.take(MessageKind.ALERT)
    view = scene.alert.view
    assert (view.state, view.answered_by, view.is_open) == (ACKNOWLEDGED, "anna", True)
    assert {one.message.to: one.delivery for one in view.told} == {
        "anna": Delivery.ANSWERED,
        "ben": Delivery.SENT,
        "carl": Delivery.SENT,
    }
    scene.alert.acknowledge("anna")  # pressed twice
    scene.advance(0)
    seen = len(scene.views)
    scene.advance(899)
    assert len(scene.views) == seen
    assert scene.state is ACKNOWLEDGED
    assert not scene.sent
    assert not scene.alert.view.question_asked


def test_the_messages_of_an_acknowledgement() -> None:
    """The one who comes, the others and the walker each get their own."""
    scene = Scene()
    scene.alert.raise_alert(HELP)
    scene.advance(40)
    scene.take()
    scene.alert.acknowledge("ben")
    assert {one.who for one in scene.sent} == {"ben"}
    assert not any(one.critical for one in scene.sent)
    assert scene.take() == [
        ("anna", "somebody_is_coming"),
        ("ben", "you_are_coming"),
        ("carl", "somebody_is_coming"),
        ("walker", "help_is_coming"),
    ]
    scene.alert.acknowledge("carl")
    assert scene.take() == [
        ("anna", "somebody_is_coming"),
        ("ben", "somebody_is_coming"),
        ("carl", "you_are_coming"),
        ("walker", "help_is_coming"),
    ]
    assert scene.alert.view.answered_by == "carl"


def acknowledged(by: str = "anna") -> Scene:
    """Return a scene 15 minutes after somebody said to be coming, with nothing left unread."""
    scene = Scene()
    scene.alert.raise_alert(FALL)
    scene.advance(70)
    scene.alert.acknowledge(by)
    scene.advance(899.999)
    scene.take()
    assert scene.state is ACKNOWLEDGED
    return scene


def test_no_answer_from_who_was_coming_resumes_the_rounds() -> None:
    """Asked after 15 minutes, and silent for two more."""
    scene = acknowledged()
    scene.advance(0.001)
    assert scene.take() == [("anna", "did_you_reach")]
    assert scene.alert.view.question_asked
    scene.advance(119.9)
    assert scene.state is ACKNOWLEDGED
    scene.advance(0.1)
    view = scene.alert.view
    assert (view.state, view.round, view.answered_by) == (ALERTING, 2, None)
    assert not view.question_asked
    assert scene.take() == [("anna", "alert"), ("walker", "family_is_told")]


@pytest.mark.parametrize("early", [True, False])
def test_a_no_resumes_the_rounds_at_once(early: bool) -> None:
    """Before the question, too."""
    scene = acknowledged()
    if not early:
        scene.advance(1)
    assert scene.alert.action(f"retrowalk:id1:1:first:did_you_reach:not_reached:{ANNA.contact_id}")
    assert scene.state is ALERTING
    assert ("anna", "first") in scene.take(MessageKind.ALERT)


def test_a_no_counts_only_from_who_was_coming() -> None:
    """A stale button on another phone does not; the card does."""
    scene = acknowledged()
    scene.alert.not_reached("ben")
    assert scene.state is ACKNOWLEDGED
    scene.alert.not_reached("card")
    assert scene.state is ALERTING
    scene.alert.not_reached("card")
    assert scene.alert.view.round == 2


def test_still_coming_is_an_answer() -> None:
    """It begins another 15 minutes."""
    scene = acknowledged()
    scene.advance(1)
    scene.alert.acknowledge("anna")
    assert not scene.alert.view.question_asked
    scene.advance(800)
    assert scene.state is ACKNOWLEDGED


def test_somebody_without_a_phone_is_coming() -> None:
    """Everybody who was alarmed is asked, and each of them may say no."""
    scene = acknowledged("card")
    scene.advance(0.001)
    assert sorted(scene.take()) == [
        ("anna", "did_you_reach"),
        ("ben", "did_you_reach"),
        ("carl", "did_you_reach"),
    ]
    scene.alert.not_reached("ben")
    assert scene.state is ALERTING


def test_acknowledged_before_anybody_was_told() -> None:
    """Somebody in the room saw it: it stays open all the same."""
    scene = Scene()
    scene.alert.raise_alert(FALL)
    scene.alert.acknowledge("card")
    assert scene.take() == [("walker", "are_you_ok"), ("walker", "help_is_coming")]
    scene.advance(900 + 120)
    assert scene.state is ALERTING
    assert len(scene.aloud) <= 1


ENDS: list[tuple[Callable[[Scene], object], MessageKind, str]] = [
    (lambda scene: scene.alert.im_ok("button"), MessageKind.SAID_OK, "button"),
    (lambda scene: scene.press("walker", ActionKind.IM_OK), MessageKind.SAID_OK, "walker"),
    (lambda scene: scene.press("anna", ActionKind.REACHED), MessageKind.WAS_REACHED, "anna"),
    (lambda scene: scene.alert.reached("card"), MessageKind.WAS_REACHED, "card"),
]


@pytest.mark.parametrize("state", [ALERTING, ACKNOWLEDGED, UNDELIVERED])
@pytest.mark.parametrize(("end", "kind", "by"), ENDS)
def test_the_end_is_told_to_those_who_were_alarmed(
    state: AlertState, end: Step, kind: MessageKind, by: str
) -> None:
    """To nobody else, and on every channel that the alert took."""
    scene = Scene()
    scene.fate = Delivery.FAILED if state is UNDELIVERED else Delivery.SENT
    scene.alert.raise_alert(FALL)
    scene.advance(30)
    if state is ACKNOWLEDGED:
        scene.press("anna", ActionKind.COMING)
    assert scene.state is state
    alarmed = {(one.to, one.channel) for one in scene.sent if one.kind is MessageKind.ALERT}
    end(scene)
    said = [one for one in scene.sent if one.kind is kind]
    assert {(one.to, one.channel) for one in said} == alarmed
    assert {one.who for one in said} == {by}
    assert scene.sent[-1].kind is MessageKind.CLEAR
    assert scene.state is ALL_CLEAR
    for late in (scene.alert.acknowledge, scene.alert.not_reached, scene.alert.im_ok):
        late("ben")
    scene.alert.lengthen()
    assert scene.state is ALL_CLEAR
    assert scene.alert.view.answered_by == by


def test_a_failed_push_is_known() -> None:
    """The second channel and the next person at once, and "undelivered" when all have failed."""
    scene = Scene()
    scene.fate = Delivery.FAILED
    scene.alert.raise_alert(HELP)
    scene.advance(0)
    assert scene.take(MessageKind.ALERT) == [
        ("anna", "first"),
        ("ben", "first"),
        ("carl", "first"),
        ("ben", "second"),
    ]
    assert scene.state is UNDELIVERED
    scene.fate = Delivery.SENT
    scene.advance(59)
    assert scene.state is UNDELIVERED
    assert not scene.sent
    scene.advance(1)
    assert scene.state is ALERTING
    assert scene.take(MessageKind.ALERT) == [("anna", "first")]


def test_one_of_two_failed() -> None:
    """Those who got it are given time to answer; only who did not has a second way."""
    last = Contact(contact_id="last", order=9)
    scene = Scene([BEN, CARL, last])
    scene.fates = {("ben", Channel.FIRST): Delivery.FAILED}
    scene.alert.raise_alert(HELP)
    scene.advance(29)
    assert scene.take(MessageKind.ALERT) == [
        ("ben", "first"),
        ("carl", "first"),
        ("ben", "second"),
    ]
    assert scene.state is ALERTING
    scene.advance(1)
    assert scene.take(MessageKind.ALERT) == [("last", "first")]


def test_no_word_of_a_push_is_a_failed_push() -> None:
    """After 10 s; and what nobody got within 15 s is shown as undelivered, though more is tried."""
    scene = Scene()
    scene.fate = None
    scene.alert.raise_alert(HELP)
    scene.advance(9.9)
    assert scene.take(MessageKind.ALERT) == [("anna", "first")]
    scene.advance(0.1)
    assert scene.take(MessageKind.ALERT) == [("ben", "first"), ("carl", "first")]
    assert scene.state is ALERTING
    scene.advance(5)
    assert scene.state is UNDELIVERED
    scene.advance(5)
    assert scene.take(MessageKind.ALERT) == [("ben", "second")]


def test_a_late_word_counts() -> None:
    """A push that was given up and got through after all is no longer undelivered."""
    scene = Scene([ANNA])
    scene.fate = None
    scene.alert.raise_alert(HELP)
    scene.advance(12)
    assert scene.state is UNDELIVERED
    message = scene.sent[0]
    scene.alert.report(message, Delivery.SENT)
    assert scene.state is ALERTING
    scene.alert.report(message, Delivery.FAILED)
    assert scene.state is UNDELIVERED
    scene.alert.report(message, Delivery.SEEN)
    scene.alert.report(message, Delivery.FAILED)
    assert [one.delivery for one in scene.alert.view.told] == [Delivery.SEEN]
    assert scene.state is ALERTING


def test_reports_of_something_else_change_nothing() -> None:
    """Of an alert that is over, of a message that was replaced, of one that was reported."""
    scene = Scene()
    scene.alert.raise_alert(HELP)
    old = scene.sent[0]
    scene.alert.im_ok("card")
    scene.alert.raise_alert(HELP)
    seen = len(scene.views)
    scene.alert.report(old, Delivery.FAILED)
    assert len(scene.views) == seen
    scene.advance(0)
    seen = len(scene.views)
    scene.alert.report(next(one for one in scene.sent if one.alert_id == "id2"), Delivery.SENT)
    assert len(scene.views) == seen


def test_nobody_to_tell_is_undelivered() -> None:
    """And contacts that are added meanwhile are told."""
    scene = Scene([])
    scene.alert.raise_alert(HELP)
    assert scene.state is UNDELIVERED
    scene.around.contacts = [ANNA]
    scene.advance(60)
    assert scene.state is ALERTING
    assert scene.take(MessageKind.ALERT) == [("anna", "first")]


def test_a_second_channel_carries_the_end_too() -> None:
    """Who heard of the alert hears of its end, though the phone has died meanwhile."""
    scene = Scene([BEN])
    scene.alert.raise_alert(HELP)
    scene.advance(1)
    scene.fates = {("ben", Channel.FIRST): Delivery.FAILED}
    scene.alert.im_ok("card")
    scene.advance(1)
    assert scene.take(MessageKind.SAID_OK) == [("ben", "first"), ("ben", "second")]


def test_what_no_longer_matters_is_not_sent_again() -> None:
    """An alert that failed after its end takes no second channel."""
    scene = Scene([BEN])
    scene.fate = None
    scene.alert.raise_alert(HELP)
    scene.alert.im_ok("card")
    scene.fate = Delivery.SENT
    scene.advance(11)
    assert scene.take(MessageKind.ALERT) == [("ben", "first")]
    assert scene.alert.view.told[0].delivery is Delivery.FAILED


@pytest.mark.parametrize("state", [ALERTING, ACKNOWLEDGED])
def test_what_is_more_urgent_is_told_at_once(state: AlertState) -> None:
    """And what is not more urgent changes nothing."""
    scene = Scene()
    scene.alert.raise_alert(CHECK)
    scene.advance(95)
    if state is ACKNOWLEDGED:
        scene.alert.acknowledge("anna")
    scene.take()
    seen = len(scene.views)
    scene.alert.raise_alert(CHECK, lying_still=True)
    assert len(scene.views) == seen
    scene.alert.raise_alert(FALL)
    assert scene.state is ALERTING
    assert scene.sent[0].alert is FALL
    assert scene.take(MessageKind.ALERT) == [("anna", "first")]


def test_answers_that_are_not_ours() -> None:
    """Other automations' buttons, other alerts', and nonsense."""
    scene = Scene()
    scene.alert.raise_alert(FALL)
    for action_id in (
        "",
        "OPEN_GARAGE",
        "retrowalk:id1",
        "retrowalk:id2:1:first:alert:coming:anna",
        "retrowalk:id1:1:fax:alert:coming:anna",
        "retrowalk:id1:1:first:alert:dance:anna",
        "other:id1:1:first:alert:coming:anna",
    ):
        assert not scene.alert.action(action_id)
    assert scene.state is ASKING
    assert scene.press("walker", ActionKind.HELP)
    assert scene.state is ALERTING
    assert scene.press("anna", ActionKind.CALL)
    assert scene.state is ALERTING
    assert scene.alert.view.told[0].delivery is Delivery.ANSWERED


def test_somebody_removed_since_can_still_come() -> None:
    """Whoever has the message may answer it."""
    scene = Scene()
    assert scene.alert.view.kind is None
    scene.alert.raise_alert(HELP)
    scene.around.contacts = [CARL]
    assert scene.alert.action("retrowalk:id1:1:first:alert:coming:dora")
    assert scene.alert.view.answered_by == "dora"


def test_ids_cannot_be_guessed() -> None:
    """By default they are drawn, and not counted."""
    scene = Scene()
    around = Surroundings(clock=scene.clock, wall_time=scene.wall_time, sink=scene)
    ids = {around.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert {len(one) for one in ids} == {16}


def test_no_timer_outlives_its_alert() -> None:
    """A new one begins with its own: the end of the asking, the voice, the word of one push."""
    scene = Scene()
    scene.fate = None
    scene.alert.raise_alert(HELP)
    scene.alert.im_ok("card")
    scene.alert.raise_alert(FALL)
    assert scene.clock.pending == 3
