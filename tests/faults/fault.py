"""A fault: what goes wrong, when it strikes, and how the walk then goes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from custom_components.retrowalk.program.states import Reason, SessionState
from simulator.profiles import PLAIN, Profile

if TYPE_CHECKING:
    from .walk import Walk


# A FitShow module counts in km/h for certain, so that all its speeds are used.
COUNTS_KMH = "FS-0E1B2C"
ORDINARY = replace(PLAIN, local_name=COUNTS_KMH)


async def _nothing(_: Walk) -> None:
    """Leave it to the machine."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One row of the table; the defaults are those of a walk in which nothing happens."""

    name: str
    profile: Profile = ORDINARY
    options: Mapping[str, Any] = field(default_factory=dict)  # of the treadmill
    on_demand: bool = False
    at: SessionState | None = None  # the state in which it strikes
    after_s: float = 2.0  # in that state
    strike: Callable[[Walk], Awaitable[None]] = _nothing
    gone: bool = False  # and then there is nothing left to walk with
    # What is expected
    pauses: tuple[Reason, ...] = ()
    ends: SessionState = SessionState.FINISHED
    reason: Reason | None = None
    alarm: bool = False  # it may still be moving, and that was said
    walks_on: bool = True  # once paused, the walker can resume
    top_kmh: float | None = 1.6  # the fastest that was walked; None: no matter
    too_fast_s: float = 5.0  # how long a belt may be too fast
