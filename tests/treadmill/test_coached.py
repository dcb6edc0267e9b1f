"""A belt that a person moves: asked for, confirmed, and never claimed to be under control."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from custom_components.retrowalk.belt import (
    AskKind,
    BeltEvent,
    BeltEventKind,
    BeltLimits,
    BeltMotion,
    BeltReport,
    GateShut,
)
from custom_components.retrowalk.program.library import load_built_in
from custom_components.retrowalk.program.model import Caps
from custom_components.retrowalk.program.session import Session
from custom_components.retrowalk.program.states import Cue, SessionState, SessionView
from custom_components.retrowalk.safety.gate import Origin, StartGate
from custom_components.retrowalk.treadmill.coached import (
    ALARM_AFTER_S,
    ASK_AGAIN_S,
    ASK_AGAIN_TIMES,
    PATIENCE_S,
    WORD_LASTS_S,
    CoachedBelt,
)
from tests.fake_clock import FakeClock

from .bench import Bench

LIMITS = BeltLimits(min_speed_kmh=0.8, max_speed_kmh=6.0, speed_step_kmh=0.1)


class Switch:
    """A power switch that does as the test says."""

    def __init__(self, *, works: bool = True) -> None:
        """Be on."""
        self.works = works
        self.presses = 0
        self.hangs = False

    async def off(self) -> bool:
        """Switch off, and say what the switch says."""
        self.presses += 1
        if self.hangs:
            await asyncio.Event().wait()
        return self.works


class Scene:
    """A coached belt, a walker at its console, and what was told."""

    def __init__(self, power_off: Callable[[], Awaitable[bool]] | None = None) -> None:
        """Stand at a treadmill about which nobody has said anything."""
        self.clock = FakeClock()
        self.gate = StartGate(self.clock)
        self.reports: list[BeltReport] = []
        self.events: list[BeltEvent] = []
        self.belt = CoachedBelt(
            clock=self.clock,
            limits=LIMITS,
            take_gate=self.gate.take,
            on_report=self.reports.append,
            on_event=self.events.append,
            power_off=power_off,
        )

    def motion(self) -> BeltMotion:
        """Return what the belt is taken to do."""
        return self.belt.report.motion

    def asks(self) -> tuple[AskKind, float | None] | None:
        """Return what the walker is asked."""
        ask = self.belt.report.asks
        return None if ask is None else (ask.kind, ask.speed_kmh)

    @property
    def kinds(self) -> list[BeltEventKind]:
        """The kinds of the events so far."""
        return [event.kind for event in self.events]

    def rests(self) -> Scene:
        """Say that the belt stands."""
        self.belt.prepare()
        assert self.belt.confirm()
        return self

    def starts(self) -> Scene:
        """Be asked for a start."""
        self.rests()
        self.belt.set_cap(2.0)
        self.gate.open(Origin.CARD)
        self.belt.start()
        return self

    def moves(self) -> Scene:
        """Start the belt at the console, and say so."""
        self.starts()
        assert self.belt.confirm()
        return self


def test_nobody_has_said_anything() -> None:
    """What nobody has said is not known, and no link is claimed."""
    scene = Scene()
    assert scene.motion() is BeltMotion.MAY_BE_MOVING
    assert not scene.belt.report.linked
    assert scene.asks() is None
    assert not scene.belt.confirm()
    scene.belt.prepare()
    assert scene.asks() == (AskKind.REST, None)
    assert scene.motion() is BeltMotion.MAY_BE_MOVING
    asked = scene.belt.report.asks
    scene.belt.prepare()  # once is enough
    assert scene.belt.report.asks == asked
    assert scene.belt.confirm()
    assert scene.motion() is BeltMotion.STOPPED
    assert scene.belt.report.rest_since_s == scene.clock.now_s()
    scene.belt.prepare()
    assert scene.asks() is None


def test_a_word_on_rest_gets_old() -> None:
    """Who knows who used the treadmill since."""
    scene = Scene().rests()
    scene.clock.advance(WORD_LASTS_S + 1)
    assert scene.motion() is BeltMotion.MAY_BE_MOVING
    assert scene.belt.report.rest_since_s is None


def test_start_and_speed_are_the_walkers_word() -> None:
    """Nothing moves by our command; the speed is what the walker has confirmed."""
    scene = Scene().starts()
    assert scene.asks() == (AskKind.START, 0.8)
    assert scene.motion() is BeltMotion.STARTING
    assert scene.belt.report.speed_kmh is None
    scene.belt.set_speed(1.5)  # not while it starts
    assert scene.asks() == (AskKind.START, 0.8)
    assert scene.belt.confirm()
    assert scene.motion() is BeltMotion.MOVING
    assert scene.belt.report.speed_kmh == 0.8
    scene.belt.set_inclination(3.0)
    assert scene.asks() is None
    scene.belt.set_speed(1.37)
    assert scene.asks() == (AskKind.SPEED, 1.3)
    assert scene.belt.report.speed_kmh == 0.8
    assert scene.belt.report.target_speed_kmh == pytest.approx(1.3)
    before = len(scene.reports)
    scene.belt.set_speed(1.37)  # asked already
    assert len(scene.reports) == before
    assert scene.belt.confirm()
    assert scene.belt.report.speed_kmh == pytest.approx(1.3)
    scene.belt.set_speed(5.0)
    assert scene.asks() == (AskKind.SPEED, 2.0)  # the cap
    assert not scene.events
    said = [entry.name for entry in scene.belt.commands]
    assert said[:5] == ["rest", "rest confirmed", "start", "start confirmed", "speed"]


def test_no_start_without_a_gate_a_word_or_a_cap() -> None:
    """A start is for somebody at a belt that stands, and at a speed that is allowed."""
    scene = Scene()
    with pytest.raises(GateShut):
        scene.belt.start()
    scene.gate.open(Origin.CARD)
    scene.belt.start()
    scene.rests()
    scene.belt.set_cap(0.5)
    scene.gate.open(Origin.CARD)
    scene.belt.start()
    assert scene.kinds == [BeltEventKind.REFUSED] * 2
    assert scene.motion() is BeltMotion.STOPPED
    assert scene.asks() is None


def test_a_cap_below_the_lowest_speed_is_never_asked_for() -> None:
    """A moving belt whose cap sinks below its lowest speed: nothing is asked."""
    scene = Scene().moves()
    scene.belt.set_cap(0.5)
    scene.belt.set_speed(1.0)
    assert scene.kinds == [BeltEventKind.REFUSED]
    assert scene.asks() is None


def test_what_is_asked_is_asked_again() -> None:
    """A few times, and then it stands there."""
    scene = Scene().starts()
    before = len(scene.reports)
    scene.clock.advance(ASK_AGAIN_S * (ASK_AGAIN_TIMES + 5))
    assert len(scene.reports) - before == ASK_AGAIN_TIMES
    assert scene.asks() == (AskKind.START, 0.8)


def test_a_planned_stop_has_time() -> None:
    """Asked, confirmed once the belt can have come to rest, and no alarm."""
    scene = Scene().moves()
    scene.belt.stop(urgent=False)
    assert (scene.asks(), scene.motion()) == ((AskKind.STOP, None), BeltMotion.STOPPING)
    assert scene.belt.report.speed_kmh is None
    assert not scene.belt.confirm()  # a second press of the same hand: it cannot stand yet
    scene.clock.advance(1.0 + 0.8 / 0.3)
    assert scene.belt.confirm()
    assert scene.motion() is BeltMotion.STOPPED
    scene.clock.advance(600)
    scene.belt.stop()
    assert not scene.events
    assert scene.asks() is None


def test_a_planned_stop_without_a_word_is_an_alarm_in_the_end() -> None:
    """Who does not answer may have fallen."""
    scene = Scene().moves()
    scene.belt.stop(urgent=False)
    scene.clock.advance(1)
    scene.belt.stop(urgent=False)  # to ask again gives no more time
    scene.clock.advance(PATIENCE_S + ALARM_AFTER_S - 2)
    assert not scene.events
    scene.clock.advance(2)
    assert scene.kinds == [BeltEventKind.STOP_FAILED]
    assert scene.motion() is BeltMotion.MAY_BE_MOVING
    assert scene.asks() == (AskKind.STOP, None)
    assert scene.belt.confirm()
    assert scene.motion() is BeltMotion.STOPPED


def test_an_urgent_stop_is_an_alarm_soon() -> None:
    """However often it is repeated, and once only."""
    scene = Scene().moves()
    for _ in range(5):
        scene.belt.stop()
        scene.clock.advance(ALARM_AFTER_S / 4)
    assert scene.kinds == [BeltEventKind.STOP_FAILED]
    scene.belt.stop()
    scene.clock.advance(60)
    assert scene.kinds == [BeltEventKind.STOP_FAILED]


def test_a_stop_overtakes_what_was_asked() -> None:
    """Before the walker has started the belt, and before anybody has said anything."""
    scene = Scene().starts()
    scene.belt.stop()
    assert (scene.asks(), scene.motion()) == ((AskKind.STOP, None), BeltMotion.STOPPING)
    idle = Scene()
    idle.belt.stop()
    assert idle.asks() == (AskKind.STOP, None)
    idle.clock.advance(600)  # nobody was sent onto this belt: nothing to raise an alarm about
    assert not idle.events


@pytest.fixture
def switch() -> Switch:
    """Provide a power switch."""
    return Switch()


async def test_the_power_switch_takes_over(switch: Switch) -> None:
    """An urgent stop cuts the power at once; standing is confirmed all the same."""
    scene = Scene(switch.off).moves()
    scene.belt.stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert switch.presses == 1
    assert scene.motion() is BeltMotion.STOPPED_UNCONFIRMED
    assert scene.asks() == (AskKind.STOP, None)
    scene.clock.advance(600)
    assert not scene.events
    assert scene.belt.confirm()
    assert scene.motion() is BeltMotion.STOPPED
    assert "power_off" in {entry.name for entry in scene.belt.commands}


async def test_a_planned_stop_leaves_the_power_on_at_first(switch: Switch) -> None:
    """Turning is not an emergency; no answer is."""
    scene = Scene(switch.off).moves()
    scene.belt.stop(urgent=False)
    scene.clock.advance(PATIENCE_S - 1)
    await asyncio.sleep(0)
    assert switch.presses == 0
    scene.clock.advance(1)
    await asyncio.sleep(0)
    assert switch.presses == 1


async def test_a_power_switch_that_fails() -> None:
    """Then the alarm comes as without one."""
    switch = Switch(works=False)
    scene = Scene(switch.off).moves()
    scene.belt.stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert scene.motion() is BeltMotion.STOPPING
    scene.clock.advance(ALARM_AFTER_S)
    assert scene.kinds == [BeltEventKind.STOP_FAILED]
    scene.belt.stop()
    await asyncio.sleep(0)
    assert switch.presses == 2  # a person who asks again has it tried again


async def test_a_word_before_the_switch_answers(switch: Switch) -> None:
    """The walker's word that the belt stands is not taken back by the switch."""
    scene = Scene(switch.off).moves()
    scene.belt.stop()
    scene.clock.advance(10)
    assert scene.belt.confirm()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert scene.motion() is BeltMotion.STOPPED


