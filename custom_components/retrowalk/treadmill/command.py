"""Commands to the control point, and what may come of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .codec import PAUSE, REQUEST_CONTROL, STOP, Opcode, Result, StatusEvent


class Outcome(StrEnum):
    """What came of a command."""

    DONE = "done"
    NOT_SUPPORTED = "not_supported"
    INVALID_PARAMETER = "invalid_parameter"
    FAILED = "failed"
    NOT_PERMITTED = "not_permitted"
    NO_ANSWER = "no_answer"
    BUSY = "busy"  # with another procedure
    NOT_WRITTEN = "not_written"
    OVERTAKEN = "overtaken"  # by a stop, or the link was lost
    POINTLESS = "pointless"  # the belt had changed before its turn came


OUTCOME_OF: Mapping[int, Outcome] = {
    Result.SUCCESS: Outcome.DONE,
    Result.NOT_SUPPORTED: Outcome.NOT_SUPPORTED,
    Result.INVALID_PARAMETER: Outcome.INVALID_PARAMETER,
    Result.OPERATION_FAILED: Outcome.FAILED,
    Result.CONTROL_NOT_PERMITTED: Outcome.NOT_PERMITTED,
}
COMMAND_OF: Mapping[int, Opcode] = {
    StatusEvent.TARGET_SPEED_CHANGED: Opcode.SET_TARGET_SPEED,
    StatusEvent.TARGET_INCLINATION_CHANGED: Opcode.SET_TARGET_INCLINATION,
    StatusEvent.STARTED_OR_RESUMED_BY_USER: Opcode.START_OR_RESUME,
}


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command on its way."""

    name: str
    payload: bytes
    before_write: Callable[[], bool] = lambda: True  # False: it makes no sense any more
    takes_control: bool = False  # a person asked for it: control that was lost is taken back


REQUEST = Command(name="request_control", payload=REQUEST_CONTROL)
STOP_ONCE = Command(name="stop", payload=STOP)
STOP_AGAIN = Command(name="stop_again", payload=STOP)
PAUSE_INSTEAD = Command(name="pause", payload=PAUSE)


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandLogEntry:
    """One command and what came of it."""

    at_s: float
    name: str
    payload: bytes
    outcome: Outcome
