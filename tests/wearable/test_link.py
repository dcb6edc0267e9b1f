"""The link: made again whenever it is lost, given up by nothing, and gone after `close`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from bleak import BleakClient
from bleak.exc import BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode
import pytest

from custom_components.retrowalk.clock import Clock
from custom_components.retrowalk.gatt import MODEL_UUID, paired, read, wants_pairing
from custom_components.retrowalk.wearable.codec.heart_rate import (
    BATTERY_LEVEL_UUID,
    decode_battery_level,
)
from custom_components.retrowalk.wearable.codec.rsc import MEASUREMENT_UUID
from custom_components.retrowalk.wearable.foot_pod import FootPod
from custom_components.retrowalk.wearable.link import CONNECT_LIMIT_S, Link

from .bench import Bench

pytestmark = pytest.mark.virtual_time

WALKING = bytes.fromhex("00 0000 3c")  # 60 a minute


class FakePod:
    """A BleakClient whose pod is in the test's hand."""

    def __init__(self, clock: Clock) -> None:
        """Be honest."""
        self.clock = clock
        self.connect_errors: list[Exception] = []
        self.subscribe_errors: dict[str, list[Exception]] = {}
        self.never_arrives = False
        self.read_hangs: set[str] = set()
        self.lacks: set[str] = set()
        self.values = {BATTERY_LEVEL_UUID: b"\x32", MODEL_UUID: b"Pod\0", MEASUREMENT_UUID: b""}
        self.disconnect: Callable[[], Awaitable[None]] = self._disconnect
        self.disconnects = 0
        self.paired = 0
        self.connects_at_s: list[float] = []
        self.listeners: dict[str, Callable[[Any, bytearray], None]] = {}
        self.dropped: Callable[[BleakClient], None] = lambda _: None

    async def connect(self, dropped: Callable[[BleakClient], None]) -> BleakClient:
        """Be connected to."""
        self.connects_at_s.append(self.clock.now_s())
        if self.connect_errors:
            raise self.connect_errors.pop(0)
        if self.never_arrives:
            await asyncio.Event().wait()
        self.dropped = dropped
        return self.client

    @property
    def client(self) -> BleakClient:
        """The same, as its type wants it."""
        return cast("BleakClient", self)

    @property
    def services(self) -> FakePod:
        """The client asks its services for characteristics: here they are one."""
        return self

    def get_characteristic(self, uuid: str) -> object | None:
        """Tell whether a characteristic is there."""
        return uuid if uuid in self.values.keys() - self.lacks else None

    async def start_notify(self, uuid: str, listener: Callable[[Any, bytearray], None]) -> None:
        """Subscribe."""
        if errors := self.subscribe_errors.get(uuid):
            raise errors.pop(0)
        self.listeners[uuid] = listener

    async def read_gatt_char(self, uuid: str) -> bytearray:
        """Read."""
        if uuid in self.read_hangs:
            await asyncio.Event().wait()
        if not self.values[uuid]:
            raise BleakError("not readable")
        return bytearray(self.values[uuid])

    async def pair(self) -> None:
        """Pair."""
        self.paired += 1

    async def _disconnect(self) -> None:
        self.disconnects += 1

    def report(self, value: bytes = WALKING) -> None:
        """Notify a measurement."""
        self.listeners[MEASUREMENT_UUID](None, bytearray(value))

    def drop(self) -> None:
        """Lose the link."""
        self.dropped(self.client)


@pytest.fixture
async def pod(bench: Bench) -> FakePod:
    """Take a pod in hand."""
    return FakePod(bench.clock)


@pytest.fixture
async def client(bench: Bench, pod: FakePod) -> FootPod:
    """Make its client, not opened yet."""
    client = FootPod(clock=bench.clock, connect=pod.connect, listeners=bench.listeners)
    bench.wearables.append(client)
    return client


async def test_a_pod_that_is_not_there_yet(bench: Bench, pod: FakePod, client: FootPod) -> None:
    """It is looked for, later and later, and nothing raises."""
    pod.connect_errors = [BleakError("out of range"), OSError(), TimeoutError(), *[EOFError()] * 4]
    await client.open()
    await asyncio.sleep(150)
    gaps = [round(b - a) for a, b in zip(pod.connects_at_s, pod.connects_at_s[1:], strict=False)]
    assert gaps == [1, 2, 5, 10, 20, 30, 30]
    assert client.state.connected
    assert client.link.error is None


async def test_a_connection_that_never_comes_about(pod: FakePod, client: FootPod) -> None:
    """It is not waited for without end."""
    pod.never_arrives = True
    await client.open()
    await asyncio.sleep(CONNECT_LIMIT_S + 1.5)
    assert len(pod.connects_at_s) == 2
    assert not client.state.connected
    await client.close()


