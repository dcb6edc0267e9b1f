"""Whatever people, console, link and clock do in whatever order, on whatever machine.

Session, gate and treadmill as they ship; what is held true is read from the machine's side.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import override

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from custom_components.retrowalk.belt import BeltEvent, BeltEventKind, BeltMotion
from custom_components.retrowalk.clock import LoopClock
from custom_components.retrowalk.program.errors import ProgramRefused, RequestRefused
from custom_components.retrowalk.program.library import load_built_in
from custom_components.retrowalk.program.model import Caps
from custom_components.retrowalk.program.session import Session
from custom_components.retrowalk.program.states import AT_AN_END, TurnMode
from custom_components.retrowalk.safety.gate import AT_THE_BELT, GateRules, Origin, StartGate
from custom_components.retrowalk.treadmill.client import Treadmill
from custom_components.retrowalk.treadmill.link import LinkError
from custom_components.retrowalk.treadmill.profile import MachineProfile, SpeedUnit
from simulator.profiles import PROFILES
from simulator.virtual_time import VirtualTimeLoop

from .machine import QuickMachine

PROGRAMS = load_built_in()
MACHINES = sorted(PROFILES.keys() - {"no_control_point"})
KNOWN = MachineProfile(key="known", unit=SpeedUnit.KMH)
START, SET_SPEED, STOP = 0x07, 0x02, 0x08
STOP_WITHIN_S = 0.2
REPORTED_WITHIN_S = 1.5
# The slowest stop is one from 22 km/h; the last rung of the ladder comes long before that.
STANDS_WITHIN_S = 90.0
CAPS = st.builds(
    Caps,
    backward_kmh=st.floats(0.8, 2.1),
    forward_kmh=st.floats(0.8, 4.0),
    treadmill_kmh=st.floats(0.8, 4.0),
)


class Machine(RuleBasedStateMachine):
    """A walker, a treadmill and a link that breaks."""

    def __init__(self) -> None:
        """Begin with a loop in which waiting takes no time."""
        super().__init__()
        self.loop = VirtualTimeLoop()
        self.caps = Caps()
        self.openings = self.takes = 0
        self.events: list[BeltEvent] = []
        self.wrong: list[str] = []
        self.session: Session[Origin]

    @initialize(name=st.sampled_from(MACHINES), countdown=st.booleans())
    def set_up(self, name: str, countdown: bool) -> None:
        """Connect to some machine."""
        clock = LoopClock(self.loop)
        self.machine = QuickMachine(clock, PROFILES[name])
        self.machine.on_write = self._written
        self.gate = StartGate(clock, GateRules(countdown=countdown))
        self.treadmill = Treadmill(
            connect=self.machine.connect,
            clock=clock,
            take_gate=self._take,
            on_report=lambda report: self.session.on_belt(report),  # noqa: PLW0108 - made below
            on_event=self._happened,
            profile=KNOWN,
        )
        self.session = Session[Origin](
            clock=clock,
            belt=self.treadmill,
            gate=self,
            countdown_origin=Origin.COUNTDOWN,
            standing_still=lambda: True,
            on_change=lambda _: None,
            on_cue=lambda _: None,
        )

        async def connect() -> None:
            with suppress(LinkError):
                await self.treadmill.connect()

        self.loop.run_until_complete(connect())
        self.run(lambda: None, 5.0)

    # The gate as the session sees it, and as the treadmill takes it: both are counted

    def open(self, origin: Origin) -> bool:
        """Open the gate, if it is for that origin to open."""
        is_open = self.gate.open(origin)
        if is_open and not (origin in AT_THE_BELT or origin is Origin.COUNTDOWN):
            self.wrong.append(f"{origin} opened the gate")
        self.openings += is_open
        return is_open

    def shut(self) -> None:
        """Shut the gate."""
        self.gate.shut()

    def _take(self) -> bool:
        taken = self.gate.take()
        self.takes += taken
        return taken

    def _happened(self, event: BeltEvent) -> None:
        self.events.append(event)
        self.session.on_belt_event(event)

    def _written(self, payload: bytes) -> None:
        """Hold a command against the caps, as it reaches the machine."""
        if payload[0] != SET_SPEED:
            return
        view = self.session.view
        asked_kmh = int.from_bytes(payload[1:3], "little") / 100
        direction = view.phase.direction if view.phase else None
        if direction is None:
            self.wrong.append(f"{asked_kmh} km/h while {view.state}")
        elif asked_kmh > self.caps.speed_kmh(direction) + 1e-6:
            self.wrong.append(f"{asked_kmh} km/h {direction} above {self.caps}")

    def run(self, action: Callable[[], object], seconds: float) -> None:
        """Do something, and let time pass."""

        async def act() -> None:
            with suppress(RequestRefused, ProgramRefused):
                action()
            await asyncio.sleep(seconds)

        self.loop.run_until_complete(act())

    # People

    @rule(
        program=st.sampled_from(sorted(PROGRAMS)),
        origin=st.sampled_from(Origin),
        turn_mode=st.sampled_from(TurnMode),
        caps=CAPS,
        speed_kmh=st.none() | st.floats(0.5, 5.0),
    )
    def start(
        self,
        program: str,
        origin: Origin,
        turn_mode: TurnMode,
        caps: Caps,
        speed_kmh: float | None,
    ) -> None:
        """Ask for a walk."""
        if self.session.view.state in AT_AN_END:
            self.caps = caps
        self.run(
            lambda: self.session.start(
                PROGRAMS[program],
                origin=origin,
                caps=self.caps,
                turn_mode=turn_mode,
                speed_kmh=speed_kmh,
                without_wearable=True,
            ),
            0.1,
        )

    @rule(ask=st.sampled_from(["confirm", "resume"]), origin=st.sampled_from(Origin))
    def word(self, ask: str, origin: Origin) -> None:
        """Give one's word, for what is asked or not."""
        self.run(lambda: getattr(self.session, ask)(origin), 0.1)

    @rule(caps=CAPS, program=st.sampled_from(sorted(PROGRAMS)))
    def walk(self, caps: Caps, program: str) -> None:
        """Set out as people mostly do: with nothing in the way."""
        self.run(self.session.clear_fall, 0.1)
        self.stop("stop")
        self.run(lambda: None, 25.0)
        self.start(program, Origin.CARD, TurnMode.CONFIRM, caps, None)
        self.run(lambda: None, 25.0)

    @rule()
    def go_on(self) -> None:
        """Do what is asked for, and walk on."""
        self.run(lambda: self.session.confirm(Origin.CARD), 0.1)
        self.run(lambda: self.session.resume(Origin.CARD), 20.0)

    @rule(speed_kmh=st.none() | st.floats(0.0, 6.0), seconds=st.sampled_from([0.1, 25.0]))
    def adjust(self, speed_kmh: float | None, seconds: float) -> None:
        """Ask for another speed, or for the next phase."""
        if speed_kmh is None:
            self.run(self.session.skip_phase, seconds)
        else:
            self.run(lambda: self.session.adjust_speed(speed_kmh), seconds)

    @rule(ask=st.sampled_from(["stop", "fall_suspected"]))
    def stop(self, ask: str) -> None:
        """Stop, or fall: it reaches the machine at once, whatever it is at."""
        before, link = len(self.machine.written), self.machine.link
        self.run(getattr(self.session, ask), STOP_WITHIN_S)
        if link is not None and self.machine.link == link:
            assert any(payload[0] == STOP for _, payload in self.machine.written[before:])

    # The machine, the link, the clock

    @rule(
        press=st.sampled_from(
            ["press_start", "press_stop", "press_plus", "press_minus", "pull_key", "insert_key"]
        ),
        seconds=st.sampled_from([0.1, 4.0]),
    )
    def console(self, press: str, seconds: float) -> None:
        """Press something at the machine."""
        self.run(getattr(self.machine.belt, press), seconds)

    @rule(speed_kmh=st.floats(0.5, 12.0))
    def console_speed(self, speed_kmh: float) -> None:
        """Press a speed at the machine."""
        self.run(lambda: self.machine.belt.press_speed(speed_kmh), 2.0)

    @rule()
    def second_app(self) -> None:
        """Let somebody else take control."""
        self.run(self.machine.take_control_away, 0.1)

    @rule(refused_s=st.sampled_from([0.0, 0.0, 5.0, 40.0]))
    def drop(self, refused_s: float) -> None:
        """Lose the link."""
        self.machine.refuses_until_s = self.loop.time() + refused_s
        self.run(self.machine.drop, 0.1)

    @rule(
        blocked_s=st.sampled_from([0.0, 0.0, 2.0]), seconds=st.sampled_from([0.3, 3.0, 20.0, 60.0])
    )
    def wait(self, blocked_s: float, seconds: float) -> None:
        """Let time pass, and hold the loop up for some of it."""
        self.run(lambda: self.loop.block(blocked_s), seconds)

    # What stays true

    @invariant()
    def no_command_is_above_the_caps(self) -> None:
        """See what was found at the control point."""
        assert self.wrong == []

    @invariant()
    def every_move_from_rest_passed_the_gate(self) -> None:
        """Count: a start that the machine obeyed took an opening, and an opening took a person."""
        if hasattr(self, "machine"):
            obeyed = sum(entry.event == "start" for entry in self.machine.belt.log)
            assert obeyed <= self.takes <= self.openings

    @invariant()
    def a_belt_said_to_stand_stands(self) -> None:
        """Compare what is known with the rubber, a report ago."""
        if hasattr(self, "machine") and self.treadmill.report.motion is BeltMotion.STOPPED:
            assert self.machine.belt.speed_at(self.loop.time() - REPORTED_WITHIN_S) == 0

    @override
    def teardown(self) -> None:
        """Stop, with a link and the key in: the belt stands in the end, or an alarm was raised."""
        if hasattr(self, "machine"):
            self.machine.refuses_until_s = 0.0
            self.run(self.machine.belt.insert_key, 45.0)
            self.events.clear()
            self.run(self.session.stop, STANDS_WITHIN_S)
            alarmed = any(event.kind is BeltEventKind.STOP_FAILED for event in self.events)
            assert alarmed or self.machine.belt.speed_kmh == 0
            self.loop.run_until_complete(self.treadmill.disconnect())
        self.loop.close()


TestMachine = Machine.TestCase
TestMachine.settings = settings(stateful_step_count=60)
