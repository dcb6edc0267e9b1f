"""A virtual Polar sensor: heart rate, and acceleration from its measurement service (PMD)."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
import struct
from typing import override

from bumble import att, gatt
from bumble.core import UUID

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.wearable.codec.polar_control import (
    CONTROL_UUID,
    DATA_UUID,
    SERVICE_UUID,
    Measurement,
    Operation,
    PmdRequest,
    PmdStatus,
    Setting,
    decode_control,
)

from .peripheral import INDICATE, NOTIFY, READ, WRITE, characteristic
from .walker import Walker
from .wearable_profiles import STRAPS, StrapProfile
from .worn import WornPeripheral, advertisement

DEFAULT_ADDRESS = "C0:FF:EE:FB:00:01"
_FEATURES = bytes.fromhex("0f05000000000000000000000000000000")  # as captured: ECG and acceleration
_SAMPLES_A_FRAME = 36
_CLOCK_BEGINS_S = 599_616_036.0  # of a captured H10, which counts from 2000 to 2019
_LOSES_EVERY = 4  # frames, on a link that cannot carry them

type Counts = tuple[int, int, int]


def raw_body(samples: Sequence[Counts]) -> bytes:
    """Return samples as the H10 sends them."""
    return b"\x01" + b"".join(struct.pack("<hhh", *sample) for sample in samples)


def delta_body(samples: Sequence[Counts]) -> bytes:
    """Return samples as the Verity Sense sends them: one whole, and differences in one group."""
    deltas = [
        after - before
        for first, second in pairwise(samples)
        for before, after in zip(first, second, strict=True)
    ]
    bits = max(abs(delta) for delta in deltas).bit_length() + 1
    packed = sum((delta & (1 << bits) - 1) << at * bits for at, delta in enumerate(deltas))
    size = (len(deltas) * bits + 7) // 8
    head = b"\x81" + struct.pack("<hhh", *samples[0]) + bytes((bits, len(samples) - 1))
    return head + packed.to_bytes(size, "little")


class VirtualPolarStrap(WornPeripheral):
    """The strap around `walker`; it measures what the walker does."""

    def __init__(
        self,
        clock: Clock,
        walker: Walker,
        profile: StrapProfile = STRAPS["h10"],
        address: str = DEFAULT_ADDRESS,
    ) -> None:
        """Make a strap of the kind of `profile`, switched off."""
        super().__init__(
            clock,
            address,
            walker,
            profile.faults,
            advertising_data=advertisement(profile.local_name, 0x180D),
            names=("Polar Electro Oy", profile.model, "5.0.0"),
        )
        self.profile = profile
        self.requests: list[PmdRequest] = []
        self.rate_hz = profile.rates_hz[0] if profile.already_running else 0  # 0: no stream
        self._range_g = 2
        self._stream = 0  # counts them, so that an old one ends
        self._frames = 0
        self._measured_to_s = 0.0
        self._control = characteristic(
            CONTROL_UUID, READ | WRITE | INDICATE, read=_FEATURES, write=self._on_control
        )
        self._data = characteristic(DATA_UUID, NOTIFY)
        self._operations: dict[int, Callable[[PmdRequest], tuple[PmdStatus, bytes]]] = {
            Operation.GET_SETTINGS: self._settings,
            Operation.START: self._start,
            Operation.STOP: self._stop,
        }

    @override
    def services(self) -> Sequence[gatt.Service]:
        services = list(self.common_services().values())
        if self.profile.has_pmd:
            services.append(gatt.Service(UUID(SERVICE_UUID), [self._control, self._data]))
        return services

    @override
    def on_connected(self) -> None:
        super().on_connected()
        if self.rate_hz:
            self._begin()

    @override
    def on_disconnected(self) -> None:
        self.rate_hz = 0

    def _on_control(self, value: bytes) -> None:
        paired = any(link.is_encrypted for link in self.device.connections.values())
        if self.profile.needs_pairing and not paired:
            raise att.ATT_Error(att.ErrorCode.INSUFFICIENT_AUTHENTICATION)
        request = decode_control(value)
        if not isinstance(request, PmdRequest):
            raise att.ATT_Error(att.ErrorCode.VALUE_NOT_ALLOWED)
        self.requests.append(request)
        if self.profile.stray_features:
            self.later(0.01, partial(self.indicate, self._control, _FEATURES))
        status, more = PmdStatus.INVALID_MEASUREMENT, b""
        if request.measurement == Measurement.ACCELERATION:
            status, more = self._operations[request.operation](request)
        answer = bytes((0xF0, value[0], value[1], status, 0)) + more
        self.later(0.05, partial(self.indicate, self._control, answer))

    def _settings(self, _: PmdRequest) -> tuple[PmdStatus, bytes]:
        profile = self.profile
        offered = [
            (Setting.SAMPLE_RATE_HZ, "H", profile.rates_hz),
            (Setting.RESOLUTION_BIT, "H", (16,)),
            (Setting.RANGE_G, "H", profile.ranges_g),
        ]
        if profile.channels is not None:
            offered.append((Setting.CHANNELS, "B", (profile.channels,)))
        return PmdStatus.SUCCESS, b"".join(
            bytes((setting, len(values))) + struct.pack(f"<{len(values)}{size}", *values)
            for setting, size, values in offered
        )

    def _start(self, request: PmdRequest) -> tuple[PmdStatus, bytes]:
        profile = self.profile
        (rate_hz,) = request.settings[Setting.SAMPLE_RATE_HZ]
        (range_g,) = request.settings[Setting.RANGE_G]
        if profile.charging:
            return PmdStatus.CHARGING, b""
        if self.rate_hz:
            return PmdStatus.ALREADY_IN_STATE, b""
        if rate_hz not in profile.rates_hz:
            return PmdStatus.INVALID_SAMPLE_RATE, b""
        if range_g not in profile.ranges_g:
            return PmdStatus.INVALID_RANGE, b""
        if profile.refuses_above_hz is not None and rate_hz > profile.refuses_above_hz:
            return PmdStatus.INVALID_MTU, b""
        self.rate_hz, self._range_g = rate_hz, range_g
        self._begin()
        if profile.factor is None:
            return PmdStatus.SUCCESS, b"\x01"  # reserved
        return PmdStatus.SUCCESS, bytes((Setting.FACTOR, 1)) + struct.pack("<f", profile.factor)

    def _stop(self, _: PmdRequest) -> tuple[PmdStatus, bytes]:
        if not self.rate_hz:
            return PmdStatus.ALREADY_IN_STATE, b""
        self.rate_hz = 0
        return PmdStatus.SUCCESS, b""

    def _begin(self) -> None:
        self._stream += 1
        self._measured_to_s = self.clock.now_s()
        self._plan(self._stream)

    def _plan(self, stream: int) -> None:
        span_s = _SAMPLES_A_FRAME / self.rate_hz / (1 + self.profile.samples_fast_by)
        self.later(span_s, partial(self._send, stream, span_s))

    def _send(self, stream: int, span_s: float) -> None:
        if stream != self._stream or not self.rate_hz:
            return
        began_s = self._measured_to_s
        self._measured_to_s += span_s
        self._frames += 1
        lost = self.rate_hz > self.profile.carries_hz and self._frames % _LOSES_EVERY == 0
        if not self.is_in_gap and not lost:
            each_s = span_s / _SAMPLES_A_FRAME
            samples = [
                self._measure(began_s + each_s * (number + 1)) for number in range(_SAMPLES_A_FRAME)
            ]
            clock_s = self._measured_to_s * (1 + self.profile.clock_fast_by)
            clock_s += _CLOCK_BEGINS_S + self.clock_jumped_by_s
            head = struct.pack("<BQ", Measurement.ACCELERATION, round(clock_s * 1e9))
            body = delta_body(samples) if self.profile.compressed else raw_body(samples)
            self.notify(self._data, head + body)
        self._plan(stream)

    def _measure(self, at_s: float) -> Counts:
        scale = 1000 / (self.profile.factor or 1.0)
        most = round(self._range_g * scale)
        x, y, z = (
            max(-most, min(most, round(axis_g * scale)))
            for axis_g in self.walker.acceleration_g(at_s)
        )
        return (x, y, z)
