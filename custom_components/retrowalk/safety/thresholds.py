"""One table of what makes a fall at each place a sensor is worn, with where each number is from.

"Measured" means: on the development subjects of SisFall, UMAFall and ASSIST-IoT by
`script/evaluate-falls`; docs/falls.md has the figures, and what they do not show.
"""

from dataclasses import dataclass
from enum import StrEnum


class Placement(StrEnum):
    """Where a sensor is worn."""

    WAIST = "waist"
    CHEST = "chest"
    POCKET = "pocket"
    WRIST = "wrist"
    ANKLE = "ankle"
    FOOT = "foot"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What an impact and a changed posture are at one placement."""

    impact_mps: float  # velocity taken up within 0.2 s about the peak
    commotion_g: float  # standard deviation of |a| within 0.5 s either side of the peak
    turn_deg: float  # how far gravity has turned at +1.2 s
    stops: bool  # whether impact and turn alone are enough to stop
    steps_per_swing: int  # a leg swings once in two steps; a trunk or an arm moves with each
    lively_g: float  # spread of |a| that may be walking, before this walk is known
    step_likeness: float  # a step repeats at least this share as well as a stride
    step_contrast: float  # by how much motion is more alike after a period than after half of one
    source: str


_TRUNK = Thresholds(
    impact_mps=0.85,
    commotion_g=0.28,
    turn_deg=55.0,
    stops=True,
    steps_per_swing=1,
    lively_g=0.05,
    step_likeness=0.75,
    step_contrast=0.4,
    source="measured: SisFall and UMAFall waist",
)
_LEG = Thresholds(
    impact_mps=0.8,
    commotion_g=0.30,
    turn_deg=60.0,
    stops=False,
    steps_per_swing=2,
    lively_g=0.2,
    step_likeness=0.75,
    step_contrast=0.3,
    source="measured: UMAFall ankle",
)

THRESHOLDS = {
    Placement.WAIST: _TRUNK,
    Placement.CHEST: _TRUNK,  # a strap on the same segment as the belt; no chest data at hand
    Placement.POCKET: Thresholds(
        impact_mps=0.85,
        commotion_g=0.45,
        turn_deg=50.0,
        stops=True,
        steps_per_swing=1,
        lively_g=0.05,
        step_likeness=0.35,
        step_contrast=0.4,
        source="measured: UMAFall right pocket",
    ),
    Placement.WRIST: Thresholds(
        impact_mps=0.85,
        commotion_g=0.45,
        turn_deg=50.0,
        stops=False,
        steps_per_swing=1,
        lively_g=0.05,
        step_likeness=0.35,
        step_contrast=0.4,
        source="measured: UMAFall wrist; too many false alarms to stop on it alone",
    ),
    Placement.ANKLE: _LEG,
    Placement.FOOT: _LEG,  # as the ankle; no motion of a foot at hand
}
