"""A program made to fit the walker's caps and the machine's steps, before anything moves."""

from dataclasses import dataclass, replace
import math

from ..belt import BeltLimits
from .errors import ProgramRefused, RequestRefused
from .model import Caps, Phase, Program

# A 0.1 step has no exact double: without this, 1.2 km/h would round down to 1.1.
ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What one walk asks of the machine."""

    speed_kmh: float
    cap_kmh: float
    inclination_percent: float | None = None  # None: the machine has none
    raised: bool = False  # the machine's lowest speed is above what the program asks for


def round_down(value: float, *, lowest: float, step: float) -> float:
    """Round down to a machine's step, counted from its lowest value."""
    if step <= 0:
        return value
    return round(lowest + math.floor((value - lowest) / step + ROUNDING) * step, 6)


def round_speed_down(speed_kmh: float, limits: BeltLimits) -> float:
    """Round a speed down to the machine's step, but not below its lowest speed."""
    step_kmh = limits.speed_step_kmh
    rounded_kmh = round_down(speed_kmh, lowest=limits.min_speed_kmh, step=step_kmh)
    return max(rounded_kmh, limits.min_speed_kmh)


def _inclination(phase: Phase, caps: Caps, limits: BeltLimits) -> float | None:
    """Return a walk's inclination, lowered to the cap and to what the machine can do."""
    if limits.max_inclination_percent is None:
        return None
    asked_percent = min(
        phase.inclination_percent.low, caps.inclination_percent, limits.max_inclination_percent
    )
    return round_down(asked_percent, lowest=0.0, step=limits.inclination_step_percent or 0.0)


def _target(
    phase: Phase, caps: Caps, limits: BeltLimits, chosen_kmh: float | None
) -> Target | None:
    """Fit one phase; None where nobody walks."""
    if phase.direction is None:
        return None
    cap_kmh = min(caps.speed_kmh(phase.direction), limits.max_speed_kmh)
    if chosen_kmh is not None and chosen_kmh > cap_kmh:
        raise ProgramRefused(
            "speed_above_cap", speed_kmh=f"{chosen_kmh:.2f}", cap_kmh=f"{cap_kmh:.2f}"
        )
    if limits.min_speed_kmh > cap_kmh:
        raise ProgramRefused(
            "lowest_speed_above_cap",
            lowest_kmh=f"{limits.min_speed_kmh:.2f}",
            cap_kmh=f"{cap_kmh:.2f}",
        )
    # A program's own speed above a cap is lowered to it; only a person's wish is an error.
    asked_kmh = min(phase.speed_kmh.low if chosen_kmh is None else chosen_kmh, cap_kmh)
    return Target(
        speed_kmh=round_speed_down(asked_kmh, limits),
        cap_kmh=cap_kmh,
        inclination_percent=_inclination(phase, caps, limits),
        raised=asked_kmh < limits.min_speed_kmh,
    )


def fit(
    program: Program, caps: Caps, limits: BeltLimits, speed_kmh: float | None = None
) -> tuple[Target | None, ...]:
    """Return what each of the program's phases asks of the machine, or raise ProgramRefused.

    A walk begins at the low end of its span, or at the walker's chosen `speed_kmh`.
    """
    if program.speed_prescribed and speed_kmh is None:
        raise ProgramRefused("speed_not_prescribed", program=program.id)
    if caps.backward_locked and program.backward_s:
        raise ProgramRefused("backward_locked", program=program.id)
    return tuple(_target(phase, caps, limits, speed_kmh) for phase in program.phases)


def adjusted(target: Target, speed_kmh: float, limits: BeltLimits) -> Target:
    """Return `target` at a speed that a person wishes; raises RequestRefused above the cap."""
    if speed_kmh > target.cap_kmh:
        raise RequestRefused(
            "speed_above_cap", speed_kmh=f"{speed_kmh:.2f}", cap_kmh=f"{target.cap_kmh:.2f}"
        )
    return replace(target, speed_kmh=round_speed_down(speed_kmh, limits))


def changed(target: Target, change_kmh: float, now_kmh: float, limits: BeltLimits) -> Target:
    """Return `target` made faster, up to the cap, or slower, down to the lowest speed.

    Slower is slower than the belt is told to be now: it may not have reached its target yet.
    Raises RequestRefused if the machine has no faster step within the change and the cap.
    """
    from_kmh = target.speed_kmh if change_kmh > 0 else min(target.speed_kmh, now_kmh)
    speed_kmh = round_speed_down(min(from_kmh + change_kmh, target.cap_kmh), limits)
    if change_kmh > 0 and speed_kmh <= from_kmh:
        raise RequestRefused("no_faster_step", cap_kmh=f"{target.cap_kmh:.2f}")
    return replace(target, speed_kmh=speed_kmh)
