"""A captured session comes over the radio, and the entities show what its packets say."""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import Any, override

from bumble.core import UUID
from homeassistant.core import HomeAssistant
import pytest

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.const import Connection
from simulator.peripheral import Characteristic
from simulator.profiles import CITYSPORTS, Profile
from simulator.radio import VirtualRadio
from simulator.replay import ReplayedTreadmill, session
from simulator.treadmill import DEFAULT_ADDRESS
from tests.captures import captures

from .writes import Writes

pytestmark = pytest.mark.virtual_time

CAPTURED = "citysports-A-second"
TRANSIT_S = 0.01  # through the air
# What each entity shows of a decoded packet, and how old it may be: one write a second.
SHOWN = {
    "speed": ("speed_kmh", 1.0),
    "distance": ("distance_m", 1.0),
    "steps": ("bit13_steps_u24", 1.0),
    # These are looked at when one of the others changes.
    "energy": ("energy_kcal", 4.0),
    "elapsed_time": ("elapsed_s", 4.0),
}


@pytest.fixture
def profile() -> Profile:
    """Return the captured machine."""
    return CITYSPORTS


@pytest.fixture
def treadmill_options() -> dict[str, Any]:
    """Hold the link, so that the session is heard from its beginning."""
    return {"connection": Connection.ALWAYS}


def shown(hass: HomeAssistant, key: str) -> str:
    """Return the state of one of the treadmill's sensors."""
    state = hass.states.get(f"sensor.citysports_linker_{key}")
    assert state is not None
    return state.state


class Session(ReplayedTreadmill):
    """A replayed treadmill that notes when each record went out."""

    def __init__(self, clock: Clock) -> None:
        """Be ready to replay the captured session."""
        packets = session(captures(), CAPTURED)
        super().__init__(clock, packets, DEFAULT_ADDRESS, CITYSPORTS.advertisement)
        self.sent: list[tuple[float, str]] = []
        self.began = asyncio.Event()

    @override
    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        if characteristic.uuid == UUID("2ACD"):
            self.sent.append((self.clock.now_s(), value.hex()))
            self.began.set()
        super().notify(characteristic, value)

    def newest(self, at_s: float, within_s: float) -> set[str]:
        """Return the records that were the newest at some moment of the `within_s` to `at_s`."""
        first = bisect_right(self.sent, at_s - within_s, key=itemgetter(0))
        last = bisect_right(self.sent, at_s, key=itemgetter(0))
        return {record for _, record in self.sent[max(first - 1, 0) : last]}


@pytest.mark.usefixtures("all_enabled", "treadmill_entry")
async def test_a_captured_session(
    hass: HomeAssistant, home_radio: VirtualRadio, clock: Clock
) -> None:
    """Each second every entity shows a packet of the last second, written once a second at most."""
    rows = [row for row in captures("2acd") if row.get("session") == CAPTURED]
    decoded = {row["hex"]: row["decoded"] for row in rows}
    writes = Writes(hass)
    treadmill = Session(clock)
    await home_radio.add(treadmill)
    await treadmill.began.wait()
    await asyncio.sleep(2)  # until it is asked what it is
    ends_s = clock.now_s() + treadmill.duration_s
    seen: dict[str, set[float]] = defaultdict(set)
    belts: list[str] = []
    while clock.now_s() < ends_s:
        await asyncio.sleep(1)
        belts.append(shown(hass, "belt"))
        for key, (field, lag_s) in SHOWN.items():
            newest = treadmill.newest(clock.now_s() - TRANSIT_S, lag_s)
            value = float(shown(hass, key))
            assert value in {decoded[record][field] for record in newest}
            seen[key].add(value)
    assert [belt for belt, _ in groupby(belts)] == ["stopped", "moving", "stopping"]
    assert {key: max(values) for key, values in seen.items()} == {
        key: max(row["decoded"][field] for row in rows) for key, (field, _) in SHOWN.items()
    }
    assert not writes.repeated
    assert not writes.too_soon
