"""FTMS, the Fitness Machine Service: bytes to frozen records and back, nothing else.

Every decoder raises wire.DecodeError, and nothing else, where bytes break their format. Bytes
behind a packet's last field, and bits that the standard reserves, are let pass.
"""

from typing import Final

from ...wire import sig_uuid
from .control_point import (
    PAUSE,
    REQUEST_CONTROL,
    RESET,
    RESPONSE,
    START_OR_RESUME,
    STOP,
    Command,
    Halt,
    Opcode,
    Response,
    Result,
    decode_command,
    decode_response,
    set_target_inclination,
    set_target_speed,
)
from .machine import (
    Advertisement,
    Feature,
    InclinationRange,
    MachineFeatures,
    MachineType,
    SpeedRange,
    Target,
    decode_advertisement,
    decode_features,
    decode_inclination_range,
    decode_speed_range,
)
from .status import (
    MachineStatus,
    StatusEvent,
    TrainingState,
    TrainingStatus,
    decode_machine_status,
    decode_training_status,
)
from .treadmill_data import TreadmillData, TreadmillDataAssembler

SERVICE_UUID: Final = sig_uuid(0x1826)
FEATURE_UUID: Final = sig_uuid(0x2ACC)
TREADMILL_DATA_UUID: Final = sig_uuid(0x2ACD)
TRAINING_STATUS_UUID: Final = sig_uuid(0x2AD3)
SPEED_RANGE_UUID: Final = sig_uuid(0x2AD4)
INCLINATION_RANGE_UUID: Final = sig_uuid(0x2AD5)
CONTROL_POINT_UUID: Final = sig_uuid(0x2AD9)
STATUS_UUID: Final = sig_uuid(0x2ADA)

__all__ = [
    "CONTROL_POINT_UUID",
    "FEATURE_UUID",
    "INCLINATION_RANGE_UUID",
    "PAUSE",
    "REQUEST_CONTROL",
    "RESET",
    "RESPONSE",
    "SERVICE_UUID",
    "SPEED_RANGE_UUID",
    "START_OR_RESUME",
    "STATUS_UUID",
    "STOP",
    "TRAINING_STATUS_UUID",
    "TREADMILL_DATA_UUID",
    "Advertisement",
    "Command",
    "Feature",
    "Halt",
    "InclinationRange",
    "MachineFeatures",
    "MachineStatus",
    "MachineType",
    "Opcode",
    "Response",
    "Result",
    "SpeedRange",
    "StatusEvent",
    "Target",
    "TrainingState",
    "TrainingStatus",
    "TreadmillData",
    "TreadmillDataAssembler",
    "decode_advertisement",
    "decode_command",
    "decode_features",
    "decode_inclination_range",
    "decode_machine_status",
    "decode_response",
    "decode_speed_range",
    "decode_training_status",
    "set_target_inclination",
    "set_target_speed",
]
