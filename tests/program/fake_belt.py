"""A belt with a physical ramp behind a real gate, and everything around a session on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from custom_components.retrowalk.belt import (
    BeltEvent,
    BeltEventKind,
    BeltLimits,
    BeltMotion,
    BeltReport,
    GateShut,
)
from custom_components.retrowalk.program.checks import Check
from custom_components.retrowalk.program.library import load_built_in
from custom_components.retrowalk.program.model import Caps, Program
from custom_components.retrowalk.program.session import Session
from custom_components.retrowalk.program.states import Cue, SessionState, SessionView, TurnMode
from custom_components.retrowalk.safety.gate import GateRules, Origin, StartGate
from tests.fake_clock import FakeClock

LIMITS = BeltLimits(min_speed_kmh=0.8, max_speed_kmh=12.0, speed_step_kmh=0.1)
HILLY = replace(LIMITS, max_inclination_percent=10.0, inclination_step_percent=0.5)
RAMP_KMH_PER_S = 0.3
START_DELAY_S = 2.0
REPORT_EVERY_S = 1.0
PROGRAMS: Mapping[str, Program] = load_built_in()


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """One command as it reached the belt."""

    at_s: float
    name: str
    value: float | None = None


class FakeBelt:
    """A belt that ramps by 0.3 km/h a second and reports once a second."""

    def __init__(self, clock: FakeClock, gate: StartGate, limits: BeltLimits = LIMITS) -> None:
        """Stand still, linked."""
        self._clock = clock
        self._gate = gate
        self.limits = limits
        self.commands: list[Command] = []
        self.on_report: Callable[[BeltReport], None] = lambda _: None
        self.on_event: Callable[[BeltEvent], None] = lambda _: None
        self.speed_kmh = 0.0
        self.target_kmh = 0.0
        self.cap_kmh = 0.0
        self.starts_at_s: float | None = None
        self.silent_stop = False  # says nothing once it stands
        self.dead_motor = False  # takes a start and does not move
        self.linked = True
        self.silent = False  # reports nothing, though linked
        self.key_out = False
        self.distance_m = 0.0
        self._rest_since_s: float | None = clock.now_s() - 10.0
        self.report = self._look()
        clock.call_later(REPORT_EVERY_S, self._tick)

    def _take(self, name: str, value: float | None = None) -> None:
        self.commands.append(Command(at_s=self._clock.now_s(), name=name, value=value))

    def names(self) -> list[str]:
        """Return the names of the commands so far."""
        return [command.name for command in self.commands]

    def start(self) -> None:
        """Start, if the gate has an opening to take."""
        if not self._gate.take():
            raise GateShut
        self._take("start")
        self.set_going()

    def set_going(self) -> None:
        """Start the motor, whoever asked."""
        self.target_kmh = self.limits.min_speed_kmh
        self.starts_at_s = self._clock.now_s() + START_DELAY_S

    def set_cap(self, speed_kmh: float) -> None:
        """Take a cap."""
        self._take("set_cap", speed_kmh)
        self.cap_kmh = speed_kmh

    def set_speed(self, speed_kmh: float) -> None:
        """Take a speed; a belt at rest ignores it."""
        self._take("set_speed", speed_kmh)
        assert speed_kmh <= self.cap_kmh + 1e-9, "a command above the cap"
        assert speed_kmh >= self.limits.min_speed_kmh - 1e-9, "a command below the lowest speed"
        if self.speed_kmh > 0 and self.target_kmh > 0:
            self.target_kmh = speed_kmh

    def set_inclination(self, percent: float) -> None:
        """Take an inclination."""
        self._take("set_inclination", percent)

    def stop(self, *, urgent: bool = True) -> None:
        """Stop at the ramp."""
        self._take("stop")
        self.halt()

    def halt(self) -> None:
        """Ramp down, whoever asked."""
        self.target_kmh = 0.0
        self.starts_at_s = None

    def say(self, kind: BeltEventKind, speed_kmh: float | None = None) -> None:
        """Emit an event, behind the report that shows it."""
        self.report = self._look()
        self.on_event(BeltEvent(kind=kind, speed_kmh=speed_kmh))

    def press_start(self) -> None:
        """Start at the console: the belt moves, and says so."""
        self.set_going()
        self.starts_at_s = None
        self.speed_kmh = self.limits.min_speed_kmh
        self._rest_since_s = None
        self.on_event(
            BeltEvent(kind=BeltEventKind.CONSOLE_STARTED, speed_kmh=self.limits.min_speed_kmh)
        )
        self.tell()

    def tell(self) -> None:
        """Report, if there is anything new."""
        old, self.report = self.report, self._look()
        if replace(old, at_s=self.report.at_s) != self.report:
            self.on_report(self.report)

    def _tick(self) -> None:
        """Move on by a second, and report."""
        self._clock.call_later(REPORT_EVERY_S, self._tick)
        may_move = self.starts_at_s is None or self._clock.now_s() >= self.starts_at_s
        if may_move and not self.dead_motor:
            self.starts_at_s = None
            low, high = self.speed_kmh - RAMP_KMH_PER_S, self.speed_kmh + RAMP_KMH_PER_S
            self.speed_kmh = min(max(self.target_kmh, low), high)
        self.distance_m += self.speed_kmh / 3.6
        if self.speed_kmh > 0:
            self._rest_since_s = None
        elif self._rest_since_s is None:
            self._rest_since_s = self._clock.now_s()
        self.tell()

    def _look(self) -> BeltReport:
        now_s = self._clock.now_s()
        rested = self._rest_since_s is not None and now_s - self._rest_since_s >= 2.0
        if not self.linked or self.silent:
            motion = BeltMotion.MAY_BE_MOVING
        elif self.speed_kmh > 0:
            motion = BeltMotion.MOVING if self.target_kmh > 0 else BeltMotion.STOPPING
        elif self.starts_at_s is not None:
            motion = BeltMotion.STARTING
        elif not rested:
            motion = BeltMotion.STOPPING
        else:
            motion = BeltMotion.STOPPED_UNCONFIRMED if self.silent_stop else BeltMotion.STOPPED
        return BeltReport(
            at_s=now_s,
            motion=motion,
            linked=self.linked,
            speed_kmh=self.speed_kmh,
            distance_m=self.distance_m,
            rest_since_s=None if self.silent_stop else self._rest_since_s,
            key_out=self.key_out,
        )


class Scene:
    """A session on a fake belt, and what it told."""

    def __init__(
        self, *, limits: BeltLimits = LIMITS, rules: GateRules | None = None, still: bool = True
    ) -> None:
        """Set up a treadmill at which everything is in order."""
        self.clock = FakeClock()
        self.gate = StartGate(self.clock, rules or GateRules())
        self.belt = FakeBelt(self.clock, self.gate, limits)
        self.still = still
        self.views: list[SessionView] = []
        self.cues: list[Cue] = []
        self.session: Session[Origin] = Session(
            clock=self.clock,
            belt=self.belt,
            gate=self.gate,
            countdown_origin=Origin.COUNTDOWN,
            standing_still=lambda: self.still,
            on_change=self.views.append,
            on_cue=self.cues.append,
        )
        self.belt.on_report = self.session.on_belt
        self.belt.on_event = self.session.on_belt_event
        self.session.set_check(Check.WEARABLE_LIVE, True)

    @property
    def view(self) -> SessionView:
        """The session now."""
        return self.session.view

    @property
    def states(self) -> list[SessionState]:
        """The states told, in order, each once a stay."""
        states = [view.state for view in self.views]
        return [state for n, state in enumerate(states) if n == 0 or states[n - 1] is not state]

    def start(
        self,
        program: str | Program = "short_classic",
        *,
        origin: Origin = Origin.CARD,
        caps: Caps | None = None,
        speed_kmh: float | None = None,
        turn_mode: TurnMode = TurnMode.CONFIRM,
        without_wearable: bool = False,
    ) -> SessionView:
        """Start a program, a built-in one by its id."""
        return self.session.start(
            PROGRAMS[program] if isinstance(program, str) else program,
            origin=origin,
            caps=caps or Caps(),
            speed_kmh=speed_kmh,
            turn_mode=turn_mode,
            without_wearable=without_wearable,
        )

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    def until(self, reached: Callable[[SessionView], bool], *, within_s: float = 3600.0) -> None:
        """Let time pass until a view says so."""
        end_s = self.clock.now_s() + within_s
        while not reached(self.view):
            assert self.clock.now_s() < end_s, f"not reached; it is {self.view}"
            self.clock.advance(0.5)

    def until_state(self, state: SessionState, *, within_s: float = 3600.0) -> None:
        """Let time pass until the session is in a state."""
        self.until(lambda view: view.state is state, within_s=within_s)

    def until_moving(self) -> None:
        """Let time pass until a phase is walked."""
        self.until(lambda view: view.phase_ends_s is not None or self.belt.speed_kmh > 0)
        self.run(1.0)

    def until_asked(self) -> None:
        """Let time pass until the belt waits for the walker's word."""
        self.until(lambda view: view.awaiting_confirmation)

    def walk(self, program: str | Program = "short_classic") -> None:
        """Start a program and let it walk."""
        self.start(program)
        self.until_moving()

    def finish(self) -> None:
        """Confirm whatever is asked until the program is at its end."""
        while self.view.state is not SessionState.FINISHED:
            self.until(
                lambda view: view.awaiting_confirmation or view.state is SessionState.FINISHED
            )
            if self.view.awaiting_confirmation:
                self.session.confirm(Origin.HANDRAIL_BUTTON)
                self.run(5.0)