async def test_leaving() -> None:
    """A belt that was never started, or stands, is left without a word."""
    for scene in (Scene(), Scene().rests()):
        await scene.belt.connect()
        await scene.belt.disconnect()
        assert not scene.events
        assert scene.clock.pending == 0


async def test_leaving_a_moving_belt() -> None:
    """Nobody can stop it from here: that is said."""
    scene = Scene().moves()
    await scene.belt.disconnect()
    assert scene.kinds == [BeltEventKind.STOP_FAILED]
    assert scene.clock.pending == 0


async def test_leaving_a_moving_belt_with_a_switch(switch: Switch) -> None:
    """The power is cut before Home Assistant goes."""
    scene = Scene(switch.off).moves()
    await scene.belt.disconnect()
    assert switch.presses == 1
    assert scene.motion() is BeltMotion.STOPPED_UNCONFIRMED
    assert not scene.events


async def test_leaving_while_the_switch_hangs(switch: Switch) -> None:
    """It is waited for a little, and no longer."""
    switch.hangs = True
    scene = Scene(switch.off).moves()
    leaving = asyncio.create_task(scene.belt.disconnect())
    for _ in range(3):
        await asyncio.sleep(0)
    scene.clock.advance(5)
    await leaving
    assert scene.kinds == [BeltEventKind.STOP_FAILED]


