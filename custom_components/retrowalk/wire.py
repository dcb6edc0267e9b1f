"""Reading what devices send: little-endian fields one after another, and the one way to refuse."""

from enum import IntEnum
from typing import Literal


class DecodeError(ValueError):
    """A device sent something that breaks the format it claims: to be counted and dropped."""


class Reader:
    """Takes little-endian fields off the front of a packet; raises DecodeError where it ends."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes | bytearray) -> None:
        """Start at the front of `data`."""
        self._data = bytes(data)
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes are still to come."""
        return len(self._data) - self._at

    def uint(self, size: Literal[1, 2, 3, 4, 8]) -> int:
        """Take an unsigned number of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def sint(self, size: Literal[1, 2]) -> int:
        """Take a signed number of `size` bytes."""
        return int.from_bytes(self.take(size), "little", signed=True)

    def take(self, size: int) -> bytes:
        """Take `size` bytes as they are."""
        if size > self.left:
            raise DecodeError(f"ends after {len(self._data)} bytes, inside a field of {size}")
        self._at += size
        return self._data[self._at - size : self._at]


def known[E: IntEnum](kind: type[E], value: int) -> E | int:
    """Return the member for `value`, or the bare number where a device uses one of its own."""
    try:
        return kind(value)
    except ValueError:
        return value


def sig_uuid(number: int) -> str:
    """Spell a UUID that the Bluetooth SIG assigned, as bleak does."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"
