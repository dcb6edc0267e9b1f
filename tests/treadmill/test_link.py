"""Links: set-up that nothing a machine lacks can hang, loss in every state, and coming back."""

import asyncio
from dataclasses import replace
from itertools import pairwise

from bleak.exc import BleakError
import pytest

from custom_components.retrowalk.belt import BeltEventKind, BeltMotion
from custom_components.retrowalk.gatt import MODEL_UUID
from custom_components.retrowalk.treadmill.codec import (
    CONTROL_POINT_UUID,
    FEATURE_UUID,
    INCLINATION_RANGE_UUID,
    SPEED_RANGE_UUID,
    STATUS_UUID,
    TRAINING_STATUS_UUID,
    TREADMILL_DATA_UUID,
)
from custom_components.retrowalk.treadmill.link import LinkError
from custom_components.retrowalk.treadmill.profile import Preamble

from .bench import KNOWN, Bench

pytestmark = pytest.mark.virtual_time

STOP = b"\x08\x01"


async def test_what_a_machine_says(bench: Bench) -> None:
    """Its range, its features and its name are read; an empty name is none."""
    await bench.connected()
    info = bench.treadmill.info
    assert info.features is not None
    assert (info.maker, info.model, info.firmware) == ("Maker", "Model", None)
    limits = bench.treadmill.limits
    assert (limits.min_speed_kmh, limits.max_speed_kmh, limits.speed_step_kmh) == (1.0, 6.0, 0.5)


async def test_a_machine_that_says_little(bench: Bench) -> None:
    """Missing, refused or malformed: left out, and the set-up goes on."""
    machine = bench.machine
    machine.values[SPEED_RANGE_UUID] = b"\x01"
    machine.values[FEATURE_UUID] = b""
    machine.lacks = {INCLINATION_RANGE_UUID, TRAINING_STATUS_UUID, STATUS_UUID, MODEL_UUID}
    await bench.connected()
    assert bench.treadmill.info.speed_range is None
    assert bench.treadmill.info.features is None
    assert bench.treadmill.limits.max_speed_kmh == 6.0
    assert bench.motion() is BeltMotion.STOPPED


async def test_a_read_that_hangs(bench: Bench) -> None:
    """It blocks what follows, so that the rest is not waited for."""
    bench.machine.read_hangs = {SPEED_RANGE_UUID, MODEL_UUID}
    began_s = bench.clock.now_s()
    await bench.treadmill.connect()
    assert bench.clock.now_s() - began_s == pytest.approx(3.8)
    assert bench.treadmill.report.linked


async def test_what_was_known_stays(bench: Bench) -> None:
    """A range that was read once outlives a link on which it cannot be."""
    await bench.connected()
    bench.machine.values[SPEED_RANGE_UUID] = b""
    bench.machine.drop()
    await asyncio.sleep(2)
    assert bench.treadmill.report.linked
    assert bench.treadmill.limits.speed_step_kmh == 0.5


@pytest.mark.parametrize("uuid", [CONTROL_POINT_UUID, TREADMILL_DATA_UUID])
async def test_no_treadmill(bench: Bench, uuid: str) -> None:
    """Without control point or data there is nothing to connect to."""
    bench.machine.lacks = {uuid}
    with pytest.raises(LinkError, match="lacks"):
        await bench.treadmill.connect()
    assert bench.machine.disconnects == 1
    assert bench.events == []


async def test_subscriptions(bench: Bench) -> None:
    """Spaced out where a machine loses them; one that is refused is done without."""
    bench.machine.subscribe_errors = {STATUS_UUID: BleakError("not now")}
    await bench.treadmill.connect()
    times = sorted(bench.machine.subscribed_at_s.values())
    assert [round(after - before, 1) for before, after in pairwise(times)] == [0.4, 0.2]
    assert STATUS_UUID not in bench.machine.subscribed_at_s


async def test_a_subscription_that_is_needed(bench: Bench) -> None:
    """Without records there is no link."""
    bench.machine.subscribe_errors = {TREADMILL_DATA_UUID: BleakError("no")}
    with pytest.raises(LinkError, match="no"):
        await bench.treadmill.connect()


