"""Home Assistant's wall clock, made to follow the event loop's clock."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
import time
from types import ModuleType
from typing import override
from unittest.mock import patch

from homeassistant import core, util
from homeassistant.helpers import event
from homeassistant.util import dt as dt_util


class _TimeModule(ModuleType):
    """The module `time` with another `time()`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__("time")
        self._loop = loop
        self._offset_s = time.time() - loop.time()

    def time(self) -> float:
        """Return the wall clock's seconds since 1970."""
        return self._loop.time() + self._offset_s

    @override
    def __getattr__(self, name: str) -> object:
        return getattr(time, name)


@contextmanager
def wall_clock_follows(loop: asyncio.AbstractEventLoop) -> Generator[None]:
    """Let timestamps and wall-clock timers of Home Assistant go by the clock of `loop`."""
    warped = _TimeModule(loop)

    def utcnow() -> datetime:
        return datetime.fromtimestamp(warped.time(), UTC)

    def now(time_zone: tzinfo | None = None) -> datetime:
        return utcnow().astimezone(time_zone or dt_util.DEFAULT_TIME_ZONE)

    with (
        patch.object(core, "time", warped),
        patch.object(event, "time", warped),
        patch.object(event, "time_tracker_utcnow", utcnow),
        patch.object(event, "time_tracker_timestamp", warped.time),
        patch.object(dt_util, "utcnow", utcnow),
        patch.object(dt_util, "now", now),
        patch.object(util, "utcnow", utcnow, create=True),
    ):
        yield
