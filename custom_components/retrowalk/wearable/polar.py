"""A Polar H10 or Verity Sense: heart rate, and acceleration from its measurement service (PMD)."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from typing import override

from bleak import BleakClient

from ..clock import Clock, time_limit, wait
from ..gatt import LINK_ERRORS, ClientFactory, paired
from .codec.polar_control import (
    CONTROL_UUID,
    DATA_UUID,
    GET_ACCELERATION_SETTINGS,
    STOP_ACCELERATION,
    Measurement,
    PmdFeature,
    PmdRequest,
    PmdResponse,
    PmdStatus,
    Setting,
    Settings,
    decode_control,
    start_acceleration,
)
from .codec.polar_data import AccelerationFrame, decode_acceleration
from .decimate import Decimator
from .linked import LinkedWearable
from .state import Listeners, Problem, StepCounter
from .time_line import TimeLine

WRITE_LIMIT_S = 30.0  # pairing included
ANSWER_LIMIT_S = 5.0
RETRY_AFTER_S = 30.0
WATCH_S = 10.0
# Own choice: a link that loses so many frames in WATCH_S cannot carry the stream.
MOST_HOLES = 5
WANTED_HZ = 50
# An H10 sends 36 samples a frame: at 200 Hz each 0.18 s, at 50 Hz each 0.7 s, which a fall has not.
FASTEST_HZ = 200
WANTED_G = 8
# A captured H10 tells 36 samples of "50 Hz" to take 0.707 s: that, or its clock, is off by 1.8 %.
DRIFT = 0.03


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One way to stream acceleration."""

    rate_hz: int
    range_g: int
    channels: int | None

    @property
    def request(self) -> bytes:
        """What asks for it."""
        return start_acceleration(
            sample_rate_hz=self.rate_hz, range_g=self.range_g, channels=self.channels
        )


def streams(settings: Settings, fastest_hz: int = FASTEST_HZ) -> list[Stream]:
    """Return what to ask of a sensor that offers `settings`, the best first."""
    offered_hz = settings.get(Setting.SAMPLE_RATE_HZ, ())
    ranges_g = settings.get(Setting.RANGE_G, ())
    rates_hz = [rate_hz for rate_hz in offered_hz if WANTED_HZ <= rate_hz <= fastest_hz]
    if offered_hz and not rates_hz:
        rates_hz = [min(offered_hz, key=lambda rate_hz: abs(rate_hz - WANTED_HZ))]
    return [
        Stream(
            rate_hz=rate_hz,
            range_g=WANTED_G if WANTED_G in ranges_g else max(ranges_g, default=WANTED_G),
            channels=max(settings.get(Setting.CHANNELS, ()), default=None),
        )
        for rate_hz in sorted(rates_hz, reverse=True)
    ]


