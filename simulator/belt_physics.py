"""A belt of rubber and steel: a motor with a start delay and ramps, a console, perhaps a walker.

What is true of the belt is here; what a machine says of it is the treadmill's.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
import math

from custom_components.retrowalk.clock import Clock

KMH_PER_MPS = 3.6


class BeltState(StrEnum):
    """What the motor's controller does."""

    IDLE = "idle"
    STARTING = "starting"  # counting down, at rest
    RUNNING = "running"
    STOPPING = "stopping"


@dataclass(frozen=True, kw_only=True, slots=True)
class Motor:
    """What the machine can do; inclination is None where it has none."""

    min_speed_kmh: float = 0.8
    max_speed_kmh: float = 12.0
    speed_step_kmh: float = 0.1
    max_inclination_percent: float | None = 10.0
    inclination_step_percent: float = 0.5
    start_delay_s: float = 3.0
    ramp_up_kmh_s: float = 0.5  # own choice; a captured pad does at least 0.36
    ramp_down_kmh_s: float = 0.3  # as captured on two CITYSPORTS pads
    key_ramp_kmh_s: float = 1.5  # own choice: without current a belt stops faster


@dataclass(frozen=True, kw_only=True, slots=True)
class LogEntry:
    """Something that happened at the belt, for tests to read."""

    at_s: float
    event: str
    value: float | bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Slope:
    """From `at_s` on the true speed was `speed_kmh` and changed by `slope_kmh_s` a second."""

    at_s: float
    speed_kmh: float
    slope_kmh_s: float


