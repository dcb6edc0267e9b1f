"""A virtual foot pod: cadence by Running Speed and Cadence, once a second."""

from collections.abc import Sequence
import struct
from typing import override

from bumble import gatt
from bumble.core import UUID

from custom_components.retrowalk.clock import Clock

from .peripheral import NOTIFY, READ, characteristic
from .walker import Walker
from .wearable_profiles import PODS, PodProfile
from .worn import WornPeripheral, advertisement

DEFAULT_ADDRESS = "C0:FF:EE:18:14:01"
_REPORT_INTERVAL_S = 1.0
_TOP_OF_SHOE = b"\x01"
# Own choice: at a slow walk a pod takes a foot that slides for one that stands.
_SPEED_READ_SHARE = 0.7
_STEP_M = 0.4


class VirtualFootPod(WornPeripheral):
    """The pod on the shoe of `walker`."""

    def __init__(
        self,
        clock: Clock,
        walker: Walker,
        profile: PodProfile = PODS["plain"],
        address: str = DEFAULT_ADDRESS,
    ) -> None:
        """Make a pod of the kind of `profile`, switched off."""
        super().__init__(
            clock,
            address,
            walker,
            profile.faults,
            advertising_data=advertisement(profile.local_name, 0x1814),
            names=("Retrowalk simulator", "Foot pod", "1.0"),
        )
        self.profile = profile
        self._measurement = characteristic("2A53", NOTIFY)

    @override
    def services(self) -> Sequence[gatt.Service]:
        lacks = self.profile.lacks | (set() if self.profile.has_heart_rate else {"180d"})
        feature = struct.pack("<H", 0b111 if self.profile.has_lengths else 0b100)
        return [
            gatt.Service(
                UUID("1814"),
                [
                    self._measurement,
                    characteristic("2A54", READ, read=feature),
                    characteristic("2A5D", READ, read=_TOP_OF_SHOE),
                ],
            ),
            *(part for uuid, part in self.common_services().items() if uuid not in lacks),
        ]

    @override
    def on_connected(self) -> None:
        super().on_connected()
        self.later(_REPORT_INTERVAL_S, self._report)

    def _report(self) -> None:
        self.later(_REPORT_INTERVAL_S, self._report)
        steps, cadence_spm = self.walker.steps, self.walker.cadence_spm
        if self.is_in_gap or (cadence_spm == 0 and self.profile.silent_at_rest):
            return
        speed_mps = cadence_spm / 60 * _STEP_M * _SPEED_READ_SHARE
        told = round(cadence_spm / 2 if self.profile.counts_strides else cadence_spm)
        flags = 0b11 if self.profile.has_lengths else 0
        value = struct.pack("<BHB", flags, round(speed_mps * 256), told)
        if self.profile.has_lengths:
            value += struct.pack("<HI", round(_STEP_M * 200), round(steps * _STEP_M * 10))
        self.notify(self._measurement, value)
