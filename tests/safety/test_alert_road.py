"""The test alert: good only when its answer came back, and only for a while."""

from typing import Any

import pytest

from custom_components.retrowalk.safety.alert_messages import (
    ActionKind,
    AlertKind,
    Delivery,
    Message,
    MessageKind,
)
from custom_components.retrowalk.safety.alert_road import Road, RoadResult

from .alert_scene import ANNA, BEN, Scene

DAY_S = 86400.0


class Bench:
    """A road under test."""

    def __init__(self) -> None:
        """Know two contacts, whose phones nobody has tried."""
        self.scene = Scene([ANNA, BEN])
        self.changes = 0
        self.road = Road(self.scene.around, self.changed)

    def changed(self) -> None:
        """Count."""
        self.changes += 1

    def message(self, to: str) -> Message:
        """Return the newest test message to a contact."""
        return next(one for one in reversed(self.scene.sent) if one.to == to)

    def press(self, to: str, action: ActionKind) -> bool:
        """Press a button of it."""
        actions = {one.kind: one.action_id for one in self.message(to).actions}
        return self.road.action(actions[action])

    @property
    def results(self) -> tuple[RoadResult, RoadResult]:
        """What is known of Anna's and Ben's road."""
        return self.road.result("anna"), self.road.result("ben")


@pytest.fixture
def tested() -> Bench:
    """Return a road that was never tested."""
    tested = Bench()
    tested.scene.fate = None
    return tested


def test_untested(tested: Bench) -> None:
    """Nothing is known to be good by itself."""
    assert tested.results == (RoadResult.UNTESTED, RoadResult.UNTESTED)
    assert not tested.road.known_good
    assert tested.road.to_test == ["anna", "ben"]
    assert not tested.road.action("OPEN_GARAGE")


def test_it_passes_only_when_the_answer_came_back(tested: Bench) -> None:
    """Neither sent nor seen is enough."""
    tested.road.start()
    assert tested.results == (RoadResult.WAITING, RoadResult.WAITING)
    assert [(one.to, one.kind, one.critical, one.alert) for one in tested.scene.sent] == [
        ("anna", MessageKind.TEST, True, None),
        ("ben", MessageKind.TEST, False, None),
    ]
    tested.road.report(tested.message("anna"), Delivery.SENT)
    tested.road.report(tested.message("anna"), Delivery.SEEN)
    assert tested.changes == 1
    assert not tested.road.known_good
    assert tested.press("anna", ActionKind.RANG)
    assert tested.press("ben", ActionKind.DID_NOT_RING)
    assert tested.results == (RoadResult.PASSED, RoadResult.DID_NOT_RING)
    assert tested.road.known_good
    assert tested.road.to_test == ["ben"]
    assert tested.changes == 3


def test_failed_and_unanswered(tested: Bench) -> None:
    """Told apart; an answer that comes after all still counts."""
    tested.road.start()
    tested.road.report(tested.message("anna"), Delivery.FAILED)
    assert tested.results == (RoadResult.FAILED, RoadResult.WAITING)
    tested.scene.advance(300)
    assert tested.results == (RoadResult.FAILED, RoadResult.UNANSWERED)
    assert tested.press("ben", ActionKind.RANG)
    tested.road.report(tested.message("ben"), Delivery.FAILED)
    assert tested.results == (RoadResult.FAILED, RoadResult.PASSED)


def test_an_earlier_test_does_not_count(tested: Bench) -> None:
    """Nor its failure."""
    tested.road.start()
    old = tested.message("anna")
    tested.road.start()
    assert not tested.road.action(old.actions[0].action_id)
    tested.road.report(old, Delivery.FAILED)
    assert tested.results == (RoadResult.WAITING, RoadResult.WAITING)
    tested.road.close()
    assert tested.scene.clock.pending == 0


def test_an_alert_and_a_test_do_not_mix(tested: Bench) -> None:
    """Each takes its own answers."""
    tested.road.start()
    tested.scene.alert.raise_alert(AlertKind.HELP)
    alert = next(one for one in tested.scene.sent if one.kind is MessageKind.ALERT)
    test = tested.message("ben")
    assert not tested.road.action(alert.actions[0].action_id)
    assert not tested.scene.alert.action(test.actions[0].action_id)


@pytest.mark.parametrize(
    ("later_s", "result"),
    [
        (0.0, RoadResult.PASSED),
        (30 * DAY_S, RoadResult.PASSED),
        (30 * DAY_S + 1, RoadResult.EXPIRED),
        (-1.0, RoadResult.EXPIRED),
    ],
)
def test_good_for_thirty_days(tested: Bench, later_s: float, result: RoadResult) -> None:
    """Over a restart too, and not by a clock that went back."""
    tested.road.start()
    tested.press("anna", ActionKind.RANG)
    stored = tested.road.to_dict()
    tested.road.close()
    tested.scene.restart(wall_s=later_s)
    again = Road(tested.scene.around, tested.changed)
    again.restore(stored)
    assert again.result("anna") is result
    assert again.known_good is (result is RoadResult.PASSED)
    assert again.result("ben") is RoadResult.UNTESTED


@pytest.mark.parametrize(
    "stored",
    [
        None,
        [],
        "x",
        {},
        {"version": 2, "tested": {}},
        {"version": 1},
        {"version": 1, "tested": []},
        {"version": 1, "tested": {"anna": None}},
        {"version": 1, "tested": {"anna": {"result": "fine", "at_s": 1.0}}},
        {"version": 1, "tested": {"anna": {"result": "passed", "at_s": "noon"}}},
        {"version": 1, "tested": {"anna": {"result": "passed", "at_s": 10**400}}},
    ],
)
def test_what_cannot_be_read_was_not_tested(tested: Bench, stored: Any) -> None:
    """It never raises, and is never good."""
    tested.road.restore(stored)
    assert not tested.road.known_good
    assert tested.road.to_test == ["anna", "ben"]
