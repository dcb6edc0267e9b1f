"""The radio without Home Assistant: a bleak client at one end, a treadmill at the other."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import override

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError, BleakGATTProtocolError
from bumble import att, gatt
from bumble.core import UUID
import pytest

from custom_components.retrowalk.clock import Clock, LoopClock
from simulator.peripheral import INDICATE, NOTIFY, READ, WRITE, Peripheral, characteristic
from simulator.radio import VirtualRadio
from simulator.virtual_time import virtual_loop

pytestmark = pytest.mark.virtual_time

ADDRESS = "C0:FF:EE:00:00:99"
VALUE = "0000fff1-0000-1000-8000-00805f9b34fb"
ANSWER = "0000fff2-0000-1000-8000-00805f9b34fb"
SECRET = "0000fff3-0000-1000-8000-00805f9b34fb"


class Echo(Peripheral):
    """A device that gives back what it was given."""

    def __init__(self) -> None:
        """Advertise nothing but the flags."""
        super().__init__(LoopClock(asyncio.get_running_loop()), ADDRESS, b"\x02\x01\x06")
        self.value = characteristic("FFF1", READ | NOTIFY, read=b"x" * 40)
        self.answer = characteristic("FFF2", WRITE | INDICATE, write=self._on_write)
        self.secret = characteristic("FFF3", WRITE, write=lambda _: None, encrypted=True)

    @override
    def services(self) -> Sequence[gatt.Service]:
        return [gatt.Service(UUID("FFF0"), [self.value, self.answer, self.secret])]

    def _on_write(self, value: bytes) -> None:
        if value == b"refuse":
            raise att.ATT_Error(att.ErrorCode.VALUE_NOT_ALLOWED)
        if value == b"break":
            raise ValueError(value)
        if value != b"silence":
            asyncio.get_running_loop().call_soon(self.indicate, self.answer, value)


@pytest.fixture
async def echo(radio: VirtualRadio) -> Echo:
    """Switch the device on."""
    device = Echo()
    await radio.add(device)
    return device


@pytest.fixture
async def client(radio: VirtualRadio, echo: Echo) -> BleakClient:
    """Connect a client."""
    client = radio.client(ADDRESS)
    await client.connect()
    return client


async def test_long_values_and_indications(client: BleakClient, echo: Echo) -> None:
    """The MTU was raised, so nothing is cut; an indication follows the write it answers."""
    received: list[tuple[str, bytes]] = []
    for uuid in (VALUE, ANSWER):
        await client.start_notify(
            uuid, lambda sender, data: received.append((sender.uuid, bytes(data)))
        )
    assert await client.read_gatt_char(VALUE) == b"x" * 40
    echo.notify(echo.value, b"y" * 40)
    await client.write_gatt_char(ANSWER, b"hello", response=True)
    await asyncio.sleep(0.1)
    assert received == [(VALUE, b"y" * 40), (ANSWER, b"hello")]
    assert echo.is_subscribed(echo.value)
    await client.stop_notify(VALUE)
    assert not echo.is_subscribed(echo.value)


async def test_a_small_mtu_cuts_notifications(radio: VirtualRadio) -> None:
    """A device with an MTU of 23 sends 20 bytes of whatever it has."""
    echo = Echo()
    echo.max_mtu = 23
    await radio.add(echo)
    client = radio.client(ADDRESS)
    await client.connect()
    received: list[bytes] = []
    await client.start_notify(VALUE, lambda _, data: received.append(bytes(data)))
    echo.notify(echo.value, b"y" * 40)
    await asyncio.sleep(0.1)
    assert client.mtu_size == 23
    assert received == [b"y" * 20]


@pytest.mark.parametrize(("value", "code"), [(b"refuse", 0x13), (b"break", 0x0E)])
async def test_a_refused_write(client: BleakClient, value: bytes, code: int) -> None:
    """A refusal comes back as the protocol's error, and so does a fault in the device."""
    with pytest.raises(BleakGATTProtocolError) as raised:
        await client.write_gatt_char(ANSWER, value, response=True)
    assert raised.value.code == code


async def test_what_needs_pairing(client: BleakClient) -> None:
    """A write to a protected characteristic is refused until the two have paired."""
    with pytest.raises(BleakGATTProtocolError):
        await client.write_gatt_char(SECRET, b"1", response=True)
    await client.pair()
    await client.write_gatt_char(SECRET, b"1", response=True)


