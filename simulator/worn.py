"""What worn peripherals have in common: who they are, their battery, and how they fail."""

from collections.abc import Sequence
import struct
from typing import override

from bumble import gatt
from bumble.core import UUID

from custom_components.retrowalk.clock import Clock

from .peripheral import NOTIFY, READ, Characteristic, Peripheral, characteristic
from .walker import Walker
from .wearable_profiles import Faults


def advertisement(name: str, *services: int) -> bytes:
    """Build advertising data with a name and 16-bit services."""
    uuids = b"".join(struct.pack("<H", service) for service in services)
    fields = ((0x01, b"\x06"), (0x03, uuids), (0x09, name.encode()))
    return b"".join(bytes((len(value) + 1, kind)) + value for kind, value in fields if value)


class WornPeripheral(Peripheral):
    """A peripheral on a walker."""

    def __init__(
        self,
        clock: Clock,
        address: str,
        walker: Walker,
        faults: Faults,
        *,
        advertising_data: bytes,
        names: Sequence[str],
    ) -> None:
        """Describe the device; `names` are its maker, model and firmware."""
        super().__init__(clock, address, advertising_data)
        self.walker = walker
        self.faults = faults
        self._names = names
        self._linked_s = 0.0
        self._battery = characteristic("2A19", READ | NOTIFY, read=bytes((faults.battery_percent,)))
        self._heart_rate = characteristic("2A37", NOTIFY)

    @override
    def on_connected(self) -> None:
        self._linked_s = self.clock.now_s()
        if self.faults.drops_link_after_s is not None:
            self.later(self.faults.drops_link_after_s, self.hang_up)
        self.later(1.0, self._beat)

    @property
    def is_in_gap(self) -> bool:
        """Whether nothing is sent now."""
        after_s = self.faults.gap_after_s
        since_s = self.clock.now_s() - self._linked_s
        return after_s is not None and after_s <= since_s < after_s + self.faults.gap_s

    @property
    def clock_jumped_by_s(self) -> float:
        """How far the device's own clock has jumped by now."""
        after_s = self.faults.clock_jumps_after_s
        jumped = after_s is not None and self.clock.now_s() - self._linked_s >= after_s
        return self.faults.clock_jumps_by_s if jumped else 0.0

    def common_services(self) -> dict[str, gatt.Service]:
        """Return the services that most devices have, by their UUID."""
        texts = zip(("2A29", "2A24", "2A26"), self._names, strict=True)
        information = [characteristic(uuid, READ, read=text.encode()) for uuid, text in texts]
        parts: dict[str, list[Characteristic]] = {
            "180a": information,
            "180f": [self._battery],
            "180d": [self._heart_rate],
        }
        return {uuid: gatt.Service(UUID(uuid.upper()), part) for uuid, part in parts.items()}

    def _beat(self) -> None:
        """Tell the heart rate, once a second."""
        self.later(1.0, self._beat)
        if not self.is_in_gap:
            self.notify(self._heart_rate, bytes((0b110, self.walker.heart_rate_bpm)))
