"""What a machine is and can do: Feature (2ACC), ranges (2AD4, 2AD5) and its advertisement.

Source: FTMS v1.0 4.3, 4.12, 4.13 and 3.1.
"""

from dataclasses import dataclass
from enum import CONFORM, IntFlag, auto

from ...wire import Reader


class Feature(IntFlag, boundary=CONFORM):
    """What the machine can report; bits outside the standard are dropped."""

    AVERAGE_SPEED = auto()
    CADENCE = auto()
    TOTAL_DISTANCE = auto()
    INCLINATION = auto()
    ELEVATION_GAIN = auto()
    PACE = auto()
    STEP_COUNT = auto()
    RESISTANCE_LEVEL = auto()
    STRIDE_COUNT = auto()
    EXPENDED_ENERGY = auto()
    HEART_RATE = auto()
    METABOLIC_EQUIVALENT = auto()
    ELAPSED_TIME = auto()
    REMAINING_TIME = auto()
    POWER = auto()
    FORCE_ON_BELT = auto()
    USER_DATA = auto()


class Target(IntFlag, boundary=CONFORM):
    """What can be set on the machine; bits outside the standard are dropped."""

    SPEED = auto()
    INCLINATION = auto()
    RESISTANCE_LEVEL = auto()
    POWER = auto()
    HEART_RATE = auto()
    EXPENDED_ENERGY = auto()
    STEPS = auto()
    STRIDES = auto()
    DISTANCE = auto()
    TRAINING_TIME = auto()
    TIME_IN_TWO_HEART_RATE_ZONES = auto()
    TIME_IN_THREE_HEART_RATE_ZONES = auto()
    TIME_IN_FIVE_HEART_RATE_ZONES = auto()
    BIKE_SIMULATION = auto()
    WHEEL_CIRCUMFERENCE = auto()
    SPIN_DOWN = auto()
    CADENCE = auto()


class MachineType(IntFlag, boundary=CONFORM):
    """What kind of machine advertises."""

    TREADMILL = auto()
    CROSS_TRAINER = auto()
    STEP_CLIMBER = auto()
    STAIR_CLIMBER = auto()
    ROWER = auto()
    INDOOR_BIKE = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineFeatures:
    """What the machine says it can report and be told."""

    features: Feature
    targets: Target


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeedRange:
    """The speeds that the machine says it takes."""

    min_speed_kmh: float
    max_speed_kmh: float
    speed_step_kmh: float


@dataclass(frozen=True, kw_only=True, slots=True)
class InclinationRange:
    """The inclinations that the machine says it takes."""

    min_inclination_percent: float
    max_inclination_percent: float
    inclination_step_percent: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Advertisement:
    """The service data of 1826."""

    available: bool
    machine_types: MachineType

    @property
    def is_treadmill(self) -> bool:
        """Tell a treadmill from bikes and rowers."""
        return MachineType.TREADMILL in self.machine_types


def decode_features(packet: bytes | bytearray) -> MachineFeatures:
    """Read 2ACC."""
    reader = Reader(packet)
    return MachineFeatures(features=Feature(reader.uint(4)), targets=Target(reader.uint(4)))


def decode_speed_range(packet: bytes | bytearray) -> SpeedRange:
    """Read 2AD4, as the machine says it: nothing promises that the least is below the most."""
    reader = Reader(packet)
    return SpeedRange(
        min_speed_kmh=reader.uint(2) / 100,
        max_speed_kmh=reader.uint(2) / 100,
        speed_step_kmh=reader.uint(2) / 100,
    )


def decode_inclination_range(packet: bytes | bytearray) -> InclinationRange:
    """Read 2AD5, as the machine says it."""
    reader = Reader(packet)
    return InclinationRange(
        min_inclination_percent=reader.sint(2) / 10,
        max_inclination_percent=reader.sint(2) / 10,
        inclination_step_percent=reader.uint(2) / 10,
    )


def decode_advertisement(service_data: bytes | bytearray) -> Advertisement:
    """Read the service data of 1826: flags and machine type."""
    reader = Reader(service_data)
    available = bool(reader.uint(1) & 1)
    # Two bytes by the standard; some machines send one, others swap the two.
    first = MachineType(reader.uint(1))
    second = MachineType(reader.uint(1)) if reader.left else MachineType(0)
    return Advertisement(available=available, machine_types=first or second)
