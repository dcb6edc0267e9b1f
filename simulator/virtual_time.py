"""Event loops with clocks of their own: one jumps to the next timer, one waits N times as fast."""

import asyncio
from asyncio.events import AbstractEventLoop
from collections.abc import Callable, Generator
from concurrent.futures import Executor
from contextlib import contextmanager
import math
import os
import selectors
import stat
import time
from typing import TYPE_CHECKING, Any, override

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

type Events = list[tuple[selectors.SelectorKey, int]]

# A job in a thread holds the clock no longer than this (real time): one that waits for the loop's
# own timers would otherwise wait for ever.
HOLD_LIMIT_S = 20.0
# What is sent over the loopback may arrive a moment after the sender has gone to sleep (real time).
SOCKET_GRACE_S = 0.001
# A test that waits for what never comes would spin for ever: 4 hours of virtual time are enough.
VIRTUAL_LIMIT_S = 4 * 3600.0


class _Selector(selectors.DefaultSelector):
    """A selector that leaves to its loop how long to sleep, and knows sockets from other files."""

    def __init__(self) -> None:
        super().__init__()
        self.sleep: Callable[[float | None], Events] = self.poll
        self.sockets: set[int] = set()

    def poll(self, timeout: float | None = None) -> Events:
        """Wait for input for `timeout` real seconds."""
        return super().select(timeout)

    @override
    def select(self, timeout: float | None = None) -> Events:
        return self.sleep(timeout)

    @override
    def register(
        self, fileobj: FileDescriptorLike, events: int, data: Any = None
    ) -> selectors.SelectorKey:
        key = super().register(fileobj, events, data)
        if stat.S_ISSOCK(os.fstat(key.fd).st_mode):
            self.sockets.add(key.fd)
        return key

    @override
    def unregister(self, fileobj: FileDescriptorLike) -> selectors.SelectorKey:
        key = super().unregister(fileobj)
        self.sockets.discard(key.fd)
        return key


class WarpedLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own, which nobody can replace."""

    def __init__(self) -> None:
        """Begin at the machine's monotonic time, to the second."""
        self._waits = _Selector()
        self._now_s = float(math.floor(time.monotonic()))
        super().__init__(self._waits)
        self._waits.sleep = self._sleep

    @override
    def __setattr__(self, name: str, value: object) -> None:
        # Home Assistant binds the machine's clock as `loop.time` for speed: not here.
        if name != "time":
            super().__setattr__(name, value)

    def _sleep(self, timeout_s: float | None) -> Events:
        raise NotImplementedError


class VirtualTimeLoop(WarpedLoop):
    """A loop in which waiting takes no time: with nothing to do, its clock jumps to the next timer.

    While a thread works for the loop its clock stands still: a slow machine changes nothing.
    """

    def __init__(self) -> None:
        """Begin with nothing in threads."""
        super().__init__()
        self._held_until: dict[object, float] = {}
        self._limit_s = self._now_s + VIRTUAL_LIMIT_S

    @override
    def time(self) -> float:
        return self._now_s

    def block(self, seconds: float) -> None:
        """Let `seconds` pass in which the loop does nothing, as if some code had blocked it."""
        self._now_s += seconds

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold the clock: for work in threads that the loop does not know of."""
        token = object()
        self._held_until[token] = time.monotonic() + HOLD_LIMIT_S
        try:
            yield
        finally:
            del self._held_until[token]

    @override
    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._held_until[future] = time.monotonic() + HOLD_LIMIT_S
        future.add_done_callback(lambda done: self._held_until.pop(done, None))
        return future

    @override
    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        with self.held():
            await super().shutdown_default_executor(timeout)

    @override
    def _sleep(self, timeout_s: float | None) -> Events:
        if timeout_s is None or timeout_s <= 0:
            return self._waits.poll(timeout_s)
        hold_s = max(self._held_until.values(), default=0.0) - time.monotonic()
        if hold_s > 0:
            return self._waits.poll(hold_s)
        talks = len(self._waits.sockets) > 1  # one is the loop's own
        if events := self._waits.poll(SOCKET_GRACE_S if talks else 0):
            return events
        self._now_s += timeout_s
        if self._now_s > self._limit_s:
            self._limit_s = self._now_s + VIRTUAL_LIMIT_S  # the clean-up gets its time too
            raise TimeoutError(f"nothing ended this within {VIRTUAL_LIMIT_S} s of virtual time")
        return []


class ScaledTimeLoop(WarpedLoop):
    """A loop in which waiting goes `speed_up` times as fast, changeable at any time.

    Work takes the time it takes, so that a moment's work does not look like a loop held up.
    """

    def __init__(self, speed_up: float = 1.0) -> None:
        """Begin at `speed_up`."""
        self._real_s = time.monotonic()
        self._speed_up = speed_up
        super().__init__()

    @property
    def speed_up(self) -> float:
        """How many of the loop's seconds pass in a real one."""
        return self._speed_up

    @speed_up.setter
    def speed_up(self, value: float) -> None:
        self._speed_up = value

    @override
    def time(self) -> float:
        return self._now_s + time.monotonic() - self._real_s

    @override
    def _sleep(self, timeout_s: float | None) -> Events:
        self._now_s, self._real_s = self.time(), time.monotonic()
        events = self._waits.poll(timeout_s and timeout_s / self._speed_up)
        woken_s = time.monotonic()
        slept_s = (woken_s - self._real_s) * self._speed_up
        # A machine that wakes us late is no held up loop either.
        self._now_s += slept_s if timeout_s is None else min(slept_s, max(timeout_s, 0.0))
        self._real_s = woken_s
        return events


def virtual_loop() -> VirtualTimeLoop:
    """Return the running loop, which must be a virtual one."""
    loop: AbstractEventLoop | Any = asyncio.get_running_loop()
    if not isinstance(loop, VirtualTimeLoop):
        raise TypeError("this needs a virtual loop: mark the test with virtual_time")
    return loop