async def test_a_link_that_is_lost(bench: Bench, pod: FakePod, client: FootPod) -> None:
    """It is told at once, and a link that held is looked for again at once."""
    pod.connect_errors = [BleakError("busy")] * 5
    await client.open()
    await asyncio.sleep(100)
    pod.report()
    assert client.state.cadence_spm == 60
    pod.drop()
    await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    assert not client.state.connected
    assert not client.state.streaming
    assert client.state.cadence_spm is None
    assert client.state.battery_percent == 50  # which is still so
    await asyncio.sleep(1)
    assert client.state.connected
    assert pod.disconnects == 1


async def test_a_device_that_is_no_pod(pod: FakePod, client: FootPod) -> None:
    """Without its measurement the link is of no use."""
    pod.lacks = {MEASUREMENT_UUID}
    await client.open()
    await asyncio.sleep(0.5)
    assert not client.state.connected
    assert client.link.error
    assert MEASUREMENT_UUID in client.link.error
    assert pod.disconnects == 1


@pytest.mark.parametrize(
    ("uuid", "connected"), [(BATTERY_LEVEL_UUID, True), (MEASUREMENT_UUID, False)]
)
async def test_a_subscription_that_is_refused(
    pod: FakePod, client: FootPod, uuid: str, connected: bool
) -> None:
    """A battery is done without; the measurement is not."""
    pod.subscribe_errors[uuid] = [BleakError("no")]
    await client.open()
    await asyncio.sleep(0.5)
    assert client.state.connected is connected


@pytest.mark.parametrize(
    "refusal",
    [
        BleakGATTProtocolError(BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION),
        BleakGATTProtocolError(BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION),
        BleakError(
            "Bluetooth GATT Error handle=14 error=5 description=Insufficient authentication"
        ),
    ],
)
async def test_pairing(pod: FakePod, client: FootPod, refusal: BleakError) -> None:
    """Where a request is refused for want of pairing, they are paired and it is made again."""
    pod.subscribe_errors[MEASUREMENT_UUID] = [refusal]
    await client.open()
    await asyncio.sleep(0.5)
    assert client.state.connected
    assert pod.paired == 1


async def test_no_pairing_for_another_refusal(pod: FakePod) -> None:
    """Pairing mends nothing else."""
    refusal = BleakGATTProtocolError(BleakGATTProtocolErrorCode.WRITE_NOT_PERMITTED)
    assert not wants_pairing(refusal)
    pod.subscribe_errors[MEASUREMENT_UUID] = [refusal]
    with pytest.raises(BleakError):
        await paired(pod.client, lambda: pod.client.start_notify(MEASUREMENT_UUID, print))
    assert pod.paired == 0


async def test_what_it_says_of_itself(pod: FakePod, client: FootPod) -> None:
    """What is missing, refused or malformed is left out."""
    pod.values[BATTERY_LEVEL_UUID] = b"\xff"
    await client.open()
    await asyncio.sleep(0.5)
    assert client.state.info.model == "Pod"
    assert client.state.info.maker is None
    assert client.state.battery_percent is None
    assert await read(pod.client, pod.clock, MEASUREMENT_UUID, decode_battery_level) is None


async def test_a_read_that_hangs(pod: FakePod, client: FootPod) -> None:
    """The measurements do not wait for it."""
    pod.read_hangs = {MODEL_UUID}
    await client.open()
    await asyncio.sleep(0.5)
    pod.report()
    assert client.state.cadence_spm == 60
    await asyncio.sleep(10)
    assert client.state.connected
    assert client.state.info.model is None
    assert len(pod.connects_at_s) == 1


async def test_closing(pod: FakePod, client: FootPod) -> None:
    """It lets go, is not opened again by a late drop, and may be closed twice and opened again."""
    await client.open()
    await asyncio.sleep(0.5)
    await client.close()
    await client.close()
    assert pod.disconnects == 1
    assert not client.state.connected
    pod.drop()
    await asyncio.sleep(100)
    assert len(pod.connects_at_s) == 1
    await client.open()
    await client.open()
    await asyncio.sleep(0.5)
    assert client.state.connected
    assert len(pod.connects_at_s) == 2


async def test_a_disconnect_that_fails_or_hangs(pod: FakePod, client: FootPod) -> None:
    """It is gone, or will be."""

    async def fail() -> None:
        raise BleakError("already gone")

    await client.open()
    await asyncio.sleep(0.5)
    pod.disconnect = fail
    await client.close()
    await client.open()
    await asyncio.sleep(0.5)
    pod.disconnect = asyncio.Event().wait  # type: ignore[assignment]
    before_s = pod.clock.now_s()
    await client.close()
    assert pod.clock.now_s() - before_s == pytest.approx(5.0)


async def test_a_service_that_ends_leaves_the_link(pod: FakePod, clock: Clock) -> None:
    """What is served may be done before the link is lost."""
    served: list[BleakClient] = []
    lost: list[float] = []

    async def serve(client: BleakClient) -> None:
        served.append(client)

    link = Link(
        clock=clock, connect=pod.connect, serve=serve, on_lost=lambda: lost.append(clock.now_s())
    )
    link.open()
    await asyncio.sleep(60)
    assert link.client is served[0]
    assert lost == []
    await link.close()
    assert len(lost) == 1
