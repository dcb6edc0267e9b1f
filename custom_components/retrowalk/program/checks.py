"""The checks before a belt starts: what each looks at, and what follows when it fails."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..belt import BeltMotion, BeltReport

REST_BEFORE_START_S = 3.0
REST_BEFORE_TURN_S = 2.0


class Check(StrEnum):
    """What has to be right, or has to be said, before a start."""

    LINK = "link"
    BELT_AT_REST = "belt_at_rest"
    SAFETY_KEY = "safety_key"
    WEARABLE_LIVE = "wearable_live"
    ALERT_ROAD = "alert_road"
    FEET_ON_RAILS = "feet_on_rails"


class Weight(StrEnum):
    """What follows when a check fails."""

    BLOCKS = "blocks"
    WARNS = "warns"
    TOLD = "told"  # nothing measures it: the walker is told, and sees to it


WEIGHTS = {
    Check.LINK: Weight.BLOCKS,
    Check.BELT_AT_REST: Weight.BLOCKS,
    Check.SAFETY_KEY: Weight.BLOCKS,
    Check.WEARABLE_LIVE: Weight.BLOCKS,
    Check.ALERT_ROAD: Weight.WARNS,
    Check.FEET_ON_RAILS: Weight.TOLD,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """One line of the checklist."""

    check: Check
    weight: Weight
    passed: bool


def at_rest(report: BeltReport, now_s: float, rest_s: float, *, vouched: bool = False) -> bool:
    """Tell whether the belt was measured at rest for `rest_s`.

    A machine that falls silent on stopping is never measured at rest; there it takes the word
    of a walker who was asked (`vouched`).
    """
    if report.motion is BeltMotion.STOPPED_UNCONFIRMED:
        return vouched
    return (
        report.motion is BeltMotion.STOPPED
        and report.rest_since_s is not None
        and now_s - report.rest_since_s >= rest_s
    )


def look(
    report: BeltReport,
    now_s: float,
    given: Mapping[Check, bool],
    *,
    without_wearable: bool,
    vouched: bool,
    by_hand: bool = False,
) -> tuple[CheckResult, ...]:
    """Return the checklist; what only others can know comes in `given`.

    A belt that is moved `by_hand` has no link to look at.
    """
    measured = {
        Check.LINK: report.linked,
        Check.BELT_AT_REST: at_rest(report, now_s, REST_BEFORE_START_S, vouched=vouched),
        Check.SAFETY_KEY: report.key_out is not True,
    }
    weights = WEIGHTS | ({Check.WEARABLE_LIVE: Weight.WARNS} if without_wearable else {})
    return tuple(
        CheckResult(
            check=check,
            weight=weight,
            passed=measured[check] if check in measured else given.get(check, False),
        )
        for check, weight in weights.items()
        if not (by_hand and check is Check.LINK)
    )


def first_failing(checks: Iterable[CheckResult]) -> Check | None:
    """Return the first check that keeps the belt from starting."""
    return next(
        (each.check for each in checks if each.weight is Weight.BLOCKS and not each.passed), None
    )