async def test_preamble(bench: Bench) -> None:
    """Vendor bytes go first, if the machine has where to write them."""
    uuid = "0000fff2-0000-1000-8000-00805f9b34fb"
    bench.client(replace(KNOWN, preamble=Preamble(uuid=uuid, payload=b"\xaa")))
    await bench.treadmill.connect()
    assert bench.machine.written == []
    await bench.run(0, 0, 0)
    await bench.treadmill.disconnect()
    bench.machine.extra = {uuid}
    await bench.treadmill.connect()
    assert [payload for _, payload in bench.machine.written] == [b"\xaa"]


@pytest.mark.parametrize(
    ("properties", "response"),
    [
        (["write"], True),
        (["write-without-response"], False),
        (["write-without-response", "write"], True),
    ],
)
async def test_write_without_response(bench: Bench, properties: list[str], response: bool) -> None:
    """Some control points can be written no other way."""
    bench.machine.properties = properties
    await bench.connected()
    bench.treadmill.stop()
    assert bench.machine.responses == [response]


async def test_connecting_takes_too_long(bench: Bench) -> None:
    """A client factory that hangs is given up after a minute."""
    bench.arrives.clear()
    began_s = bench.clock.now_s()
    with pytest.raises(LinkError, match="TimeoutError"):
        await bench.treadmill.connect()
    assert bench.clock.now_s() - began_s == 60


async def test_refused_for_long(bench: Bench) -> None:
    """Refused at first: looked for again with growing pauses, never starting the belt."""
    bench.connect_errors = [BleakError("refused")] * 5
    with pytest.raises(LinkError, match="refused"):
        await bench.treadmill.connect()
    await asyncio.sleep(60)
    first_s = bench.connects_at_s[0]
    assert [round(at_s - first_s) for at_s in bench.connects_at_s] == [0, 1, 3, 8, 18, 38]
    assert bench.treadmill.report.linked
    assert bench.machine.written == []


async def test_asked_to_connect_again(bench: Bench) -> None:
    """At once, not after the pause; nothing happens where the link is up."""
    bench.connect_errors = [BleakError("refused")] * 4
    with pytest.raises(LinkError):
        await bench.treadmill.connect()
    await asyncio.sleep(4)
    with pytest.raises(LinkError):
        await bench.treadmill.connect()
    await asyncio.sleep(2)
    await bench.treadmill.connect()
    assert len(bench.connects_at_s) == 5


async def test_closed_while_connecting(bench: Bench) -> None:
    """A link that comes up after it was given up is let go of."""
    bench.arrives.clear()
    connecting = asyncio.create_task(bench.treadmill.connect())
    await asyncio.sleep(1)
    await bench.treadmill.disconnect()
    bench.arrives.set()
    with pytest.raises(LinkError, match="closed"):
        await connecting
    assert bench.machine.disconnects == 1
    await asyncio.sleep(60)
    assert len(bench.connects_at_s) == 1


async def test_dropped_during_set_up(bench: Bench) -> None:
    """Lost while it is being read: no link, and looked for again."""
    bench.machine.read_hangs = {SPEED_RANGE_UUID}
    connecting = asyncio.create_task(bench.treadmill.connect())
    await asyncio.sleep(1)
    bench.machine.drop()
    with pytest.raises(LinkError, match="lost"):
        await connecting
    bench.machine.read_hangs.clear()
    await asyncio.sleep(10)
    assert bench.treadmill.report.linked


async def test_a_disconnect_that_fails(bench: Bench) -> None:
    """A backend that complains on letting go does no harm; a late loss is none."""
    await bench.connected()
    bench.machine.disconnect_error = BleakError("already gone")
    await bench.treadmill.disconnect()
    bench.machine.drop()
    assert bench.events == []


async def test_link_lost_at_rest(bench: Bench) -> None:
    """Told, and told again when it is back; nothing is written."""
    await bench.connected()
    bench.machine.drop()
    assert bench.motion() is BeltMotion.MAY_BE_MOVING
    assert not bench.treadmill.report.linked
    await asyncio.sleep(2)
    await bench.run(0, 0, 0)
    assert bench.kinds == [BeltEventKind.LINK_LOST, BeltEventKind.LINK_BACK]
    assert bench.motion() is BeltMotion.STOPPED
    assert bench.machine.written == []


