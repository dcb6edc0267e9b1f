"""A radio without Home Assistant, and one in it; virtual time for both."""

from collections.abc import AsyncGenerator

import pytest

from custom_components.retrowalk.clock import Clock
from simulator.profiles import PROFILES
from simulator.radio import VirtualRadio
from simulator.treadmill import VirtualTreadmill

from .bench import Bench


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Leave the integration out of it: the simulator stands by itself."""


@pytest.fixture
def profile() -> str:
    """Name the machine's profile."""
    return "plain"


@pytest.fixture
async def bench(radio: VirtualRadio, clock: Clock, profile: str) -> AsyncGenerator[Bench]:
    """Connect to a treadmill."""
    treadmill = VirtualTreadmill(clock, PROFILES[profile])
    await radio.add(treadmill)
    bench = Bench(radio, treadmill, clock)
    await bench.connect()
    yield bench
    if bench.client.is_connected:
        await bench.client.disconnect()
