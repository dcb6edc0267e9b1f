"""A captured session played back over the air: the same bytes, in the same time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from bumble import gatt
from bumble.core import UUID
from bumble.device import Connection

from custom_components.retrowalk.clock import Clock

from . import ftms_wire as wire
from .peripheral import INDICATE, NOTIFY, READ, WRITE, Characteristic, Peripheral, characteristic

_PROPERTIES = {
    "2acc": READ,
    "2acd": NOTIFY,
    "2ad3": READ | NOTIFY,
    "2ad4": READ,
    "2ad5": READ,
    "2ad9": WRITE | INDICATE,
    "2ada": NOTIFY,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Packet:
    """One captured packet; `at_s` counts from the session's beginning."""

    at_s: float
    characteristic: str
    direction: str
    payload: bytes

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Packet:
        """Read a row of the captures."""
        return cls(
            at_s=row["t"],
            characteristic=row["characteristic"],
            direction=row["direction"],
            payload=bytes.fromhex(row["hex"]),
        )


def session(rows: Iterable[Mapping[str, Any]], name: str) -> list[Packet]:
    """Pick one session's packets out of the captures."""
    return [Packet.from_row(row) for row in rows if row.get("session") == name]


class ReplayedTreadmill(Peripheral):
    """A treadmill that says what was captured, whatever is written to it.

    The session begins when Treadmill Data is subscribed to, and once only. Reads give the last
    value read by then; the capture's own writes and their answers are left out.
    """

    def __init__(
        self, clock: Clock, packets: Sequence[Packet], address: str, advertising_data: bytes
    ) -> None:
        """Make a machine that will replay `packets`."""
        super().__init__(clock, address, advertising_data)
        self.written: list[bytes] = []
        self._packets = packets
        self._began_s: float | None = None
        seen = {packet.characteristic for packet in packets} | {"2ad9"}
        self._characteristics = {
            uuid: characteristic(
                uuid.upper(),
                properties,
                read=partial(self._read, uuid),
                write=self._on_write if uuid == "2ad9" else None,
            )
            for uuid, properties in _PROPERTIES.items()
            if uuid in seen
        }

    @property
    def duration_s(self) -> float:
        """How long the session lasts."""
        return self._packets[-1].at_s

    @override
    def services(self) -> Sequence[gatt.Service]:
        return [gatt.Service(UUID("1826"), list(self._characteristics.values()))]

    @override
    def on_subscribed(self, subscribed: Characteristic, connection: Connection) -> None:
        if self._began_s is not None or subscribed is not self._characteristics.get("2acd"):
            return
        self._began_s = self.clock.now_s()
        for packet in self._packets:
            if packet.direction == "notify":
                said_by = self._characteristics[packet.characteristic]
                self.later(packet.at_s, partial(self.notify, said_by, packet.payload))

    def _read(self, uuid: str) -> bytes:
        now_s = 0.0 if self._began_s is None else self.clock.now_s() - self._began_s
        of_it = [packet for packet in self._packets if packet.characteristic == uuid]
        past = [packet for packet in of_it if packet.at_s <= now_s]
        return (past[-1] if past else of_it[0]).payload

    def _on_write(self, value: bytes) -> None:
        self.written.append(value)
        answer = wire.response(value[0], wire.SUCCESS)
        self.later(0.05, partial(self.indicate, self._characteristics["2ad9"], answer))
