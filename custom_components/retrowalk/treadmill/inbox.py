"""What the machine sends: decoded, or counted and dropped, and the last of it kept."""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ..wire import DecodeError
from .codec import (
    CONTROL_POINT_UUID,
    STATUS_UUID,
    TRAINING_STATUS_UUID,
    TREADMILL_DATA_UUID,
    MachineStatus,
    Response,
    TrainingStatus,
    TreadmillData,
    TreadmillDataAssembler,
    decode_machine_status,
    decode_response,
    decode_training_status,
)

KEPT = 200

type Message = TreadmillData | MachineStatus | TrainingStatus | Response


@dataclass(frozen=True, kw_only=True, slots=True)
class Packet:
    """One packet as it came."""

    at_s: float
    uuid: str
    value: bytes
    error: str | None = None


class Inbox:
    """Takes the packets of a machine. Nothing that a machine sends can raise out of it."""

    def __init__(self) -> None:
        """Begin empty."""
        self.packets: deque[Packet] = deque(maxlen=KEPT)
        self.dropped: Counter[str] = Counter()  # malformed packets, by characteristic
        self.data: TreadmillData | None = None  # the newest record
        self._assembler = TreadmillDataAssembler()
        self._decoders: Final[Mapping[str, Callable[[bytes], Message | None]]] = {
            TREADMILL_DATA_UUID: self._assembler.feed,
            STATUS_UUID: decode_machine_status,
            TRAINING_STATUS_UUID: decode_training_status,
            CONTROL_POINT_UUID: decode_response,
        }

    def reset(self) -> None:
        """Forget a record that is not whole: its other parts went with the link."""
        self._assembler.reset()

    def take(self, at_s: float, uuid: str, value: bytes) -> Message | None:
        """Return what a packet says; None where it is malformed, or more of it is to come."""
        try:
            message = self._decoders[uuid](value)
        except DecodeError as error:
            self.dropped[uuid] += 1
            self.packets.append(Packet(at_s=at_s, uuid=uuid, value=value, error=str(error)))
            return None
        self.packets.append(Packet(at_s=at_s, uuid=uuid, value=value))
        if isinstance(message, TreadmillData):
            self.data = message
        return message