async def test_a_lost_link(radio: VirtualRadio, echo: Echo) -> None:
    """Both ends learn of it once, what was under way fails, and a new link can be made."""
    lost: list[str] = []
    connect = radio.client_factory(ADDRESS)
    client = await connect(lambda lost_client: lost.append(lost_client.address))
    await client.start_notify(ANSWER, lambda *_: None)
    echo.indicate(echo.answer, b"never confirmed")
    reading = asyncio.create_task(client.read_gatt_char(VALUE))
    await asyncio.sleep(0)
    radio.drop_link(ADDRESS)
    with pytest.raises(BleakError):
        await reading
    assert lost == [ADDRESS]
    assert not client.is_connected
    assert not echo.connected
    with pytest.raises(BleakError):
        await client.read_gatt_char(VALUE)
    await client.connect()
    assert await client.read_gatt_char(VALUE) == b"x" * 40
    await client.disconnect()
    assert not echo.connected
    assert lost == [ADDRESS] * 2


async def test_the_device_hangs_up(client: BleakClient, echo: Echo) -> None:
    """A link may be ended from the other side."""
    echo.hang_up()
    await asyncio.sleep(0.1)
    assert not client.is_connected


async def test_a_cancelled_read_stays_cancelled(client: BleakClient) -> None:
    """A time limit of the caller is not mistaken for a lost link."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await client.read_gatt_char(VALUE)


async def test_out_of_range(radio: VirtualRadio, client: BleakClient, echo: Echo) -> None:
    """A device carried away costs its link and the time limit, and holds up nobody else."""
    loop = virtual_loop()
    other = Echo()
    other.address = "C0:FF:EE:00:00:98"
    await radio.add(other)
    radio.set_reachable(ADDRESS, False)
    await asyncio.sleep(0.1)
    assert not client.is_connected
    began_s = loop.time()
    away = radio.client(ADDRESS, timeout_s=10.0)
    here = radio.client(other.address)
    results = await asyncio.gather(away.connect(), here.connect(), return_exceptions=True)
    assert isinstance(results[0], TimeoutError)
    assert loop.time() - began_s == pytest.approx(10.0, abs=0.5)
    assert here.is_connected
    radio.set_reachable(ADDRESS, True)
    await away.connect()
    assert away.is_connected


async def test_a_device_that_comes_back_meanwhile(radio: VirtualRadio, echo: Echo) -> None:
    """A connection attempt that is under way finds a device that comes into range."""
    radio.set_reachable(ADDRESS, False)
    virtual_loop().call_later(5.0, radio.set_reachable, ADDRESS, True)
    client = radio.client(ADDRESS)
    await client.connect()
    assert client.is_connected


async def test_refused_connections(radio: VirtualRadio, echo: Echo) -> None:
    """A device may be heard and still refuse for a while."""
    radio.refuse_connections(ADDRESS, 40.0)
    client = radio.client(ADDRESS)
    with pytest.raises(BleakError):
        await client.connect()
    await asyncio.sleep(40.0)
    await client.connect()
    assert client.is_connected


async def test_a_device_taken_by_another(
    radio: VirtualRadio, client: BleakClient, echo: Echo
) -> None:
    """A connected device does not advertise, so that nobody else can have it."""
    with pytest.raises(TimeoutError):
        await radio.client(ADDRESS).connect()
    await client.disconnect()
    await radio.client(ADDRESS).connect()


async def test_a_second_central(radio: VirtualRadio) -> None:
    """A device that goes on advertising can be had by two."""
    echo = Echo()
    echo.advertises_while_connected = True
    await radio.add(echo)
    second_proxy = await radio.add_proxy("C0:FF:EE:00:00:02")
    received: list[tuple[int, bytes]] = []

    def note(number: int, _: BleakGATTCharacteristic, data: bytearray) -> None:
        received.append((number, bytes(data)))

    for number, backend in enumerate((radio.proxies[0].backend, second_proxy.backend)):
        client = BleakClient(ADDRESS, backend=backend)
        await client.connect()
        await client.start_notify(VALUE, partial(note, number))
    echo.notify(echo.value, b"both")
    await asyncio.sleep(0.1)
    assert sorted(received) == [(0, b"both"), (1, b"both")]


async def test_advertisements_come_once_a_second(
    radio: VirtualRadio, echo: Echo, clock: Clock
) -> None:
    """They stop while somebody is connected."""
    heard: list[float] = []
    proxy = radio.proxies[0]
    proxy.heard = lambda address, data: heard.append(clock.now_s())  # type: ignore[method-assign]
    await asyncio.sleep(10.5)
    assert len(heard) in (10, 11)
    client = radio.client(ADDRESS)
    await client.connect()
    heard.clear()
    await asyncio.sleep(10)
    assert not heard
    await client.disconnect()
    await asyncio.sleep(5)
    assert heard
