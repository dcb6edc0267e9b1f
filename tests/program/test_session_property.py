"""Whatever people, belt and clock do in whatever order: what must stay true of a session."""

from contextlib import suppress

from hypothesis import given, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
import pytest

from custom_components.retrowalk.belt import BeltEventKind, BeltMotion
from custom_components.retrowalk.program.checks import Check
from custom_components.retrowalk.program.errors import ProgramRefused, RequestRefused
from custom_components.retrowalk.program.model import TURN, Caps, Program
from custom_components.retrowalk.program.states import (
    AT_AN_END,
    Cue,
    Reason,
    SessionState,
    TurnMode,
)
from custom_components.retrowalk.safety.gate import AT_THE_BELT, GateRules, Origin

from .fake_belt import HILLY, PROGRAMS, Scene
from .test_model import any_programs

CAPS = st.builds(
    Caps,
    backward_kmh=st.floats(0.5, 2.1),
    forward_kmh=st.floats(0.5, 4.0),
    treadmill_kmh=st.floats(0.5, 4.0),
    inclination_percent=st.floats(0.0, 3.0),
)
QUIET_EVENTS = [kind for kind in BeltEventKind if kind is not BeltEventKind.CONSOLE_STARTED]


@given(any_programs(), CAPS)
def test_any_program_is_walked_as_planned(program: Program, caps: Caps) -> None:
    """Times, turns and starts from rest add up."""
    scene = Scene(limits=HILLY)
    try:
        scene.start(program, caps=caps)
    except ProgramRefused:  # its lowest speed is above a cap
        assert scene.belt.commands == []
        return
    scene.finish()
    record = scene.session.record
    assert record is not None
    assert record.turns == program.turns == scene.cues.count(Cue.TURN)
    assert record.backward_s == pytest.approx(program.backward_s)
    assert sum(phase.done_s for phase in record.phases) == pytest.approx(program.total_s)
    assert tuple(phase.kind for phase in record.phases) == tuple(p.kind for p in program.phases)
    assert record.unplanned_stops == 0
    # A start at the beginning, and one after each turn and each rest that a walk follows.
    before = zip(program.phases, program.phases[1:], strict=False)
    from_rest = sum(bool(then.direction and not now.direction) for now, then in before)
    assert scene.belt.names().count("start") == 1 + from_rest
    assert scene.clock.pending == 1


