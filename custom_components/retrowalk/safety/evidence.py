"""What the guard can see, and what follows from it: one table."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from .alert_messages import AlertKind


class Phase(StrEnum):
    """What the session expects of the walker."""

    NONE = "none"  # no session
    WALKING = "walking"
    TURNING = "turning"
    STANDING = "standing"
    PAUSED = "paused"


class Response(IntEnum):
    """What is asked of the belt, the gravest last."""

    NONE = 0
    SLOW = 1  # to the lowest speed
    PAUSE = 2
    STOP = 3


class Evidence(StrEnum):
    """What was seen."""

    STUMBLE = "stumble"
    STIRRED = "stirred"
    STEPS_LATE = "steps_late"
    STEPS_LOST = "steps_lost"
    SANK = "sank"
    FALL = "fall"
    LIMB_IMPACT = "limb_impact"
    LIMB_FALL = "limb_fall"
    LYING_STILL = "lying_still"
    BELT_STEPS_LOST = "belt_steps_lost"
    SENSOR_SILENT = "sensor_silent"
    SENSOR_LOST = "sensor_lost"
    NO_GAIT = "no_gait"
    NOT_THIS_WALKER = "not_this_walker"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What follows from one kind of evidence."""

    response: Response
    alert: AlertKind | None
    means: str
    unit_unknown: Response | None = None  # instead, where the machine's lowest speed is uncertain


RULES = {
    Evidence.STUMBLE: Rule(
        response=Response.NONE, alert=None, means="impact, then steps again within 2 s, upright"
    ),
    Evidence.STIRRED: Rule(
        response=Response.NONE, alert=None, means="upright or walking after a fall"
    ),
    Evidence.STEPS_LATE: Rule(
        response=Response.SLOW,
        alert=None,
        means="no step for 2 step times, at least 1.5 s",
        unit_unknown=Response.STOP,
    ),
    Evidence.STEPS_LOST: Rule(
        response=Response.STOP,
        alert=AlertKind.PLEASE_CHECK,
        means="no step for 3 step times, at least 3.0 s; foot pod: 3.3 s and two reports of zero",
    ),
    Evidence.SANK: Rule(
        response=Response.STOP,
        alert=AlertKind.PLEASE_CHECK,
        means="trunk: height lost or trunk turned, without an impact, then still",
    ),
    Evidence.FALL: Rule(
        response=Response.STOP,
        alert=AlertKind.FALL,
        means="trunk, pocket: impact, and gravity turned at +1.2 s",
    ),
    Evidence.LIMB_IMPACT: Rule(
        response=Response.SLOW,
        alert=None,
        means="wrist, ankle: the same, on one limb",
        unit_unknown=Response.STOP,
    ),
    Evidence.LIMB_FALL: Rule(
        response=Response.STOP,
        alert=AlertKind.FALL,
        means="wrist, ankle: the same, and no steps any more",
    ),
    Evidence.LYING_STILL: Rule(
        response=Response.STOP, alert=AlertKind.FALL, means="after a fall: turned and still for 5 s"
    ),
    Evidence.BELT_STEPS_LOST: Rule(
        response=Response.PAUSE,
        alert=AlertKind.PLEASE_CHECK,
        means="the belt's own step counter stands for 5 s while it moves",
    ),
    Evidence.SENSOR_SILENT: Rule(
        response=Response.SLOW, alert=None, means="nothing from a sensor for 2 s"
    ),
    Evidence.SENSOR_LOST: Rule(
        response=Response.PAUSE,
        alert=AlertKind.PLEASE_CHECK,
        means="nothing from a sensor for 5 s",
    ),
    Evidence.NO_GAIT: Rule(
        response=Response.STOP,
        alert=AlertKind.PLEASE_CHECK,
        means="fewer than 3 steps within 8 s of belt motion",
    ),
    Evidence.NOT_THIS_WALKER: Rule(
        response=Response.STOP,
        alert=AlertKind.PLEASE_CHECK,
        means="steps that do not follow the belt's starts and stops",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the guard decided, and on what."""

    at_s: float  # the clock, when it was taken
    evidence: Evidence
    response: Response
    alert: AlertKind | None
    wearable_id: str | None = None
    sample_at_s: float | None = None  # the sensor's time line: the sample that completed it
    detail: object = None  # the measurements, for the walker's history


class WhyNot(StrEnum):
    """Why nobody would notice a fall now."""

    NO_WEARABLE = "no_wearable"
    NO_DATA = "no_data"
    SENSOR_SILENT = "sensor_silent"
    BELT_AT_REST = "belt_at_rest"
    NO_GAIT = "no_gait"
