"""Machine Status (2ADA) and Training Status (2AD3): what happened at the machine.

Sources: FTMS v1.0 4.17 and 4.10. The machine tells its other clients of this client's commands,
so Machine Status is no acknowledgement; some machines replay an old one on subscribing.
"""

from dataclasses import dataclass
from enum import IntEnum

from ...wire import Reader, known
from .control_point import Halt

_HAS_TEXT = 0b11  # a short one or a long one


class StatusEvent(IntEnum):
    """What a machine tells of; it may tell of more, which stays a number."""

    RESET = 0x01
    STOPPED_OR_PAUSED_BY_USER = 0x02
    STOPPED_BY_SAFETY_KEY = 0x03
    STARTED_OR_RESUMED_BY_USER = 0x04
    TARGET_SPEED_CHANGED = 0x05
    TARGET_INCLINATION_CHANGED = 0x06
    CONTROL_PERMISSION_LOST = 0xFF


class TrainingState(IntEnum):
    """What the machine takes its user to be doing."""

    OTHER = 0x0
    IDLE = 0x1
    WARMING_UP = 0x2
    LOW_INTENSITY_INTERVAL = 0x3
    HIGH_INTENSITY_INTERVAL = 0x4
    RECOVERY_INTERVAL = 0x5
    ISOMETRIC = 0x6
    HEART_RATE_CONTROL = 0x7
    FITNESS_TEST = 0x8
    SPEED_BELOW_CONTROL_REGION = 0x9
    SPEED_ABOVE_CONTROL_REGION = 0xA
    COOL_DOWN = 0xB
    WATT_CONTROL = 0xC
    MANUAL_MODE = 0xD
    PRE_WORKOUT = 0xE
    POST_WORKOUT = 0xF


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineStatus:
    """One event, with the value it came with."""

    event: StatusEvent | int
    halt: Halt | int | None = None
    target_speed_kmh: float | None = None
    target_inclination_percent: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingStatus:
    """The machine's view of the training, and the text it shows, if any."""

    state: TrainingState | int
    text: str | None = None

    @property
    def countdown_s(self) -> int | None:
        """Seconds until the belt starts, where the machine counts down aloud (KingSmith does)."""
        text = self.text or ""
        return int(text) if self.state is TrainingState.PRE_WORKOUT and text.isdecimal() else None


def decode_machine_status(packet: bytes | bytearray) -> MachineStatus:
    """Read a Machine Status; CITYSPORTS puts zeros behind some, which are let pass."""
    reader = Reader(packet)
    event = known(StatusEvent, reader.uint(1))
    match event:
        case StatusEvent.STOPPED_OR_PAUSED_BY_USER:
            return MachineStatus(event=event, halt=known(Halt, reader.uint(1)))
        case StatusEvent.TARGET_SPEED_CHANGED:
            return MachineStatus(event=event, target_speed_kmh=reader.uint(2) / 100)
        case StatusEvent.TARGET_INCLINATION_CHANGED:
            return MachineStatus(event=event, target_inclination_percent=reader.sint(2) / 10)
        case _:
            return MachineStatus(event=event)


def decode_training_status(packet: bytes | bytearray) -> TrainingStatus:
    """Read a Training Status."""
    reader = Reader(packet)
    flags = reader.uint(1)
    state = known(TrainingState, reader.uint(1))
    # CITYSPORTS and FitShow always set the text flag and never send a text.
    text = reader.take(reader.left) if flags & _HAS_TEXT else b""
    return TrainingStatus(state=state, text=text.decode(errors="replace").rstrip("\0") or None)
