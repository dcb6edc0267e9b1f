"""The start gate: who opens it under which rules, and how one opening is used up."""

import pytest

from custom_components.retrowalk.safety.gate import (
    AT_THE_BELT,
    OPENING_LASTS_S,
    GateRules,
    Origin,
    StartGate,
)
from tests.fake_clock import FakeClock

STRICT = GateRules()
ADMITTED = {
    STRICT: AT_THE_BELT,
    GateRules(any_user=True): AT_THE_BELT | {Origin.USER},
    GateRules(voice=False): AT_THE_BELT - {Origin.SATELLITE},
    GateRules(countdown=True): AT_THE_BELT | {Origin.COUNTDOWN},
    GateRules(any_user=True, voice=False, countdown=True): (
        AT_THE_BELT - {Origin.SATELLITE} | {Origin.USER, Origin.COUNTDOWN}
    ),
}


@pytest.fixture
def gate() -> StartGate:
    """Return a gate that is shut."""
    return StartGate(FakeClock())


@pytest.mark.parametrize("origin", Origin)
@pytest.mark.parametrize("rules", ADMITTED)
def test_who_opens(gate: StartGate, rules: GateRules, origin: Origin) -> None:
    """The walker's choice widens or narrows it; automations and voices from elsewhere never do."""
    gate.rules = rules
    assert gate.open(origin) is (origin in ADMITTED[rules])
    assert gate.take() is (origin in ADMITTED[rules])


def test_it_is_shut_at_first(gate: StartGate) -> None:
    """Nobody has opened it."""
    assert not gate.take()


def test_one_opening_serves_one_start(gate: StartGate) -> None:
    """However often it was opened."""
    gate.open(Origin.CARD)
    gate.open(Origin.CARD)
    assert [gate.take(), gate.take()] == [True, False]


def test_a_refusal_leaves_it_open(gate: StartGate) -> None:
    """Somebody elsewhere cannot shut it in the walker's face."""
    gate.open(Origin.CARD)
    assert not gate.open(Origin.AUTOMATION)
    assert gate.take()


@pytest.mark.parametrize(("waited_s", "open_"), [(0, True), (-0.01, True), (0.01, False)])
def test_an_opening_expires(waited_s: float, open_: bool) -> None:
    """What was meant a while ago is not meant now."""
    clock = FakeClock()
    gate = StartGate(clock)
    gate.open(Origin.HANDRAIL_BUTTON)
    clock.advance(OPENING_LASTS_S + waited_s)
    assert gate.take() is open_


def test_shut_takes_the_opening_back(gate: StartGate) -> None:
    """A start that was broken off leaves nothing behind."""
    gate.open(Origin.CONSOLE)
    gate.shut()
    assert not gate.take()


@pytest.mark.parametrize("origin", Origin)
def test_locked_or_held_it_opens_for_nobody(gate: StartGate, origin: Origin) -> None:
    """Nor does the lock or the alert keep an opening for later."""
    gate.open(Origin.CARD)
    gate.locked = True
    assert not gate.open(origin)
    assert not gate.take()
    gate.locked = False
    assert not gate.take()
    gate.open(Origin.CARD)
    gate.held = lambda: True
    assert not gate.open(origin)
    assert not gate.take()
    gate.held = lambda: False
    assert not gate.take()
