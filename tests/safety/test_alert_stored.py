"""An alert over restarts: it goes on where it was, and nothing stored can make it lost."""

import copy
import json
import math
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.safety.alert_messages import (
    AlertKind,
    AlertState,
    Channel,
    Delivery,
    MessageKind,
)

from .alert_scene import ANNA, BEN, Scene

OPEN = [
    AlertState.ASKING,
    AlertState.ALERTING,
    AlertState.ACKNOWLEDGED,
    AlertState.UNDELIVERED,
]


def scene_in(state: AlertState) -> Scene:
    """Return a scene in `state`, 20 s after it came there."""
    scene = Scene()
    if state is AlertState.UNDELIVERED:
        scene.fate = Delivery.FAILED
    if state is not AlertState.NONE:
        scene.alert.raise_alert(AlertKind.FALL)
    if state in OPEN[1:]:
        scene.advance(30)
    if state is AlertState.ACKNOWLEDGED:
        scene.alert.acknowledge("anna")
    if state is AlertState.ALL_CLEAR:
        scene.alert.im_ok("card")
    scene.advance(20)
    scene.fate = Delivery.SENT
    assert scene.state is state
    scene.take()
    return scene


@pytest.mark.parametrize("state", AlertState)
def test_a_restart_changes_nothing(state: AlertState) -> None:
    """Apart from the walker's phone, nobody hears of it, and the wait goes on."""
    scene = scene_in(state)
    before = scene.alert.view
    scene.restart(3)
    after = scene.alert.view
    for name in ("state", "alert_id", "round", "lengthened", "told", "raised_at_s", "answered_by"):
        assert getattr(after, name) == getattr(before, name), name
    assert {to for to, _ in scene.take()} <= {"walker"}


@pytest.mark.parametrize(
    ("state", "rest_s", "then"),
    [
        (AlertState.ASKING, 7.0, [("anna", "alert"), ("walker", "family_is_told")]),
        (AlertState.ALERTING, 7.0, [("ben", "alert"), ("carl", "alert")]),
        (AlertState.UNDELIVERED, 37.0, [("anna", "alert")]),
        (AlertState.ACKNOWLEDGED, 877.0, [("anna", "did_you_reach")]),
        (AlertState.ALL_CLEAR, 577.0, []),
    ],
)
@pytest.mark.parametrize("wall_s", [3.0, 600.0, 1e7, -30.0, -1e9])
def test_the_wait_goes_on(
    state: AlertState, rest_s: float, then: list[tuple[str, str]], wall_s: float
) -> None:
    """With the rest of it; at once if it is over, or if the clock cannot be true."""
    scene = scene_in(state)
    scene.restart(wall_s=wall_s)
    if wall_s == 3.0 or (wall_s == 600.0 and rest_s > 600.0):
        rest_s += 3.0 - wall_s
        scene.take()
        scene.advance(rest_s - 0.01)
        assert scene.state is state
        assert not scene.take()
        scene.advance(0.02)  # wall time is stored, to the microsecond
        assert scene.take() == then
    else:
        assert [one for one in scene.take() if one[0] != "walker"] == [
            one for one in then if one[0] != "walker"
        ]
        assert scene.state is not AlertState.ASKING


def test_home_assistant_was_off_for_ten_minutes_while_asking() -> None:
    """The family is told with the start, and the question is not asked again."""
    scene = scene_in(AlertState.ASKING)
    said = len(scene.aloud)
    scene.restart(600)
    assert scene.state is AlertState.ALERTING
    assert scene.take() == [("anna", "alert"), ("walker", "family_is_told")]
    scene.advance(20)
    assert len(scene.aloud) == said


def test_the_question_is_asked_on_after_a_restart() -> None:
    """Aloud and on the walker's phone."""
    scene = scene_in(AlertState.ASKING)
    scene.aloud.clear()
    scene.restart(1)
    scene.advance(0)
    assert scene.aloud == [0.4]
    assert scene.take() == [("walker", "are_you_ok")]


def test_a_message_that_a_restart_cut_off_goes_out() -> None:
    """Stored, not sent: it is the same message, so that a phone that had it shows it once."""
    scene = Scene([BEN])
    scene.fate = None
    scene.alert.raise_alert(AlertKind.HELP)
    cut_off = scene.sent[0]
    scene.fate = Delivery.FAILED
    scene.restart(2)
    assert scene.sent[-2] == cut_off
    scene.advance(0)
    assert scene.sent[-1].channel is Channel.SECOND
    assert scene.state is AlertState.UNDELIVERED


def test_the_next_person_follows_a_failure_after_a_restart() -> None:
    """The round goes on as it would have."""
    scene = Scene()
    scene.fate = None
    scene.alert.raise_alert(AlertKind.HELP)
    scene.take()
    scene.fates = {("anna", Channel.FIRST): Delivery.FAILED}
    scene.restart(2)
    scene.advance(0)
    assert scene.take(MessageKind.ALERT) == [
        ("anna", "first"),
        ("ben", "first"),
        ("carl", "first"),
    ]
    assert {one.message.round for one in scene.alert.view.told} == {1}
    assert scene.state is AlertState.ALERTING


