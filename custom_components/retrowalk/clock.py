"""Time, handed in: control runs on a monotonic clock that a test can turn by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol


class Clock(Protocol):
    """A monotonic clock that can call back."""

    def now_s(self) -> float:
        """Return monotonic seconds; only differences mean anything."""

    def call_later(self, delay_s: float, action: Callable[[], None]) -> Callable[[], None]:
        """Call `action` once after `delay_s`; the returned function cancels it."""


class LoopClock:
    """The clock of a running event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the time from `loop`."""
        self._loop = loop

    def now_s(self) -> float:
        """Return the loop's time."""
        return self._loop.time()

    def call_later(self, delay_s: float, action: Callable[[], None]) -> Callable[[], None]:
        """Schedule `action` on the loop."""
        return self._loop.call_later(delay_s, action).cancel


async def wait(clock: Clock, delay_s: float) -> None:
    """Wait for `delay_s` of `clock`."""
    over = asyncio.Event()
    cancel = clock.call_later(delay_s, over.set)
    try:
        await over.wait()
    finally:
        cancel()


@asynccontextmanager
async def time_limit(clock: Clock, limit_s: float) -> AsyncIterator[None]:
    """Raise TimeoutError out of the body once `limit_s` of `clock` are over."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as timeout:
        cancel = clock.call_later(limit_s, lambda: timeout.reschedule(loop.time()))
        try:
            yield
        finally:
            cancel()
