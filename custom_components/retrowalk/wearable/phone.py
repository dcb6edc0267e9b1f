"""A phone, a watch or a sensor of one's own that posts what it measures, as Sensor Logger does."""

from collections import Counter
from collections.abc import Callable
from enum import IntEnum
from typing import override

from ..clock import Clock
from ..samples import MotionSample, StepSample
from ..wire import DecodeError
from .codec.sensor_logger import Reading, SensorLoggerDecoder
from .state import Listeners, Problem, StepCounter
from .time_line import TimeLine
from .wearable import Wearable

LARGEST_BODY_BYTES = 256 * 1024
BODIES_PER_S = 10.0
BODIES_AT_ONCE = 20
DELIVERS_WITHIN_S = 60.0
# Own choice: what is older than this is not late, but the phone's clock was put back.
CLOCK_PUT_BACK_NS = 10_000_000_000
DRIFT = 0.001  # far more than any clock that the network sets right
# Readings closer together are one, which also keeps times apart in floating point.
CLOSEST_NS = 1_000_000


class Verdict(IntEnum):
    """What became of a body, as the HTTP status to answer with."""

    ACCEPTED = 200
    MALFORMED = 400
    TOO_LARGE = 413
    TOO_OFTEN = 429


class RateLimit:
    """Lets so many through at once, and so many a second after that."""

    def __init__(self, *, per_s: float, at_once: int) -> None:
        """Begin with all of `at_once` to spare."""
        self._per_s = per_s
        self._at_once = at_once
        self._spare = float(at_once)
        self._asked_s: float | None = None

    def admits(self, now_s: float) -> bool:
        """Tell whether one more may pass now."""
        if self._asked_s is not None:
            earned = (now_s - self._asked_s) * self._per_s
            self._spare = min(self._at_once, self._spare + earned)
        self._asked_s = now_s
        if self._spare < 1:
            return False
        self._spare -= 1
        return True


class Phone(Wearable):
    """One sender."""

    def __init__(
        self,
        *,
        clock: Clock,
        listeners: Listeners,
        steps: int = 0,
        count_steps: StepCounter | None = None,
        ios_signs: bool = False,
    ) -> None:
        """Begin with nothing received; `ios_signs`: an iPhone with "Standardise Units" off."""
        super().__init__(clock=clock, listeners=listeners, steps=steps, count_steps=count_steps)
        self.verdicts: Counter[Verdict] = Counter()
        self.late = 0  # readings that came after younger ones
        self.last_error: str | None = None
        self.sensors: frozenset[str] = frozenset()  # of the last body, to name what is missing
        self.time_line = TimeLine(DRIFT)
        self._decoder = SensorLoggerDecoder(ios_signs=ios_signs)
        self._limit = RateLimit(per_s=BODIES_PER_S, at_once=BODIES_AT_ONCE)
        self._newest_ns: int | None = None
        self._has_motion = False
        self._cancel_wait: Callable[[], None] | None = None

    @override
    async def open(self) -> None:
        """Expect to be delivered to."""
        if self._cancel_wait is None:
            self._cancel_wait = self._clock.call_later(DELIVERS_WITHIN_S, self._waited)

    @override
    async def close(self) -> None:
        """Expect nothing more."""
        if self._cancel_wait is not None:
            self._cancel_wait()
            self._cancel_wait = None
        await super().close()

    def receive(self, body: bytes) -> Verdict:
        """Take one body, and say what became of it. Never raises."""
        verdict = self._receive(body)
        self.verdicts[verdict] += 1
        return verdict

    def _receive(self, body: bytes) -> Verdict:
        if not self._limit.admits(self._clock.now_s()):
            return Verdict.TOO_OFTEN
        if len(body) > LARGEST_BODY_BYTES:
            return Verdict.TOO_LARGE
        try:
            batch = self._decoder.feed(body)
        except DecodeError as error:
            self.last_error = str(error)
            return Verdict.MALFORMED
        self.sensors = batch.sensors
        if not batch.motion and not batch.steps:
            if not self.state.streaming:
                self._update(problem=Problem.NO_MOTION)
            return Verdict.ACCEPTED
        self._heard(connected=True, problem=None)
        self._moved(self._placed(batch.motion))
        # A pedometer lags by seconds: it is heeded where there is nothing better.
        if batch.steps and not (self._has_motion and self._count_steps):
            self._stepped(StepSample(at_s=self._clock.now_s(), steps=batch.steps[-1].steps))
        return Verdict.ACCEPTED

    @override
    def _silent(self) -> None:
        super()._silent()
        self._update(connected=False)

    def _placed(self, readings: list[Reading]) -> list[MotionSample]:
        """Return the readings that are in order, on the monotonic time line."""
        if not readings:
            return []
        self._has_motion = True
        if self._newest_ns and readings[-1].time_ns < self._newest_ns - CLOCK_PUT_BACK_NS:
            self._newest_ns = None
        fresh: list[Reading] = []
        newest_ns = self._newest_ns
        for reading in readings:
            if newest_ns is None or reading.time_ns >= newest_ns + CLOSEST_NS:
                fresh.append(reading)
                newest_ns = reading.time_ns
        self.late += len(readings) - len(fresh)
        self._newest_ns = newest_ns
        if not fresh:
            return []
        times_s = [reading.time_ns / 1e9 for reading in fresh]
        if not (placed_s := self.time_line.place(self._clock.now_s(), times_s)):
            return []
        return [
            MotionSample(at_s, reading.x_g, reading.y_g, reading.z_g)
            for at_s, reading in zip(placed_s, fresh, strict=True)
        ]

    def _waited(self) -> None:
        """Say so if nothing was delivered yet, or nothing that could be read."""
        self._cancel_wait = None
        if not self.verdicts[Verdict.ACCEPTED]:
            self._update(problem=Problem.NEVER_DELIVERED)