def test_the_end_is_told_over_a_restart() -> None:
    """Whoever was alarmed hears that all is well, though Home Assistant went down with it."""
    scene = Scene([ANNA])
    scene.alert.raise_alert(AlertKind.HELP)
    scene.advance(1)
    scene.fate = None
    scene.alert.im_ok("card")
    scene.take()
    scene.restart(60)
    assert scene.take() == [("anna", "said_ok"), ("walker", "clear")]


def test_nothing_was_stored() -> None:
    """The very first start."""
    scene = Scene()
    scene.restart()
    assert scene.state is AlertState.NONE
    assert not scene.sent


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([10**400, "asking", "none", math.inf]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@given(data=JSON.filter(lambda data: data is not None))
def test_what_cannot_be_read_asks_for_a_sign_of_life(data: Any) -> None:
    """Nothing stored is lost by being unreadable."""
    scene = Scene()
    scene.alert.restore(data)
    view = scene.alert.view
    assert (view.state, view.kind) == (AlertState.ASKING, AlertKind.PLEASE_CHECK)
    scene.advance(90)
    assert scene.state is AlertState.ALERTING


def test_an_end_that_nobody_heard_of_is_followed_up() -> None:
    """Long after, and by the second channel, too."""
    scene = Scene([BEN])
    scene.alert.raise_alert(AlertKind.HELP)
    scene.advance(1)
    scene.fate = None
    scene.alert.im_ok("card")
    scene.take()
    scene.restart(1e5)
    scene.advance(10)
    assert scene.take(MessageKind.SAID_OK) == [("ben", "first"), ("ben", "second")]
    scene.advance(10)
    assert scene.state is AlertState.NONE


def test_what_is_sent_again_is_not_doubled_by_the_next_round() -> None:
    """A contact who may have missed the last push gets one at the start, and not two."""
    scene = Scene([ANNA])
    scene.fate = None
    scene.alert.raise_alert(AlertKind.HELP)
    scene.take()
    scene.fate = Delivery.SENT
    scene.restart(600)
    scene.advance(19.9)
    assert scene.take(MessageKind.ALERT) == [("anna", "first")]
    scene.advance(0.1)
    assert scene.take(MessageKind.ALERT) == [("anna", "first")]


@pytest.mark.parametrize("field", ["raised_at_s", "saved_at_s", "due_in_s", "at_s"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, "1", None])
def test_times_that_are_none(field: str, value: Any) -> None:
    """No timer is set by them, and nobody is shown them."""
    scene = scene_in(AlertState.ALERTING)
    (scene.stored["posted"][0] if field == "at_s" else scene.stored)[field] = value
    scene.restart()
    assert scene.alert.view.kind is AlertKind.PLEASE_CHECK
    assert scene.state is AlertState.ASKING


def test_the_end_stays_the_end_after_a_clock_that_went_back() -> None:
    """It is no longer shown, and no timer of it is left."""
    scene = scene_in(AlertState.ALL_CLEAR)
    scene.restart(wall_s=-1e6)
    assert scene.state is AlertState.NONE
    assert scene.clock.pending == 0


FIELDS = sorted(scene_in(AlertState.ALERTING).stored)
POSTED_FIELDS = sorted(scene_in(AlertState.ALERTING).stored["posted"][0])


@given(
    state=st.sampled_from(OPEN),
    damage=st.dictionaries(
        st.tuples(st.none(), st.sampled_from(FIELDS))
        | st.tuples(st.just(0), st.sampled_from(POSTED_FIELDS)),
        st.just("gone") | JSON,
        min_size=1,
        max_size=3,
    ),
)
def test_an_open_alert_survives_damage(state: AlertState, damage: dict[Any, Any]) -> None:
    """Unless its state itself says that it is over, it stays open and reaches the family."""
    scene = scene_in(state)
    stored = copy.deepcopy(scene.stored)
    for (entry, field), value in damage.items():
        target = stored
        if entry is not None and isinstance(stored.get("posted"), list) and stored["posted"]:
            target = stored["posted"][entry]
        if not isinstance(target, dict):
            continue  # damaged before
        if value == "gone":
            target.pop(field, None)
        else:
            target[field] = value
    scene.stored = stored
    scene.clock.advance(0)
    scene.restart()
    if stored.get("state") in ("none", "all_clear"):
        assert not scene.alert.view.is_open
        return
    assert scene.alert.view.is_open
    scene.take()
    scene.advance(900 + 120 + 1)
    assert scene.state in (AlertState.ALERTING, AlertState.UNDELIVERED)
    assert scene.take(MessageKind.ALERT)


@pytest.mark.parametrize("state", ["none", "all_clear"])
def test_what_is_over_stays_over(state: str) -> None:
    """A later version's record of no alert does not raise one."""
    scene = Scene()
    scene.alert.restore({"version": 99, "state": state})
    assert scene.state is AlertState.NONE


def test_a_later_versions_open_alert_is_not_lost() -> None:
    """It cannot be read, and that is treated as such."""
    scene = scene_in(AlertState.ALERTING)
    scene.stored = json.loads(json.dumps(scene.stored | {"version": 99}))
    scene.restart()
    assert scene.state is AlertState.ASKING