class Walk(Scene):
    """A session on a coached belt, and a walker who does as told."""

    def __init__(self) -> None:
        """Stand before a start."""
        super().__init__()
        self.cues: list[Cue] = []
        self.views: list[SessionView] = []
        self.session = Session[Origin](
            clock=self.clock,
            belt=self.belt,
            gate=self.gate,
            countdown_origin=Origin.COUNTDOWN,
            standing_still=lambda: False,
            on_change=self._changed,
            on_cue=self.cues.append,
        )
        self.belt = self._wired()
        self.said: list[tuple[AskKind, float | None]] = []  # what was asked and done

    def _wired(self) -> CoachedBelt:
        """Let the belt tell the session."""
        belt = self.belt
        belt._on_report = self.session.on_belt  # noqa: SLF001
        belt._on_event = self._happened  # noqa: SLF001
        return belt

    def _happened(self, event: BeltEvent) -> None:
        self.events.append(event)
        self.session.on_belt_event(event)

    def _changed(self, view: SessionView) -> None:
        self.views.append(view)
        if view.state is SessionState.PREPARING:
            self.belt.prepare()

    def start(self, program: str) -> None:
        """Start a program at the belt."""
        self.session.start(
            load_built_in()[program],
            origin=Origin.CARD,
            caps=Caps(),
            without_wearable=True,
        )

    def obey(self) -> None:
        """Do what is asked within six seconds, and say so."""
        asks = self.asks()
        self.clock.advance(6)
        if asks is not None and asks == self.asks():
            self.said.append(asks)
            assert self.belt.confirm()
        elif self.session.view.awaiting_confirmation:
            self.session.confirm(Origin.HANDRAIL_BUTTON)


