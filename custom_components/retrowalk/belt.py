"""The belt as program and safety see it: what it is known to do, and the few things to ask of it.

Walking backward means that the walker faces the other way on a belt that runs forward:
a belt has a speed and no direction.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class BeltMotion(StrEnum):
    """What the belt is known to do."""

    STOPPED = "stopped"  # 2 s of reports of 0 with the distance at rest
    STOPPED_UNCONFIRMED = "stopped_unconfirmed"  # fell silent while slowing down and said "stopped"
    STARTING = "starting"
    MOVING = "moving"
    STOPPING = "stopping"
    MAY_BE_MOVING = "may_be_moving"  # no link, or no fresh report: silence is not safety


class AskKind(StrEnum):
    """What a person is asked to do, or to say, at a belt that has no other door."""

    REST = "rest"  # say that the belt stands still
    START = "start"
    SPEED = "speed"
    STOP = "stop"


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltAsk:
    """One thing to do at the console, and then to confirm."""

    kind: AskKind
    at_s: float  # asked, or asked again
    speed_kmh: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltReport:
    """What is known of the belt at one moment."""

    at_s: float
    motion: BeltMotion = BeltMotion.MAY_BE_MOVING
    linked: bool = False
    speed_kmh: float | None = None
    target_speed_kmh: float | None = None
    inclination_percent: float | None = None
    distance_m: float | None = None  # as the machine counts; it may reset at rest
    steps: int | None = None
    rest_since_s: float | None = None  # since when speed 0 and distance at rest were reported
    key_out: bool | None = None  # None: the machine has never said
    asks: BeltAsk | None = None  # of a belt that a person moves; all else is that person's word


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltLimits:
    """What the machine can do; inclination is None where it has none."""

    min_speed_kmh: float
    max_speed_kmh: float
    speed_step_kmh: float
    max_inclination_percent: float | None = None
    inclination_step_percent: float | None = None
    by_hand: bool = False  # a person sets each speed: it is asked for once, and not in steps


class BeltEventKind(StrEnum):
    """What happened at the belt that no report says."""

    CONSOLE_STARTED = "console_started"
    CONSOLE_STOPPED = "console_stopped"
    CONSOLE_SPEED = "console_speed"  # within the cap, or ours was ignored: it is the new target
    KEY_OUT = "key_out"
    KEY_BACK = "key_back"
    CONTROL_LOST = "control_lost"
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"
    REFUSED = "refused"  # the machine refused a command other than stop
    LOOP_LAGGED = "loop_lagged"  # we were late ourselves: nobody watched a belt that moves
    RUNAWAY = "runaway"  # faster than asked and not slowing: the belt was told to stop
    STOP_FAILED = "stop_failed"  # the ladder is at its end and the belt may still move


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltEvent:
    """One event, with the speed it speaks of and a detail for logs and diagnostics."""

    kind: BeltEventKind
    speed_kmh: float | None = None
    detail: str = ""


class GateShut(Exception):
    """A move from rest was asked for, and nobody at the belt has opened the gate."""


class Belt(Protocol):
    """The one door to the machine. Every call returns at once; what came of it is reported."""

    @property
    def report(self) -> BeltReport:
        """The newest report."""

    @property
    def limits(self) -> BeltLimits:
        """The machine's limits."""

    def start(self) -> None:
        """Start from rest at the lowest speed: takes an opening of the gate, or raises GateShut."""

    def set_cap(self, speed_kmh: float) -> None:
        """Set the speed that no command may exceed from now on."""

    def set_speed(self, speed_kmh: float) -> None:
        """Ask a moving belt for a speed: capped, and rounded down to the machine's step."""

    def set_inclination(self, percent: float) -> None:
        """Ask for an inclination within the machine's range."""

    def stop(self, *, urgent: bool = True) -> None:
        """Stop, overtaking everything; works in every state and may be repeated.

        Where a person has to do it, a stop that is not `urgent` gives the time for that.
        """
