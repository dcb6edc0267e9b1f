"""Virtual time for tests that are marked `virtual_time`.

To be named in a conftest's `pytest_plugins`: by `-p` it would come before Home Assistant's plugin,
which patches what this imports.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping

import pytest

from .virtual_time import VirtualTimeLoop
from .wall_clock import wall_clock_follows


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", "virtual_time: waiting takes no time; the loop's clock jumps to the next timer"
    )


def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Give marked tests a loop with virtual time."""
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    return {"real": asyncio.new_event_loop}


@pytest.fixture(autouse=True)
async def virtual_wall_clock(request: pytest.FixtureRequest) -> AsyncGenerator[None]:
    """Let the wall clock go with the virtual one."""
    if not request.node.get_closest_marker("virtual_time"):
        yield
        return
    with wall_clock_follows(asyncio.get_running_loop()):
        yield