class BeltPhysics:
    """The belt's true movement, brought up to date by `advance` or by looking at its speed."""

    def __init__(
        self, clock: Clock, motor: Motor | None = None, *, counts_need_walker: bool = False
    ) -> None:
        """Begin at rest, with the safety key in and nobody on the belt."""
        self.clock = clock
        self.motor = motor or Motor()
        self.counts_need_walker = counts_need_walker
        self.cadence_spm: float | None = None  # of the walker; None: nobody stands on the belt
        self.on_console: Callable[[str], None] = lambda event: None
        self.log: list[LogEntry] = []
        self.state = BeltState.IDLE
        self.key_in = True
        self.target_kmh = self.inclination_percent = 0.0
        self.distance_m = self.steps = self.elapsed_s = 0.0  # as the machine counts
        self.travel_m = 0.0  # as the belt really moved since it was made
        self.runs_away = False
        self._now_s = self.starts_at_s = clock.now_s()
        self._speed_kmh = 0.0
        self._ramp_down_kmh_s = self.motor.ramp_down_kmh_s
        self._resets_at_rest = False
        self._ends_at_s = math.inf
        self._slopes = [Slope(at_s=self._now_s, speed_kmh=0.0, slope_kmh_s=0.0)]

    @property
    def speed_kmh(self) -> float:
        """The true speed, now."""
        self.advance(self.clock.now_s())
        return self._speed_kmh

    @property
    def track(self) -> list[Slope]:
        """The true speed over time, as the slopes it went through."""
        self.advance(self.clock.now_s())
        return self._slopes

    def speed_at(self, at_s: float) -> float:
        """Return the true speed at a time that has passed."""
        index = bisect_right(self.track, at_s, key=lambda slope: slope.at_s) - 1
        slope = self._slopes[max(index, 0)]
        return slope.speed_kmh + slope.slope_kmh_s * (at_s - slope.at_s)

    def note(self, event: str, value: float | bytes | None = None) -> None:
        """Write an event to the log."""
        self.log.append(LogEntry(at_s=self.clock.now_s(), event=event, value=value))

    def advance(self, to_s: float) -> None:
        """Move on to the time `to_s`, through every change of slope."""
        while self._now_s < to_s:
            slope_kmh_s, reached_kmh = 0.0, self._speed_kmh
            until_s = min(to_s, self._ends_at_s)
            if self.state is BeltState.STARTING:
                until_s = min(until_s, self.starts_at_s)
            elif gap_kmh := self.target_kmh - self._speed_kmh:
                slope_kmh_s = self.motor.ramp_up_kmh_s if gap_kmh > 0 else -self._ramp_down_kmh_s
                reached_at_s = self._now_s + gap_kmh / slope_kmh_s
                until_s = min(until_s, reached_at_s)
                reached_kmh += slope_kmh_s * (until_s - self._now_s)
                if until_s == reached_at_s:
                    reached_kmh = self.target_kmh
            self._pass_time(until_s, slope_kmh_s, reached_kmh)
            if self.state is BeltState.STARTING and until_s >= self.starts_at_s:
                self.state = BeltState.RUNNING
            elif self.state is BeltState.STOPPING and reached_kmh == 0:
                self._come_to_rest()
            if until_s >= self._ends_at_s:
                self._ends_at_s = math.inf
                self.note("time_is_over")
                self._brake()

    def start(self, event: str = "start") -> None:
        """Start from rest after the machine's delay, or take up speed again while it stops."""
        self.advance(self.clock.now_s())
        self.note(event)
        self.target_kmh = self.motor.min_speed_kmh
        if self._speed_kmh > 0:
            self.state = BeltState.RUNNING
        elif self.state is BeltState.IDLE:
            self.state = BeltState.STARTING
            self.starts_at_s = self._now_s + self.motor.start_delay_s

    def set_speed(self, speed_kmh: float, event: str = "speed") -> None:
        """Go for another speed; the ramp takes its time."""
        self.advance(self.clock.now_s())
        self.note(event, speed_kmh)
        if not self.runs_away:
            self.target_kmh = speed_kmh

    def stop(self, event: str = "stop", *, pause: bool = False) -> None:
        """Ramp down to rest; a pause keeps the counters."""
        self.advance(self.clock.now_s())
        self.note(event)
        self._resets_at_rest = not pause
        self._brake()

    def stop_after(self, seconds: float) -> None:
        """Stop by itself when the training time is over, linked or not."""
        self.advance(self.clock.now_s())
        self.note("training_time", seconds)
        self._ends_at_s = self._now_s + seconds

    def set_inclination(self, percent: float) -> None:
        """Tilt the belt."""
        self.note("inclination", percent)
        self.inclination_percent = percent

    def run_away(self, to_kmh: float) -> None:
        """Take up speed that nobody asked for; only a stop ends it."""
        self.set_speed(to_kmh, "runaway")
        self.runs_away = True
        self.state = BeltState.RUNNING

    def press_start(self) -> None:
        """Press Start on the console."""
        if self.key_in:
            self.start("console_start")
            self.on_console("start")

    def press_stop(self) -> None:
        """Press Stop on the console."""
        self.stop("console_stop")
        self.on_console("stop")

    def press_pause(self) -> None:
        """Press Pause on the console."""
        self.stop("console_pause", pause=True)
        self.on_console("pause")

    def press_speed(self, speed_kmh: float) -> None:
        """Press a speed key on the console."""
        if self.state is BeltState.RUNNING:
            limited_kmh = max(min(speed_kmh, self.motor.max_speed_kmh), self.motor.min_speed_kmh)
            self.set_speed(limited_kmh, "console_speed")
            self.on_console("speed")

    def press_plus(self) -> None:
        """Press + on the console: one step faster."""
        self.press_speed(self.target_kmh + self.motor.speed_step_kmh)

    def press_minus(self) -> None:
        """Press - on the console: one step slower."""
        self.press_speed(self.target_kmh - self.motor.speed_step_kmh)

    def pull_key(self) -> None:
        """Pull the safety key: the current is off, whatever anybody says."""
        self.key_in = False
        self.stop("key_out")
        self._ramp_down_kmh_s = self.motor.key_ramp_kmh_s
        self.on_console("key_out")

    def insert_key(self) -> None:
        """Put the safety key back; nothing moves by it."""
        self.key_in = True
        self.note("key_in")
        self.on_console("key_in")

    def _pass_time(self, until_s: float, slope_kmh_s: float, reached_kmh: float) -> None:
        duration_s = until_s - self._now_s
        if slope_kmh_s != self._slopes[-1].slope_kmh_s:
            self._slopes.append(
                Slope(at_s=self._now_s, speed_kmh=self._speed_kmh, slope_kmh_s=slope_kmh_s)
            )
        travelled_m = (self._speed_kmh + reached_kmh) / 2 / KMH_PER_MPS * duration_s
        self.travel_m += travelled_m
        if travelled_m > 0 and (self.cadence_spm is not None or not self.counts_need_walker):
            self.distance_m += travelled_m
            self.elapsed_s += duration_s
            self.steps += (self.cadence_spm or 0.0) / 60 * duration_s
        self._now_s, self._speed_kmh = until_s, reached_kmh

    def _brake(self) -> None:
        self.runs_away = False
        self.target_kmh = 0.0
        if self._speed_kmh > 0:
            self.state = BeltState.STOPPING
        elif self.state is not BeltState.IDLE:
            self._come_to_rest()

    def _come_to_rest(self) -> None:
        self.state = BeltState.IDLE
        self._ramp_down_kmh_s = self.motor.ramp_down_kmh_s
        if self._resets_at_rest:
            self.distance_m = self.steps = self.elapsed_s = 0.0