def test_a_whole_program() -> None:
    """One start, one speed and one stop a walk; the same states as on any belt."""
    walk = Walk()
    walk.start("short_classic")
    while walk.session.view.state is not SessionState.FINISHED:
        walk.obey()
        assert walk.clock.now_s() < 5000
    rest = [(AskKind.REST, None)]
    forward = [(AskKind.START, 0.8), (AskKind.SPEED, 1.2), (AskKind.STOP, None)]
    assert [(kind, speed and round(speed, 6)) for kind, speed in walk.said] == rest + forward * 6
    assert not walk.events
    record = walk.session.record
    assert record is not None
    assert record.backward_s == pytest.approx(360, abs=1)
    assert record.unplanned_stops == 0
    for cue in (Cue.SAY_IT_STANDS, Cue.START_BELT, Cue.SET_SPEED, Cue.STOP_BELT, Cue.TURN):
        assert cue in walk.cues
    # What to set is in the view, for cards and voices.
    speeds = {view.asks.speed_kmh for view in walk.views if view.asks and view.asks.speed_kmh}
    assert sorted(speeds) == pytest.approx([0.8, 1.2])


def test_nobody_starts_the_belt() -> None:
    """The session waits a minute for the walker's word, and pauses."""
    walk = Walk()
    walk.start("short_classic")
    walk.obey()
    walk.clock.advance(10)
    assert walk.asks() == (AskKind.START, 0.8)
    walk.clock.advance(60)
    view = walk.session.view
    assert (view.state, view.reason) == (SessionState.PAUSED, "did_not_start")
    assert view.asks is not None
    assert view.asks.kind is AskKind.STOP


def test_nobody_says_that_it_stands() -> None:
    """No turn before the word, an alarm when none comes, and never a turn by the clock."""
    walk = Walk()
    walk.start("short_classic")
    while walk.session.view.state is not SessionState.TURNING:
        walk.obey()
    walk.clock.advance(20)
    assert not walk.session.view.awaiting_confirmation
    assert Cue.TURN not in walk.cues
    assert walk.cues.count(Cue.STOP_BELT) >= 2
    walk.clock.advance(600)
    assert walk.kinds == [BeltEventKind.STOP_FAILED]
    view = walk.session.view
    assert (view.state, view.reason) == (SessionState.STOPPED, "stop_failed")


def test_a_fall() -> None:
    """The stop is an alarm until somebody says that the belt stands."""
    walk = Walk()
    walk.start("short_classic")
    while not walk.session.view.phase_ends_s:
        walk.obey()
    walk.session.fall_suspected()
    assert walk.cues[-1] is Cue.STOP_BELT
    walk.clock.advance(ALARM_AFTER_S + 1)
    assert walk.kinds == [BeltEventKind.STOP_FAILED]
    assert walk.session.view.state is SessionState.FALL_SUSPECTED


def test_a_machine_with_a_radio_asks_nobody(bench: Bench) -> None:
    """It speaks for itself."""
    assert bench.treadmill.report.asks is None
    assert not bench.treadmill.confirm()
    assert not bench.treadmill.limits.by_hand