class Anything(RuleBasedStateMachine):
    """Requests, events and time in any order. The fake belt itself refuses a speed above a cap."""

    def __init__(self) -> None:
        """Watch what opens the gate, and what the belt is told."""
        super().__init__()
        self.openings = 0
        self.seen = 0
        self.starts = 0

    @initialize(countdown=st.booleans())
    def set_up(self, countdown: bool) -> None:
        """Stand at a treadmill."""
        self.scene = Scene(limits=HILLY, rules=GateRules(countdown=countdown))
        gate, opened = self.scene.gate, self.scene.gate.open

        def count(origin: Origin) -> bool:
            is_open = opened(origin)
            self.openings += is_open
            return is_open

        gate.open = count  # type: ignore[method-assign]

    def _ask(self, name: str, *args: object, **kwargs: object) -> None:
        with suppress(RequestRefused):
            getattr(self.scene.session, name)(*args, **kwargs)

    @rule(
        program=st.one_of(st.sampled_from(sorted(PROGRAMS)), any_programs()),
        origin=st.sampled_from(Origin),
        turn_mode=st.sampled_from(TurnMode),
        caps=CAPS,
        speed_kmh=st.one_of(st.none(), st.floats(0.0, 3.0)),
    )
    def start(
        self,
        program: str | Program,
        origin: Origin,
        turn_mode: TurnMode,
        caps: Caps,
        speed_kmh: float | None,
    ) -> None:
        """Ask for a program."""
        with suppress(RequestRefused, ProgramRefused):
            self.scene.start(
                program, origin=origin, turn_mode=turn_mode, caps=caps, speed_kmh=speed_kmh
            )

    @rule(origin=st.sampled_from(Origin))
    def confirm(self, origin: Origin) -> None:
        """Confirm whatever there is."""
        self._ask("confirm", origin)

    @rule(origin=st.sampled_from(sorted(AT_THE_BELT)))
    def confirm_or_resume_at_the_belt(self, origin: Origin) -> None:
        """Do what a person at the belt does to go on."""
        self._ask("confirm", origin)
        self._ask("resume", origin)

    @rule()
    def pause(self) -> None:
        """Pause."""
        self._ask("pause")

    @rule()
    def skip(self) -> None:
        """Skip."""
        self._ask("skip_phase")

    @rule(change_kmh=st.floats(-1.0, 1.0))
    def change_speed(self, change_kmh: float) -> None:
        """Ask for faster or slower."""
        self._ask("change_speed", change_kmh)

    @rule(speed_kmh=st.floats(0.0, 5.0))
    def adjust_speed(self, speed_kmh: float) -> None:
        """Ask for a speed."""
        self._ask("adjust_speed", speed_kmh)

    @rule()
    def stop(self) -> None:
        """Stop: the belt hears it in the same call."""
        stops = self.scene.belt.names().count("stop")
        self.scene.session.stop()
        assert self.scene.belt.names().count("stop") == stops + 1

    @rule()
    def fall(self) -> None:
        """Fall: the belt is stopped in the same call."""
        stops = self.scene.belt.names().count("stop")
        self.scene.session.fall_suspected()
        assert self.scene.belt.names().count("stop") == stops + 1

    @rule()
    def clear_fall(self) -> None:
        """Say that all is well."""
        self._ask("clear_fall")

    @rule(kind=st.sampled_from(QUIET_EVENTS), speed_kmh=st.floats(0.0, 5.0))
    def belt_event(self, kind: BeltEventKind, speed_kmh: float) -> None:
        """Let something happen at the belt."""
        self.scene.belt.say(kind, speed_kmh)

    @rule(linked=st.booleans(), key_out=st.booleans(), silent_stop=st.booleans())
    def belt_state(self, linked: bool, key_out: bool, silent_stop: bool) -> None:
        """Let link and key come and go."""
        self.scene.belt.linked, self.scene.belt.key_out = linked, key_out
        self.scene.belt.silent_stop = silent_stop
        self.scene.belt.tell()

    @rule(passed=st.booleans())
    def wearable(self, passed: bool) -> None:
        """Let the wearable come and go."""
        self.scene.session.set_check(Check.WEARABLE_LIVE, passed)

    @rule(still=st.booleans())
    def still(self, still: bool) -> None:
        """Let the walker be seen to stand or not."""
        self.scene.still = still

    @rule(seconds=st.sampled_from([0.3, 1.0, 3.0, 5.0, 10.0, 60.0, 130.0, 700.0]))
    def time(self, seconds: float) -> None:
        """Let time pass."""
        self.scene.run(seconds)

    @rule()
    def all_is_well(self) -> None:
        """Put everything right for a while, so that walks get somewhere."""
        self.belt_state(linked=True, key_out=False, silent_stop=False)
        self.wearable(True)
        self.still(True)
        self.scene.run(12.0)

    @invariant()
    def every_start_was_opened_by_somebody_admitted(self) -> None:
        """Count: a start takes one opening."""
        commands = self.scene.belt.commands[self.seen :] if hasattr(self, "scene") else []
        self.seen += len(commands)
        self.starts += sum(command.name == "start" for command in commands)
        assert self.starts <= self.openings

    @invariant()
    def the_view_is_in_order(self) -> None:
        """Compare what is shown with the state."""
        if not hasattr(self, "scene"):
            return
        view = self.scene.view
        if view.awaiting_confirmation:
            assert view.state in {SessionState.TURNING, SessionState.STANDING}
            assert self.scene.belt.report.motion in {
                BeltMotion.STOPPED,
                BeltMotion.STOPPED_UNCONFIRMED,
            }
        if view.state is SessionState.TURNING:
            assert view.phase is TURN
        if view.state in AT_AN_END:
            assert self.scene.clock.pending == 1
        if view.state is SessionState.PAUSED:
            assert view.reason is not None
        if view.reason is Reason.ASKED:
            assert not view.unplanned or view.state is not SessionState.PAUSED
        if view.phase_ends_s is not None:
            assert view.state not in {SessionState.PAUSED, SessionState.PREPARING}

    @invariant()
    def the_gate_is_shut_where_nothing_is_about_to_move(self) -> None:
        """Try the gate: an opening never outlives what it was given for."""
        if not hasattr(self, "scene"):
            return
        view = self.scene.view
        if view.countdown_ends_s is None and view.state is not SessionState.PREPARING:
            assert not self.scene.gate.take()


TestAnything = Anything.TestCase
