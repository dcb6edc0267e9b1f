"""Whole programs by action, read from the treadmill's side."""

import asyncio
from itertools import groupby

from bleak.backends.characteristic import BleakGATTCharacteristic
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.bleak_backend import BumbleClient

from .home import BACKWARD, BELT, FORWARD, SESSION, WALKING, Home, times_of, told

pytestmark = pytest.mark.virtual_time

START = b"\x07"


async def walk_through(home: Home, program: str) -> list[str]:
    """Start a program at the belt and confirm what it waits for; return the states shown."""
    shown: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        assert event.data["new_state"] is not None
        shown.append(event.data["new_state"].state)

    cancel = async_track_state_change_event(home.hass, SESSION, note)
    await home.act("start_program", program=program)
    await asyncio.sleep(30)
    assert home.belt.travel_m == 0
    await home.press()
    await home.until(*WALKING)
    while await home.until_asked():
        await asyncio.sleep(5)  # turning takes its time
        await home.press()
        await home.until(*WALKING)
    cancel()
    return [state for state, _ in groupby(shown)]


def assert_moved_only_when_asked(home: Home) -> None:
    """See that each move from rest has its own word from the rail, and found the belt at rest."""
    starts, stops = times_of(home.belt, "start"), times_of(home.belt, "stop")
    assert len(starts) == len(stops) == len(home.pressed_at_s)
    before = [0.0, *stops]
    for stopped_s, pressed_s, started_s in zip(before, home.pressed_at_s, starts, strict=False):
        assert stopped_s < pressed_s < started_s
        # At 0 for 2 s before the walker is asked, and from then until the start.
        for at_s in (pressed_s - 2, pressed_s, started_s):
            assert home.belt.speed_at(at_s) == 0


async def test_short_classic(home: Home) -> None:
    """Six walks in turn, a stop and a word before each, always from the lowest speed."""
    shown = await walk_through(home, "short_classic")
    assert told(home.belt) == [*FORWARD, *BACKWARD] * 3
    assert_moved_only_when_asked(home)
    walks = ["walking_forward", "turning", "walking_backward", "turning"] * 3
    assert shown == ["waiting", "preparing", *walks[:-1], "stopping", "finished"]
    # A walk's time begins with the moving belt.
    for started_s, stopped_s in zip(
        times_of(home.belt, "start"), times_of(home.belt, "stop"), strict=True
    ):
        assert stopped_s - started_s == pytest.approx(120 + home.belt.motor.start_delay_s, abs=1.1)


async def test_daily_two(home: Home) -> None:
    """Two walks backward, a rest between them that ends by a word."""
    shown = await walk_through(home, "daily_two")
    assert told(home.belt) == ["start", 0.8, "stop"] * 2
    assert_moved_only_when_asked(home)
    assert shown == [
        "waiting",
        "preparing",
        "walking_backward",
        "standing",
        "walking_backward",
        "standing",
        "finished",
    ]


async def test_a_tilted_belt_is_levelled(home: Home) -> None:
    """What somebody left tilted is level for a program that says nothing of a slope."""
    home.belt.set_inclination(5.0)
    await home.walk("daily_two")
    assert home.belt.inclination_percent == 0.0


async def test_a_start_is_written_within_one_turn_of_the_loop(
    home: Home, walker_entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing stands between the end of the countdown and the write to the machine."""
    loop = home.hass.loop
    written_s: list[float] = []
    turns: list[float] = []  # of the loop, from the countdown's end to the write

    def turn() -> None:
        if not written_s:
            turns.append(loop.time())
            loop.call_soon(turn)

    write = BumbleClient.write_gatt_char

    async def spied(
        self: BumbleClient, characteristic: BleakGATTCharacteristic, data: bytes, response: bool
    ) -> None:
        if bytes(data) == START:
            written_s.append(loop.time())
        await write(self, characteristic, data, response)

    monkeypatch.setattr(BumbleClient, "write_gatt_char", spied)
    await home.act("start_program", program="daily_two")
    await home.press()
    await home.until_true(lambda: home.attribute(SESSION, "countdown_ends") is not None)
    ends_s = walker_entry.runtime_data.view.countdown_ends_s
    loop.call_at(ends_s, turn)
    await home.until("moving", of=BELT)
    assert written_s == times_of(home.belt, "start") == [ends_s]
    assert len(turns) <= 1
