"""What a wearable tells of itself, whichever its kind, and to whom."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from ..samples import MotionSample, StepSample


class Problem(StrEnum):
    """What keeps a wearable from being of use, where that can be told."""

    NEVER_DELIVERED = "never_delivered"
    NO_MOTION = "no_motion"  # it delivers, but no acceleration with gravity, and no steps
    NO_STREAM = "no_stream"  # it has no accelerometer, or will not start it
    CHARGING = "charging"


@dataclass(frozen=True, kw_only=True, slots=True)
class WearableInfo:
    """What a wearable says it is; None where it says nothing that can be read."""

    maker: str | None = None
    model: str | None = None
    firmware: str | None = None
    location: int | None = None  # rsc.SensorLocation, or a number of its own


@dataclass(frozen=True, kw_only=True, slots=True)
class WearableState:
    """What is known of a wearable now; None where it is not."""

    connected: bool = False
    streaming: bool = False  # something was heard within the last STALE_AFTER_S
    steps: int = 0  # both feet, over restarts too, if the last total is handed in
    walking: bool | None = None
    cadence_spm: float | None = None
    stride_length_m: float | None = None
    heart_rate_bpm: int | None = None
    battery_percent: int | None = None
    speed_mps: float | None = None  # the pod's own two: shown, and nothing is steered by them
    distance_m: float | None = None
    problem: Problem | None = None
    info: WearableInfo = field(default_factory=WearableInfo)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listeners:
    """Who is told."""

    on_motion: Callable[[MotionSample], None]
    on_step: Callable[[StepSample], None]
    on_state: Callable[[WearableState], None]  # only when it differs


# Turns motion into steps: what `safety.steps.StepDetector.update` does.
type StepCounter = Callable[[MotionSample], StepSample | None]