class PolarStrap(LinkedWearable):
    """An H10 on the chest or a Verity Sense on the arm; of another strap, the heart rate alone."""

    def __init__(
        self,
        *,
        clock: Clock,
        connect: ClientFactory,
        listeners: Listeners,
        steps: int = 0,
        count_steps: StepCounter | None = None,
    ) -> None:
        """Link nothing yet."""
        super().__init__(
            clock=clock, connect=connect, listeners=listeners, steps=steps, count_steps=count_steps
        )
        self.stream: Stream | None = None  # what was asked for last over this link
        self.time_line = TimeLine(DRIFT)
        self.holes = 0  # in the stream
        self._fastest_hz = FASTEST_HZ
        self._slower_hz: int | None = None  # what is left to ask for
        self._factor = 1.0
        self._decimator = Decimator(1)
        self._frame_s = 0.0  # when the last frame arrived
        self._sensor_s: float | None = None  # its time by the sensor's clock
        self._asked = b""
        self._answer: asyncio.Future[PmdResponse] | None = None
        self._heeded[CONTROL_UUID] = (decode_control, self._take_control)
        self._heeded[DATA_UUID] = (self._decode_frame, self._take_frame)

    @override
    async def open(self) -> None:
        """Look for the strap, and keep link and stream until `close`. Never raises."""
        self._fastest_hz = FASTEST_HZ
        await super().open()

    @override
    async def close(self) -> None:
        """Stop the stream and let go: a strap that streams empties its battery."""
        if (client := self.link.client) is not None and self.stream is not None:
            with suppress(*LINK_ERRORS):
                async with time_limit(self._clock, ANSWER_LIMIT_S):
                    await client.write_gatt_char(CONTROL_UUID, STOP_ACCELERATION, response=True)
        await super().close()

    @override
    async def _serve(self, client: BleakClient) -> None:
        await super()._serve(client)
        if client.services.get_characteristic(CONTROL_UUID) is None:
            self._update(problem=Problem.NO_STREAM)
            return
        while True:
            problem = await self._start(client)
            self._update(problem=problem)
            if problem is None:
                await self._watch(client)
            else:
                await wait(self._clock, RETRY_AFTER_S)

    async def _start(self, client: BleakClient) -> Problem | None:
        """Start the best stream that sensor and link can do."""
        settings = (await self._ask(client, GET_ACCELERATION_SETTINGS)).settings
        offered = streams(settings, self._fastest_hz)
        for stream, slower in zip_longest(offered, offered[1:]):
            self._begin(stream)
            self._slower_hz = slower.rate_hz if slower else None
            answer = await self._ask(client, stream.request)
            if answer.status == PmdStatus.ALREADY_IN_STATE:
                # Left running by a link that was lost, or by an app: at a rate nobody knows.
                await self._ask(client, STOP_ACCELERATION)
                answer = await self._ask(client, stream.request)
            match answer.status:
                case PmdStatus.SUCCESS | PmdStatus.ALREADY_IN_STATE:
                    self._factor = answer.factor or 1.0
                    return None
                case PmdStatus.CHARGING:
                    return Problem.CHARGING
        return Problem.NO_STREAM

    @override
    def _lost(self) -> None:
        self.stream = None
        super()._lost()

    def _begin(self, stream: Stream) -> None:
        """Be ready for the frames of `stream`, which may come before the answer."""
        self.stream = stream
        self._decimator = Decimator(max(1, round(stream.rate_hz / WANTED_HZ)))
        self._frame_s = self._clock.now_s()
        self._sensor_s = None

    async def _watch(self, client: BleakClient) -> None:
        """Come back when the stream has to be started again."""
        while True:
            holes = self.holes
            await wait(self._clock, WATCH_S)
            if self._clock.now_s() - self._frame_s > WATCH_S:
                return
            if self._slower_hz is not None and self.holes - holes >= MOST_HOLES:
                self._fastest_hz = self._slower_hz
                await self._ask(client, STOP_ACCELERATION)
                return

    async def _ask(self, client: BleakClient, payload: bytes) -> PmdResponse:
        """Write to the control point and return the answer. Raises one of LINK_ERRORS."""
        answer: asyncio.Future[PmdResponse] = asyncio.get_running_loop().create_future()
        self._asked, self._answer = payload, answer
        async with time_limit(self._clock, WRITE_LIMIT_S):
            await paired(
                client, lambda: client.write_gatt_char(CONTROL_UUID, payload, response=True)
            )
        async with time_limit(self._clock, ANSWER_LIMIT_S):
            return await answer

    def _take_control(self, message: PmdFeature | PmdRequest | PmdResponse) -> None:
        # Features also come unasked, in the place of an answer and before it.
        if (
            isinstance(message, PmdResponse)
            and message.measurement == Measurement.ACCELERATION
            and self._answer is not None
            and not self._answer.done()
            and message.operation == self._asked[0]
        ):
            self._answer.set_result(message)

    def _decode_frame(self, packet: bytes) -> AccelerationFrame:
        return decode_acceleration(packet, self._factor)

    def _take_frame(self, frame: AccelerationFrame) -> None:
        if self.stream is None:  # left running by another link, at a rate nobody knows
            return
        samples = frame.samples_mg
        count = len(samples)
        now_s, sensor_s, before_s = self._clock.now_s(), frame.timestamp_ns / 1e9, self._sensor_s
        self._frame_s, self._sensor_s = now_s, sensor_s
        # By its own clock an H10 is faster than it says: from frame to frame the clock tells.
        span_s = count / self.stream.rate_hz
        if before_s is not None:
            told_s = sensor_s - before_s
            if 0.5 * span_s < told_s < 1.5 * span_s:
                span_s = told_s
            else:
                self.holes += 1
                self._decimator.forget()
        each_s = span_s / count
        times_s = [sensor_s - each_s * left for left in range(count - 1, -1, -1)]
        self._heard()
        if placed_s := self.time_line.place(now_s, times_s):
            self._moved(self._decimator.feed(placed_s, samples))
