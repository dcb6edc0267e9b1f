"""A virtual phone or watch: Sensor Logger posting what its walker does, over real HTTP."""

import asyncio
from collections.abc import Callable
import json
import random
from typing import Any

from aiohttp import ClientError, ClientSession

from custom_components.retrowalk.clock import Clock, wait

from .recordings import Vector
from .walker import Walker
from .wearable_profiles import PHONES, PhoneProfile

STANDARD_GRAVITY_MPS2 = 9.80665
_EPOCH_S = 1_795_000_000  # November 2026: only differences mean anything
_PEDOMETER_LAG_S = 3.0
_ORDER = random.Random(4)  # noqa: S311


def _axes(vector: Vector, scale: float, names: str = "{}") -> dict[str, float]:
    return {names.format(axis): value * scale for axis, value in zip("xyz", vector, strict=True)}


def _without_gravity(total: Vector) -> Vector:
    return (total[0] - 1.0, total[1], total[2])


def _phone(total: Vector, sign: float) -> dict[str, dict[str, float]]:
    scale = sign * STANDARD_GRAVITY_MPS2
    return {
        "accelerometer": _axes(_without_gravity(total), scale),
        "gravity": _axes((1.0, 0.0, 0.0), scale),
    }


def _watch(total: Vector, _: float) -> dict[str, dict[str, float]]:
    moved = dict(zip("XYZ", _without_gravity(total), strict=True))
    gravity = dict(zip("XYZ", (1.0, 0.0, 0.0), strict=True))
    # Left at Apple's units: g, with its signs.
    values = {f"acceleration{axis}": -value for axis, value in moved.items()}
    return {"wrist motion": values | {f"gravity{axis}": -one for axis, one in gravity.items()}}


_SENSORS: dict[str, Callable[[Vector, float], dict[str, dict[str, float]]]] = {
    "phone": _phone,
    "watch": _watch,
    "total": lambda total, sign: {"totalacceleration": _axes(total, sign * STANDARD_GRAVITY_MPS2)},
    "no_gravity": lambda total, sign: {
        "accelerometer": _axes(_without_gravity(total), sign * STANDARD_GRAVITY_MPS2)
    },
    "none": lambda _total, _sign: {},
}


class VirtualPhone:
    """A phone in the pocket of `walker`, which posts to `url`."""

    def __init__(
        self,
        clock: Clock,
        walker: Walker,
        session: ClientSession,
        url: str,
        profile: PhoneProfile = PHONES["android"],
    ) -> None:
        """Post nothing yet."""
        self.profile = profile
        self.statuses: list[int] = []  # what each body was answered with; 0: not at all
        self._clock = clock
        self._walker = walker
        self._session = session
        self._url = url
        self._began_s = self._measured_to_s = clock.now_s()
        self._pedometer: list[tuple[float, int]] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to record and post."""
        self._began_s = self._measured_to_s = self._clock.now_s()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End the recording."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None

    async def post(self, body: bytes) -> None:
        """Post one body."""
        try:
            async with self._session.post(self._url, data=body) as response:
                self.statuses.append(response.status)
        except ClientError, TimeoutError:
            self.statuses.append(0)

    def body(self) -> bytes:
        """Return all that was measured since the last body, in no order."""
        now_s, profile = self._clock.now_s(), self.profile
        steps = self._walker.steps
        faults, since_s = profile.faults, now_s - self._began_s
        jumped = faults.clock_jumps_after_s is not None and since_s >= faults.clock_jumps_after_s
        ahead_s = _EPOCH_S + (faults.clock_jumps_by_s if jumped else 0.0)
        payload: list[dict[str, Any]] = []
        while self._measured_to_s < now_s:
            at_s = self._measured_to_s
            self._measured_to_s += 1 / profile.rate_hz
            total = self._walker.acceleration_g(at_s)
            told = _SENSORS[profile.sensors](total, -1.0 if profile.ios_signs else 1.0)
            payload += [
                {"name": name, "time": round((at_s + ahead_s) * 1e9), "values": values}
                for name, values in told.items()
            ]
        if profile.has_pedometer:
            self._pedometer.append((now_s, int(steps)))
            known = [count for at_s, count in self._pedometer if at_s <= now_s - _PEDOMETER_LAG_S]
            if known:
                time_ns = round((now_s + ahead_s) * 1e9)
                values = {"steps": known[-1]}
                payload.append({"name": "pedometer", "time": time_ns, "values": values})
                self._pedometer = self._pedometer[len(known) - 1 :]
        _ORDER.shuffle(payload)
        message = {"messageId": len(self.statuses), "sessionId": "walk", "deviceId": "phone"}
        return json.dumps({**message, "payload": payload}).encode()

    async def _run(self) -> None:
        bodies = 0
        faults = self.profile.faults
        while True:
            await wait(self._clock, self.profile.posts_each_s)
            body = self.body()
            bodies += 1
            since_s = self._clock.now_s() - self._began_s
            after_s = faults.gap_after_s
            if after_s is not None and after_s <= since_s < after_s + faults.gap_s:
                continue
            if self.profile.malformed_every and bodies % self.profile.malformed_every == 0:
                body = body[:-10]
            await self.post(body)
