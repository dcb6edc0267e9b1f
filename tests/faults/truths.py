"""What must stay true whatever goes wrong, read from the treadmill's side of the walk."""

from collections.abc import Callable
from itertools import groupby, pairwise
import math

import pytest

from custom_components.retrowalk.program.states import Reason
from custom_components.retrowalk.program.transitions import PLANNED
from custom_components.retrowalk.safety.gate import OPENING_LASTS_S
from custom_components.retrowalk.treadmill.watch import tolerance_kmh

from .walk import AT_REST, BACKWARD_CAP_KMH, FORWARD_CAP_KMH, STOP, Moment, Walk

SET_SPEED = 0x02
CAPS = {"walking_backward": BACKWARD_CAP_KMH, "walking_forward": FORWARD_CAP_KMH}
OVER = {"finished", "stopped"}
# A report comes once a second and a state is written once a second.
SHOWN_WITHIN_S = 3.0
STOP_WITHIN_S = 0.2


def longest_s(moments: list[Moment], wrong: Callable[[Moment], bool]) -> float:
    """Return how long at most something was wrong without a break."""
    spans = [list(span) for is_wrong, span in groupby(moments, wrong) if is_wrong]
    return max((span[-1].at_s - span[0].at_s for span in spans), default=0.0)


def rises(walk: Walk) -> list[float]:
    """Return when the belt began to move from rest."""
    return [now.at_s for now in walk.belt.track if now.speed_kmh == 0 and now.slope_kmh_s > 0]


def nothing_moves_by_itself(walk: Walk) -> None:
    """Each move from rest takes one press at the rail, or one on the console."""
    console = [entry.at_s for entry in walk.belt.log if entry.event == "console_start"]
    own = [entry.at_s for entry in walk.belt.log if entry.event == "started_on_connect"]
    words = sorted([*walk.home.pressed_at_s, *console, *own])
    for rise_s in rises(walk):
        said = [word_s for word_s in words if rise_s - OPENING_LASTS_S <= word_s <= rise_s]
        assert said, f"nobody asked for the move at {rise_s}"
        words = [word_s for word_s in words if word_s > said[-1]]


def stop_reaches_the_machine(walk: Walk) -> None:
    """Look for a stop at once, whatever the session and the machine are at."""
    if walk.stop_asked_s is None:
        return
    assert any(
        entry.event == "control_point"
        and isinstance(entry.value, bytes)
        and entry.value[:1] == STOP
        and walk.stop_asked_s <= entry.at_s <= walk.stop_asked_s + STOP_WITHIN_S
        for entry in walk.belt.log
    )


def no_command_is_above_the_cap(walk: Walk) -> None:
    """Each target speed is under the cap of the way that is walked."""
    for entry in walk.belt.log:
        if entry.event == "control_point" and isinstance(entry.value, bytes):
            opcode, *parameter = entry.value
            if opcode == SET_SPEED:
                session = next(
                    moment.session for moment in walk.moments if moment.at_s >= entry.at_s - 1.0
                )
                asked_kmh = int.from_bytes(bytes(parameter), "little") / 100
                assert asked_kmh <= CAPS.get(session, min(CAPS.values())), entry


def a_belt_too_fast_is_stopped(walk: Walk, within_s: float) -> None:
    """See the rubber above cap and tolerance no longer than it takes to notice."""

    def too_fast(one: Moment) -> bool:
        cap_kmh = CAPS.get(one.session, math.inf)
        return one.speed_kmh > cap_kmh + tolerance_kmh(cap_kmh)

    assert longest_s(walk.moments, too_fast) <= within_s


def rest_is_shown_of_a_resting_belt_alone(walk: Walk) -> None:
    """No belt that moves is shown to stand."""
    wrong_s = longest_s(walk.moments, lambda one: one.belt in AT_REST and one.speed_kmh > 0)
    assert wrong_s <= SHOWN_WITHIN_S


def silence_is_shown(walk: Walk) -> None:
    """Without a link the belt may be moving, and no number says how fast."""
    shown = [moment for moment in walk.moments if moment.belt != "removed"]
    wrong_s = longest_s(shown, lambda one: not one.linked and one.belt != "may_be_moving")
    assert wrong_s <= SHOWN_WITHIN_S


def the_belt_stands_at_the_end_or_somebody_was_told(walk: Walk, *, alarm: bool) -> None:
    """See the rubber at rest; or it is not, and that is said."""
    assert walk.alarmed == alarm
    last = walk.moments[-1]
    if alarm:
        assert last.belt not in AT_REST
    else:
        assert last.speed_kmh == 0


def the_walk_had_its_speed(walk: Walk, top_kmh: float) -> None:
    """See the rubber go as fast as was asked, and no faster."""
    assert max(slope.speed_kmh for slope in walk.belt.track) == pytest.approx(top_kmh)


def walking_is_shown_of_a_moving_belt_alone(walk: Walk) -> None:
    """Nobody is told to walk on a belt that stands, but for the time that it takes to start."""
    wrong_s = longest_s(
        walk.moments, lambda one: one.session in CAPS and one.speed_kmh == 0 and one.linked
    )
    assert wrong_s <= 25.0


def a_walk_broken_off_asks_for_a_sign_of_life(walk: Walk) -> None:
    """Each pause but the planned ones."""
    assert walk.asked == [Reason(reason) not in PLANNED for reason in walk.reasons]


def what_is_over_stays_over(walk: Walk) -> None:
    """No session begins again by itself."""
    assert not [
        (before, after)
        for before, after in pairwise(walk.moments)
        if before.session in OVER and after.session not in OVER | {"idle", "waiting"}
    ]
