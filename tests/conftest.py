"""What all tests share: Home Assistant finds this integration, and samples are seeded."""

import asyncio
from collections.abc import AsyncGenerator, Callable

# First, since Home Assistant's test folder holds a package of the same name.
import custom_components  # noqa: F401  # isort: skip
from homeassistant.core import HomeAssistant
from hypothesis import settings
import pytest

from custom_components.retrowalk.clock import Clock, LoopClock
from simulator.radio import VirtualRadio

pytest_plugins = ("simulator.pytest_plugin",)

# The same examples in each run; with --soak many more of them.
settings.register_profile("seeded", max_examples=50, derandomize=True, deadline=None, database=None)
settings.register_profile("soak", settings.get_profile("seeded"), max_examples=2000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --soak."""
    parser.addoption("--soak", action="store_true", help="draw the full counts of samples")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples Hypothesis draws."""
    settings.load_profile("soak" if config.getoption("soak") else "seeded")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let full counts take the time they take."""
    if config.getoption("soak"):
        for item in items:
            item.add_marker(pytest.mark.timeout(0))


@pytest.fixture(scope="session")
def count(pytestconfig: pytest.Config) -> Callable[[int, int], int]:
    """Return a choice between a small count of samples, and with --soak the full one."""
    soak = pytestconfig.getoption("soak")
    return lambda small, full: full if soak else small


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let a test that runs Home Assistant find this integration."""
    if "hass" in request.fixturenames:
        if "recorder_mock" in request.fixturenames:
            request.getfixturevalue("recorder_mock")  # It has to come before `hass`.
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
async def clock() -> Clock:
    """Return the loop's clock."""
    return LoopClock(asyncio.get_running_loop())


@pytest.fixture
async def radio() -> AsyncGenerator[VirtualRadio]:
    """Switch on a radio with one proxy and nothing in the air."""
    radio = VirtualRadio()
    await radio.start()
    yield radio
    await radio.stop()


@pytest.fixture
async def home_radio(
    hass: HomeAssistant, enable_bluetooth: None, radio: VirtualRadio
) -> VirtualRadio:
    """Make the radio's proxy one of Home Assistant's scanners."""
    radio.register(hass)
    return radio