async def test_link_lost_in_motion(bench: Bench) -> None:
    """Once back, a belt that still moves by our command is stopped."""
    await bench.moving()
    bench.treadmill.set_speed(2.0)
    bench.machine.drop()
    await asyncio.sleep(2)
    bench.machine.written.clear()
    await bench.run(2.0)
    assert bench.machine.commands == [STOP]
    await bench.run(1.5, 1.0, 0, 0, 0)
    assert bench.kinds == [BeltEventKind.LINK_LOST, BeltEventKind.LINK_BACK]
    bench.machine.drop()
    await asyncio.sleep(2)
    await bench.run(0, 0, 0, 0, 0, 0, 1.0)  # later, at the console: not ours
    assert bench.machine.commands == [STOP]


async def test_link_lost_and_the_belt_stopped(bench: Bench) -> None:
    """Once back and at rest, nothing is to be stopped, then or later."""
    await bench.moving()
    bench.machine.drop()
    await asyncio.sleep(2)
    await bench.run(0, 0, 0, 0, 0, 0, 1.0)
    assert bench.machine.commands == []
    assert bench.kinds[-1] is BeltEventKind.CONSOLE_STARTED


async def test_link_lost_while_stopping(bench: Bench) -> None:
    """The stop is written again as soon as there is a link, and the alarm comes without one."""
    await bench.moving()
    bench.connect_errors = [BleakError("refused")] * 3
    bench.machine.drop()
    bench.treadmill.stop()
    await asyncio.sleep(15)
    assert bench.kinds == [BeltEventKind.LINK_LOST, BeltEventKind.STOP_FAILED]
    assert bench.machine.commands == []
    await asyncio.sleep(5)
    assert bench.machine.commands == [STOP]
    await bench.run(0, 0, 0)
    assert bench.motion() is BeltMotion.STOPPED


async def test_a_stop_without_a_link_at_rest(bench: Bench) -> None:
    """No alarm about a belt that stood; it is stopped if it moves when the link is back."""
    await bench.connected()
    bench.connect_errors = [BleakError("refused")] * 3
    bench.machine.drop()
    bench.treadmill.stop()
    assert bench.motion() is BeltMotion.MAY_BE_MOVING
    await asyncio.sleep(20)
    assert bench.kinds == [BeltEventKind.LINK_LOST, BeltEventKind.LINK_BACK]
    assert bench.machine.commands == []
    await bench.run(1.0)
    assert bench.machine.commands == [STOP]


async def test_link_lost_while_starting(bench: Bench) -> None:
    """The start is not repeated; a belt that moves when the link is back is stopped."""
    await bench.connected()
    bench.treadmill.start()
    bench.machine.drop()
    assert bench.motion() is BeltMotion.MAY_BE_MOVING
    await asyncio.sleep(2)
    bench.machine.written.clear()
    await bench.run(1.0)
    assert bench.machine.commands == [STOP]


async def test_lost_again_while_coming_back(bench: Bench) -> None:
    """The search goes on."""
    await bench.connected()
    bench.machine.read_hangs = {SPEED_RANGE_UUID}
    bench.machine.drop()
    await asyncio.sleep(1.5)
    bench.machine.drop()
    await asyncio.sleep(2)
    bench.machine.read_hangs.clear()
    await asyncio.sleep(5)
    assert bench.treadmill.report.linked
    assert len(bench.connects_at_s) == 3


async def test_cancelled_while_connecting(bench: Bench) -> None:
    """A caller that gives up leaves no link behind."""
    bench.machine.read_hangs = {SPEED_RANGE_UUID}
    connecting = asyncio.create_task(bench.treadmill.connect())
    await asyncio.sleep(1)
    connecting.cancel()
    await asyncio.wait((connecting,))
    assert bench.machine.disconnects == 1
    assert not bench.treadmill.report.linked
