"""What counts as rest."""

import pytest

from custom_components.retrowalk.belt import BeltMotion, BeltReport
from custom_components.retrowalk.program.checks import REST_BEFORE_TURN_S, at_rest

NOW_S = 100.0


@pytest.mark.parametrize(
    ("motion", "rest_since_s", "vouched", "rests"),
    [
        (BeltMotion.STOPPED, 98.0, False, True),
        (BeltMotion.STOPPED, 98.1, False, False),
        (BeltMotion.STOPPED, None, True, False),
        (BeltMotion.STOPPED_UNCONFIRMED, None, False, False),
        (BeltMotion.STOPPED_UNCONFIRMED, 10.0, False, False),
        (BeltMotion.STOPPED_UNCONFIRMED, None, True, True),
        *((motion, 10.0, True, False) for motion in BeltMotion if "stopped" not in motion),
    ],
)
def test_rest_is_measured_or_vouched_for(
    motion: BeltMotion, rest_since_s: float | None, vouched: bool, rests: bool
) -> None:
    """Two seconds of it; a word counts only where the machine fell silent."""
    report = BeltReport(at_s=NOW_S, motion=motion, rest_since_s=rest_since_s)
    assert at_rest(report, NOW_S, REST_BEFORE_TURN_S, vouched=vouched) is rests
