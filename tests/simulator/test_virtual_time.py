"""Virtual time: it jumps, it waits for threads, it ends what would never end."""

import asyncio
from datetime import timedelta
import time

from homeassistant.core import HomeAssistant
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.util import dt as dt_util
import pytest

from simulator.virtual_time import VIRTUAL_LIMIT_S, ScaledTimeLoop, VirtualTimeLoop, virtual_loop

pytestmark = pytest.mark.virtual_time


async def test_waiting_takes_no_time() -> None:
    """An hour of sleep passes at once, in the order of the timers."""
    loop = virtual_loop()
    order: list[str] = []
    loop.call_later(2.0, order.append, "second")
    loop.call_later(1.0, order.append, "first")
    began_s, really_began_s = loop.time(), time.monotonic()
    await asyncio.sleep(3600)
    assert loop.time() - began_s == pytest.approx(3600)
    assert time.monotonic() - really_began_s < 3600
    assert order == ["first", "second"]


async def test_the_clock_stands_still_while_a_thread_works() -> None:
    """A slow job in a thread is done before a short time limit is over."""
    loop = virtual_loop()
    began_s = loop.time()
    async with asyncio.timeout(0.001):
        await loop.run_in_executor(None, time.sleep, 0.05)
    with loop.held():
        thread_done = asyncio.Event()
        job = asyncio.to_thread(lambda: loop.call_soon_threadsafe(thread_done.set))
        await asyncio.wait_for(asyncio.gather(job, thread_done.wait()), 0.001)
    assert loop.time() == began_s


async def test_home_assistants_timers_follow(hass: HomeAssistant) -> None:
    """Both kinds of timer fire in virtual time, and the wall clock goes along."""
    loop = virtual_loop()
    fired: dict[str, float] = {}
    began_s, began = loop.time(), dt_util.utcnow()
    async_call_later(hass, 30, lambda now: fired.update(later=loop.time()))
    async_track_point_in_utc_time(
        hass,
        lambda now: fired.update(point=loop.time()),
        began + timedelta(seconds=90),
    )
    await asyncio.sleep(100)
    assert fired["later"] - began_s == pytest.approx(30, abs=0.01)
    assert fired["point"] - began_s == pytest.approx(90, abs=0.1)
    assert (dt_util.utcnow() - began).total_seconds() == pytest.approx(100, abs=0.01)
    hass.states.async_set("sensor.any", "1")
    assert (state := hass.states.get("sensor.any")) is not None
    assert abs((state.last_changed - dt_util.utcnow()).total_seconds()) < 0.1


async def test_a_blocked_loop() -> None:
    """Blocking moves the clock and runs nothing."""
    loop = virtual_loop()
    ran: list[float] = []
    due_s = loop.time() + 1
    loop.call_at(due_s, lambda: ran.append(loop.time()))
    loop.block(2.0)
    assert not ran
    await asyncio.sleep(0.1)
    assert ran == [due_s + 1]


def test_what_never_comes_is_ended() -> None:
    """A loop with a heartbeat and nothing else gives up, and can still be cleaned up."""
    loop = VirtualTimeLoop()

    def beat() -> None:
        loop.call_later(VIRTUAL_LIMIT_S / 10, beat)

    beat()
    with pytest.raises(TimeoutError):
        loop.run_until_complete(asyncio.Event().wait())
    loop.run_until_complete(asyncio.sleep(1))
    loop.close()


def test_scaled_time() -> None:
    """At 200 times the speed, 10 s pass within the real second; work takes its own time."""
    loop = ScaledTimeLoop(200)
    loop.time = time.monotonic  # type: ignore[method-assign]  # as Home Assistant does
    began_s, really_began_s = loop.time(), time.monotonic()
    loop.run_until_complete(asyncio.sleep(10))
    assert 10 <= loop.time() - began_s < 11
    assert 0.05 <= time.monotonic() - really_began_s < 1

    async def work() -> float:
        before_s = loop.time()
        time.sleep(0.1)  # noqa: ASYNC251
        return loop.time() - before_s

    assert 0.1 <= loop.run_until_complete(work()) < 1
    loop.speed_up = 1
    really_began_s = time.monotonic()
    loop.run_until_complete(asyncio.sleep(0.1))
    assert time.monotonic() - really_began_s >= 0.1
    assert loop.speed_up == 1
    loop.close()
