"""Control Point (2AD9): the commands and the machine's answers.

Source: FTMS v1.0 4.16. An answer is the machine's word, not the belt's: see the reported speed.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ...wire import DecodeError, Reader, known


class Opcode(IntEnum):
    """What can be asked of the machine."""

    REQUEST_CONTROL = 0x00
    RESET = 0x01
    SET_TARGET_SPEED = 0x02
    SET_TARGET_INCLINATION = 0x03
    START_OR_RESUME = 0x07
    STOP_OR_PAUSE = 0x08


class Result(IntEnum):
    """What the machine says came of it."""

    SUCCESS = 0x01
    NOT_SUPPORTED = 0x02
    INVALID_PARAMETER = 0x03
    OPERATION_FAILED = 0x04
    CONTROL_NOT_PERMITTED = 0x05


class Halt(IntEnum):
    """How a belt is, or was, brought to rest."""

    STOP = 0x01
    PAUSE = 0x02


REQUEST_CONTROL: Final = bytes((Opcode.REQUEST_CONTROL,))
RESET: Final = bytes((Opcode.RESET,))
START_OR_RESUME: Final = bytes((Opcode.START_OR_RESUME,))
STOP: Final = bytes((Opcode.STOP_OR_PAUSE, Halt.STOP))
PAUSE: Final = bytes((Opcode.STOP_OR_PAUSE, Halt.PAUSE))

RESPONSE: Final = 0x80  # what every answer begins with


def set_target_speed(speed_kmh: float) -> bytes:
    """Build the command for a speed, to the nearest 0.01 km/h (0.8 mph is 129).

    Raises OverflowError outside 0 to 655.35 km/h.
    """
    return bytes((Opcode.SET_TARGET_SPEED,)) + round(speed_kmh * 100).to_bytes(2, "little")


def set_target_inclination(percent: float) -> bytes:
    """Build the command for an inclination, to the nearest 0.1 %.

    Raises OverflowError outside -3276.8 to 3276.7 %.
    """
    raw = round(percent * 10).to_bytes(2, "little", signed=True)
    return bytes((Opcode.SET_TARGET_INCLINATION,)) + raw


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command as a machine reads it; an opcode that is not ours stays a number."""

    opcode: Opcode | int
    speed_kmh: float | None = None
    inclination_percent: float | None = None
    halt: Halt | int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """A machine's answer; numbers outside the standard stay numbers."""

    request: Opcode | int
    result: Result | int


def decode_command(packet: bytes | bytearray) -> Command:
    """Read a command; KingSmith's app puts a byte behind some, which is let pass."""
    reader = Reader(packet)
    opcode = known(Opcode, reader.uint(1))
    match opcode:
        case Opcode.SET_TARGET_SPEED:
            return Command(opcode=opcode, speed_kmh=reader.uint(2) / 100)
        case Opcode.SET_TARGET_INCLINATION:
            return Command(opcode=opcode, inclination_percent=reader.sint(2) / 10)
        case Opcode.STOP_OR_PAUSE:
            return Command(opcode=opcode, halt=known(Halt, reader.uint(1)))
        case _:
            return Command(opcode=opcode)


def decode_response(packet: bytes | bytearray) -> Response:
    """Read an answer; raises DecodeError where it is none."""
    reader = Reader(packet)
    if (first := reader.uint(1)) != RESPONSE:
        raise DecodeError(f"not a response: begins with 0x{first:02x}")
    return Response(request=known(Opcode, reader.uint(1)), result=known(Result, reader.uint(1)))
