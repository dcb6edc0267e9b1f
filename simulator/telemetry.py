"""What a treadmill says of its belt, which is not always what the belt does."""

import math

from . import ftms_wire as wire
from .belt_physics import KMH_PER_MPS, BeltPhysics, BeltState
from .profiles import Profile

_NOT_AVAILABLE_U16 = 0xFFFF
_NOT_AVAILABLE_U8 = 0xFF
_NOT_AVAILABLE_S16 = 0x7FFF
_KCAL_PER_M = 0.06  # roughly, for an adult: no more than a number that grows

_TRAINING_STATUS = {
    BeltState.IDLE: wire.IDLE,
    BeltState.STARTING: wire.PRE_WORKOUT,
    BeltState.RUNNING: wire.MANUAL,
    BeltState.STOPPING: wire.POST_WORKOUT,
}


class Telemetry:
    """The reports of one machine."""

    def __init__(self, belt: BeltPhysics, profile: Profile) -> None:
        """Report on `belt` as `profile` does."""
        self._belt = belt
        self._profile = profile
        self._reports = 0
        self._moving_since_s: float | None = None
        self._frozen: dict[str, tuple[int, ...]] | None = None

    def records(self) -> list[bytes]:
        """Return the parts of the next report, 2ACD."""
        self._reports += 1
        values = self._frozen or self._values()
        if self._freezes():
            self._frozen = values
        return [
            wire.treadmill_data(part, values) + self._profile.trailing
            for part in self._profile.records
        ]

    def training_status(self) -> bytes:
        """Return 2AD3."""
        profile, belt = self._profile, self._belt
        if profile.malformed_training_status is not None:
            return profile.malformed_training_status
        belt.advance(belt.clock.now_s())
        status = bytes((_TRAINING_STATUS[belt.state],))
        if belt.state is BeltState.STARTING and profile.announces_countdown:
            left_s = math.ceil(belt.starts_at_s - belt.clock.now_s())
            return b"\x03" + status + str(left_s).encode()  # the seconds, as a digit
        return profile.training_status_prefix + status

    def _reported_kmh(self) -> float:
        every, belt = self._profile.spurious_zero_every, self._belt
        if every and self._reports % every == 0:
            return 0.0
        speed_kmh = belt.speed_kmh
        if self._profile.echoes_setpoint and belt.state is BeltState.RUNNING:
            return belt.target_kmh / self._profile.kmh_per_unit
        step_kmh = self._profile.report_step_kmh
        return round(speed_kmh / step_kmh) * step_kmh

    def _freezes(self) -> bool:
        after_s, now_s = self._profile.freezes_after_s, self._belt.clock.now_s()
        if self._belt.speed_kmh == 0:
            self._moving_since_s = None
        elif self._moving_since_s is None:
            self._moving_since_s = now_s
        return (
            after_s is not None
            and self._moving_since_s is not None
            and now_s - self._moving_since_s >= after_s
        )

    def _values(self) -> dict[str, tuple[int, ...]]:
        belt, step_m = self._belt, self._profile.distance_step_m
        speed = round(self._reported_kmh() * 100)
        average_kmh = belt.distance_m / belt.elapsed_s * KMH_PER_MPS if belt.elapsed_s else 0.0
        inclination = round(belt.inclination_percent * 10)
        elapsed = int(belt.elapsed_s)
        return {
            "speed": (speed,),
            "average_speed": (round(average_kmh * 100),),
            "distance": (int(belt.distance_m) // step_m * step_m,),
            "inclination": (inclination, _NOT_AVAILABLE_S16),
            "elevation": (round(belt.distance_m * inclination / 100), 0),
            "energy": (int(belt.distance_m * _KCAL_PER_M), _NOT_AVAILABLE_U16, _NOT_AVAILABLE_U8),
            "heart_rate": (0,),
            "met": (20 if speed else 10,),
            "elapsed": (elapsed,),
            "remaining": (0,),
            "force": (_NOT_AVAILABLE_S16, _NOT_AVAILABLE_S16),
            "steps": (int(belt.steps),),
        }
