"""A whole walk against each fault of the table: how it goes, and what stays true."""

import pytest

from . import truths
from .fault import Fault
from .table import TABLE
from .walk import Walk

pytestmark = pytest.mark.virtual_time


@pytest.mark.parametrize("fault", TABLE, ids=lambda fault: fault.name)
async def test_walk(walk: Walk, fault: Fault) -> None:
    """It goes as the row says, and the treadmill's side shows no truth broken."""
    await walk.through(fault)
    truths.nothing_moves_by_itself(walk)
    truths.stop_reaches_the_machine(walk)
    truths.no_command_is_above_the_cap(walk)
    truths.a_belt_too_fast_is_stopped(walk, fault.too_fast_s)
    truths.rest_is_shown_of_a_resting_belt_alone(walk)
    truths.silence_is_shown(walk)
    truths.walking_is_shown_of_a_moving_belt_alone(walk)
    truths.a_walk_broken_off_asks_for_a_sign_of_life(walk)
    truths.what_is_over_stays_over(walk)
    truths.the_belt_stands_at_the_end_or_somebody_was_told(walk, alarm=fault.alarm)
    if fault.top_kmh is not None:
        truths.the_walk_had_its_speed(walk, fault.top_kmh)
    assert walk.reasons == list(fault.pauses)
    assert walk.ended == (fault.ends, fault.reason)
