"""Decodes what treadmills and wearables send, line by line: see script/decode."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import IntEnum, IntFlag
import json
import re
import sys
from typing import Any

from custom_components.retrowalk.treadmill import codec as ftms
from custom_components.retrowalk.wearable.codec import (
    heart_rate,
    polar_control,
    polar_data,
    rsc,
    sensor_logger,
)
from custom_components.retrowalk.wire import DecodeError, Reader, sig_uuid

type Record = dict[str, Any]

_ALIASES = {
    "adv": "advertisement",
    "http post json": "sensor_logger",
    "polar_control": polar_control.CONTROL_UUID,
    "polar_data": polar_control.DATA_UUID,
}
_FITNESS_MACHINE = (0x1826).to_bytes(2, "little")


class Link:
    """One link to one device, and what decoding has to remember of it."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self._factor = 1.0
        self._decoders = _STATELESS | {
            ftms.TREADMILL_DATA_UUID: ftms.TreadmillDataAssembler().feed,
            polar_control.CONTROL_UUID: self._polar_control,
            polar_control.DATA_UUID: self._polar_data,
            "sensor_logger": sensor_logger.SensorLoggerDecoder().feed,
        }

    def decode(self, characteristic: str, packet: bytes) -> Record:
        """Decode one packet; raises DecodeError."""
        name = characteristic.strip().lower()
        if re.fullmatch("(0x)?[0-9a-f]{4}", name):
            name = sig_uuid(int(name, 16))
        if (decoder := self._decoders.get(_ALIASES.get(name, name))) is None:
            raise DecodeError(f"unknown characteristic: {characteristic}")
        decoded = decoder(packet)
        return {"incomplete": True} if decoded is None else _plain(decoded)

    def _polar_control(self, packet: bytes) -> object:
        """Decode a packet of control, and keep the factor that it may tell."""
        answer = polar_control.decode_control(packet)
        if isinstance(answer, polar_control.PmdResponse) and answer.factor:
            self._factor = answer.factor
        return {"features": answer} if isinstance(answer, polar_control.PmdFeature) else answer

    def _polar_data(self, packet: bytes) -> object:
        """Decode a frame by the factor that was told."""
        return polar_data.decode_acceleration(packet, self._factor)


def _control_point(packet: bytes) -> object:
    """Decode a command or the answer to one."""
    is_response = packet[:1] == bytes((ftms.RESPONSE,))
    return ftms.decode_response(packet) if is_response else ftms.decode_command(packet)


def _advertisement(packet: bytes) -> Record:
    """Decode a whole advertisement, or the bare service data of 1826."""
    # No structure of an advertisement is as short as the flags of service data, 0 or 1, would say.
    if packet[:1] in {b"\0", b"\1"}:
        return _machine(packet)
    record: Record = {}
    reader = Reader(packet)
    while reader.left and (length := reader.uint(1)):
        kind, value = reader.uint(1), reader.take(length - 1)
        match kind:
            case 0x02 | 0x03:
                uuids = [value[at : at + 2][::-1].hex() for at in range(0, len(value), 2)]
                record.setdefault("service_uuids", []).extend(uuids)
            case 0x08 | 0x09:
                record["name"] = value.decode(errors="replace")
            case 0x16 if value.startswith(_FITNESS_MACHINE):
                record |= _machine(value.removeprefix(_FITNESS_MACHINE))
    return record


def _machine(service_data: bytes) -> Record:
    """Decode the service data of 1826."""
    machine = ftms.decode_advertisement(service_data)
    return {**_plain(machine), "treadmill": machine.is_treadmill}


_STATELESS: dict[str, Callable[[bytes], object]] = {
    ftms.FEATURE_UUID: ftms.decode_features,
    ftms.TRAINING_STATUS_UUID: ftms.decode_training_status,
    ftms.SPEED_RANGE_UUID: ftms.decode_speed_range,
    ftms.INCLINATION_RANGE_UUID: ftms.decode_inclination_range,
    ftms.CONTROL_POINT_UUID: _control_point,
    ftms.STATUS_UUID: ftms.decode_machine_status,
    "advertisement": _advertisement,
    rsc.MEASUREMENT_UUID: rsc.decode_rsc_measurement,
    rsc.FEATURE_UUID: lambda packet: {"features": rsc.decode_rsc_feature(packet)},
    rsc.SENSOR_LOCATION_UUID: lambda packet: {"location": rsc.decode_sensor_location(packet)},
    heart_rate.MEASUREMENT_UUID: heart_rate.decode_heart_rate,
    heart_rate.BATTERY_LEVEL_UUID: lambda packet: {
        "battery_percent": heart_rate.decode_battery_level(packet)
    },
}


def _plain(value: Any) -> Any:
    """Return `value` as JSON has it: names in lower case, and nothing where there is nothing."""
    if is_dataclass(value):
        value = {item.name: getattr(value, item.name) for item in fields(value)}
    elif isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    match value:
        case dict():
            return {
                _plain(name): _plain(item)
                for name, item in value.items()
                if item not in (None, (), {})
            }
        case IntFlag():
            return [str(flag.name).lower() for flag in value]
        case IntEnum():
            return value.name.lower()
        case frozenset():
            return sorted(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def answer(line: bytes, links: dict[str, Link]) -> Record:
    """Return what `line` decodes to, or the error that it is."""
    try:
        request = json.loads(line)
        if not isinstance(request, dict):
            raise DecodeError("not a JSON object")
        characteristic, session = request.get("characteristic"), request.get("session")
        if not isinstance(characteristic, str):
            raise DecodeError("no characteristic")
        # A body of Sensor Logger is JSON itself, and may stand there as it is.
        if "json" in request:
            packet = json.dumps(request["json"]).encode()
        elif isinstance(request.get("hex"), str):
            packet = bytes.fromhex(request["hex"])
        else:
            raise DecodeError("no hex")
        link = Link() if session is None else links.setdefault(json.dumps(session), Link())
        return link.decode(characteristic, packet)
    # RecursionError: brackets that never close are JSON too.
    except (ValueError, RecursionError) as err:
        return {"error": str(err)}


def main() -> None:
    """Answer standard input, line by line."""
    links: dict[str, Link] = {}
    for line in sys.stdin.buffer:
        print(json.dumps(answer(line, links)), flush=True)


if __name__ == "__main__":
    main()
