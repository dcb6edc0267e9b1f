"""Treadmills in virtual time."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from custom_components.retrowalk.clock import Clock, LoopClock
from simulator.pytest_plugin import (
    pytest_asyncio_loop_factories as pytest_asyncio_loop_factories,
    virtual_wall_clock as virtual_wall_clock,
)

from .bench import Bench


@pytest.fixture
async def clock() -> Clock:
    """Provide the loop's clock."""
    return LoopClock(asyncio.get_running_loop())


@pytest.fixture
async def bench(clock: Clock) -> AsyncGenerator[Bench]:
    """Provide a treadmill and its client, not yet connected; nothing may be left behind."""
    bench = Bench(clock)
    yield bench
    await bench.treadmill.disconnect()
