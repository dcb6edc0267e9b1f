"""Wearables in virtual time, on a walker whose belt is in the test's hand."""

from collections.abc import AsyncGenerator

import pytest

from custom_components.retrowalk.clock import Clock
from simulator.radio import VirtualRadio

from .bench import Bench


@pytest.fixture(autouse=True)
def custom_integrations() -> None:
    """Leave Home Assistant out of it: the room stands by itself."""


@pytest.fixture
async def bench(radio: VirtualRadio, clock: Clock) -> AsyncGenerator[Bench]:
    """Put a walker on a belt, with nothing worn yet."""
    bench = Bench(radio, clock)
    yield bench
    await bench.close()
