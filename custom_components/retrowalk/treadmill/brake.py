"""Stopping the belt, and seeing to it that it stops: the one who climbs the ladder."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from ..belt import BeltEvent, BeltEventKind, BeltMotion
from .command import PAUSE_INSTEAD, STOP_AGAIN, STOP_ONCE, Command
from .control import ControlPoint
from .ladder import Rung, StopLadder
from .motion import AT_REST, Motion

_HALTS: Final[Mapping[Rung, Command]] = {
    Rung.STOP: STOP_ONCE,
    Rung.STOP_AGAIN: STOP_AGAIN,
    Rung.PAUSE: PAUSE_INSTEAD,
}


class Brake:
    """One belt's stop, from the first command to rest, or to the alarm."""

    def __init__(
        self,
        *,
        motion: Motion,
        control: ControlPoint,
        on_event: Callable[[BeltEvent], None],
        power_off: Callable[[], Awaitable[bool]] | None,
    ) -> None:
        """Take what is watched and what can be done; `power_off` tells whether power is off."""
        self._motion = motion
        self._control = control
        self._on_event = on_event
        self._power_off = power_off
        self._power_task: asyncio.Task[None] | None = None
        self._ladder = StopLadder(has_power_switch=power_off is not None)

    @property
    def pressed(self) -> bool:
        """Whether a stop is under way, or has failed and the belt may still move."""
        return self._ladder.rung is not None

    def press(self, at_s: float, *, verify: bool) -> None:
        """Write a stop at once; `verify`: climb the ladder until the belt rests."""
        self._control.stop(STOP_ONCE)
        if verify:
            self._ladder.begin(at_s, Rung.STOP)

    def check(self, at_s: float) -> None:
        """Look whether the belt does as it was told; call it at every report and heartbeat."""
        if self._motion.now in AT_REST:
            self._ladder.end()
            return
        if self._motion.now is BeltMotion.STOPPING and not self.pressed:
            self._ladder.begin(at_s, Rung.WATCH)
        rung = self._ladder.climb(at_s, slowing=self._motion.slowing(at_s))
        if rung is not None and rung in _HALTS:
            self._control.stop(_HALTS[rung])
        elif rung is Rung.POWER_OFF and self._power_off is not None:
            self._power_task = asyncio.create_task(self._cut_power(self._power_off))
        elif rung is Rung.GIVE_UP:
            self._motion.stop_failed(at_s)
            self._on_event(
                BeltEvent(kind=BeltEventKind.STOP_FAILED, speed_kmh=self._motion.speed_kmh)
            )

    async def release(self) -> None:
        """Give up watching, and leave no task behind."""
        self._ladder.end()
        if self._power_task is not None:
            self._power_task.cancel()
            await asyncio.wait((self._power_task,))

    async def _cut_power(self, power_off: Callable[[], Awaitable[bool]]) -> None:
        if await power_off():
            self._motion.power_off()
