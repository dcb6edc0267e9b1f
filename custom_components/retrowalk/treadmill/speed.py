"""Speeds as the machine counts them: whole hundredths, so that no rounding error adds a step."""

from dataclasses import dataclass
import math

from ..belt import BeltLimits
from .codec import SpeedRange
from .profile import MachineProfile, SpeedUnit

KMH_PER_MPH = 1.609344

# Where a machine does not say its range: a walking pad's. Own choice.
DEFAULT_MIN_KMH = 1.0
DEFAULT_MAX_KMH = 6.0
DEFAULT_STEP_KMH = 0.1
# A range that begins at 0 has no lowest walking speed. Own choice.
LOWEST_RAW = 50

NOTHING_SAID = SpeedRange(min_speed_kmh=0.0, max_speed_kmh=0.0, speed_step_kmh=0.0)


class SpeedRefused(ValueError):
    """A speed that no command may ask of this machine under this cap."""


def kmh_per_unit(unit: SpeedUnit) -> float:
    """Return how many km/h one of `unit` is; an unknown unit counts as its protocol's km/h."""
    return KMH_PER_MPH if unit is SpeedUnit.MPH else 1.0


@dataclass(frozen=True, kw_only=True)
class SpeedGrid:
    """The target speeds of a machine, in hundredths of its own unit."""

    min_raw: int
    max_raw: int
    step_raw: int
    unit: SpeedUnit

    def kmh(self, raw: int) -> float:
        """Return a raw speed in km/h."""
        return raw * kmh_per_unit(self.unit) / 100

    def raw(self, speed_kmh: float, cap_kmh: float) -> int:
        """Return the command for `speed_kmh`: under the cap, rounded down to the machine's step.

        A speed below the machine's lowest becomes the lowest; SpeedRefused where even that is
        above the cap. While the unit is unknown, every speed becomes the lowest.
        """
        hundredths = 100 / kmh_per_unit(self.unit)
        if not (math.isfinite(speed_kmh) and math.isfinite(cap_kmh)):
            raise SpeedRefused("not a speed")
        # 0.8 mph is 1.287 km/h and must become 129, so the wish is rounded; a cap never is.
        cap_raw = math.floor(cap_kmh * hundredths + 1e-6)
        if cap_raw < self.min_raw:
            raise SpeedRefused(
                f"the machine's lowest speed, {self.kmh(self.min_raw):g} km/h, is above the cap"
            )
        if self.unit is SpeedUnit.UNKNOWN:
            return self.min_raw
        wish_raw = max(self.min_raw, min(round(speed_kmh * hundredths), cap_raw, self.max_raw))
        return wish_raw - (wish_raw - self.min_raw) % self.step_raw

    def limits(self) -> BeltLimits:
        """Return the range as program and safety see it: one speed while the unit is unknown."""
        known_max_raw = self.min_raw if self.unit is SpeedUnit.UNKNOWN else self.max_raw
        return BeltLimits(
            min_speed_kmh=self.kmh(self.min_raw),
            max_speed_kmh=self.kmh(known_max_raw),
            speed_step_kmh=self.kmh(self.step_raw),
        )


def speed_grid(profile: MachineProfile, said: SpeedRange | None) -> SpeedGrid:
    """Join what the machine says of its range with its profile and the defaults."""
    said = said or NOTHING_SAID
    min_raw = _raw(profile.min_speed_kmh, said.min_speed_kmh, DEFAULT_MIN_KMH)
    min_raw = max(min_raw, LOWEST_RAW)
    return SpeedGrid(
        min_raw=min_raw,
        max_raw=max(min_raw, _raw(said.max_speed_kmh, DEFAULT_MAX_KMH)),
        step_raw=_raw(profile.speed_step_kmh, said.speed_step_kmh, DEFAULT_STEP_KMH),
        unit=profile.unit,
    )


def _raw(*said: float | None) -> int:
    """Return hundredths of the first that is neither missing nor 0."""
    return round(next(filter(None, said)) * 100)
