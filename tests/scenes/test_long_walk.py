"""Recorded walks on the belt, for long, with their turns: nothing may stop them."""

from collections.abc import Callable
from itertools import chain

import pytest

from custom_components.retrowalk.safety.thresholds import Placement
from tests.safety.signals import standing

from .motion import upright, walk_on, walks_of
from .plays import STARTS_S, turn_round
from .stage import NOTES, Stage

PHASE_S = 60.0
# The walks are of 90 to 105 steps a minute: as they were, and at 55 to 64, 46 to 54, 38 to 45.
SLOWER_BY = (1.0, 1.65, 1.95, 2.35)


@pytest.mark.timeout(600)  # with --soak it takes a minute on a busy machine
@pytest.mark.parametrize("by", SLOWER_BY)
@pytest.mark.parametrize("placement", [Placement.WAIST, Placement.POCKET])
def test_long_walk(placement: Placement, by: float, count: Callable[[int, int], int]) -> None:
    """Minute after minute there and back, by each of the recorded walkers: no response at all."""
    for walk in walks_of(placement):
        stage = Stage({"trunk": placement})
        walks = stage.walks["trunk"] = walk_on(walk, by)
        stage.streams["trunk"] = chain(standing(STARTS_S, up=upright(walk)), walks)
        stage.start()
        for _ in range(count(2, 20)):
            stage.act(PHASE_S)
            turn_round(stage, walk)
        told = [one.evidence for one in stage.decisions if one.evidence not in NOTES]
        assert told == []
