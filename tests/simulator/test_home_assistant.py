"""The radio inside a real Home Assistant: its Bluetooth finds the treadmill and connects to it."""

import asyncio
import struct

from bleak import BleakClient
from bleak.exc import BleakError
import bleak_retry_connector
from homeassistant.components import bluetooth
from homeassistant.components.bluetooth import (
    BluetoothCallbackMatcher,
    BluetoothChange,
    BluetoothScanningMode,
    BluetoothServiceInfoBleak,
)
from homeassistant.core import HomeAssistant
import pytest

from custom_components.retrowalk.clock import Clock
from simulator.radio import DEFAULT_SOURCE, VirtualRadio
from simulator.treadmill import DEFAULT_ADDRESS, VirtualTreadmill

pytestmark = pytest.mark.virtual_time

FITNESS_MACHINE = "00001826-0000-1000-8000-00805f9b34fb"
TREADMILL_DATA = "00002acd-0000-1000-8000-00805f9b34fb"
CONTROL_POINT = "00002ad9-0000-1000-8000-00805f9b34fb"


@pytest.fixture
async def treadmill(home_radio: VirtualRadio, clock: Clock) -> VirtualTreadmill:
    """Let Home Assistant hear a treadmill."""
    treadmill = VirtualTreadmill(clock)
    await home_radio.add(treadmill)
    await asyncio.sleep(2)
    return treadmill


async def connect(hass: HomeAssistant, lost: list[str] | None = None) -> BleakClient:
    """Connect as an integration does."""
    device = bluetooth.async_ble_device_from_address(hass, DEFAULT_ADDRESS, connectable=True)
    assert device is not None
    return await bleak_retry_connector.establish_connection(
        # Home Assistant puts its own class here when its Bluetooth is set up, so not at import.
        bleak_retry_connector.BleakClientWithServiceCache,
        device,
        "treadmill",
        lambda client: lost.append(client.address) if lost is not None else None,
    )


async def test_discovery(hass: HomeAssistant, home_radio: VirtualRadio, clock: Clock) -> None:
    """A matcher for fitness machines is called with the treadmill's advertisement."""
    found: list[BluetoothServiceInfoBleak] = []

    def on_found(info: BluetoothServiceInfoBleak, change: BluetoothChange) -> None:
        found.append(info)

    cancel = bluetooth.async_register_callback(
        hass,
        on_found,
        BluetoothCallbackMatcher(service_uuid=FITNESS_MACHINE, connectable=True),
        BluetoothScanningMode.ACTIVE,
    )
    await home_radio.add(VirtualTreadmill(clock))
    await asyncio.sleep(2)
    cancel()
    assert found
    assert found[0].address == DEFAULT_ADDRESS
    assert found[0].name == "Virtual Treadmill"
    assert found[0].source == DEFAULT_SOURCE
    assert found[0].service_data == {FITNESS_MACHINE: b"\x01\x01\x00"}


async def test_a_connection(hass: HomeAssistant, treadmill: VirtualTreadmill) -> None:
    """Reports arrive, commands are obeyed and answered, and the end leaves nothing behind."""
    client = await connect(hass)
    reports: list[bytes] = []
    answers: list[bytes] = []
    await client.start_notify(TREADMILL_DATA, lambda _, data: reports.append(bytes(data)))
    await client.start_notify(CONTROL_POINT, lambda _, data: answers.append(bytes(data)))
    for command in (b"\x00", b"\x07"):
        await client.write_gatt_char(CONTROL_POINT, command, response=True)
        await asyncio.sleep(0.1)
    await asyncio.sleep(10)
    assert answers == [b"\x80\x00\x01", b"\x80\x07\x01"]
    assert 9 <= len(reports) <= 11
    assert struct.unpack_from("<H", reports[-1], 2) == (80,)
    assert treadmill.belt.speed_kmh == 0.8
    await client.disconnect()
    assert not treadmill.connected


async def test_a_lost_link_and_a_device_away(
    hass: HomeAssistant, home_radio: VirtualRadio, treadmill: VirtualTreadmill
) -> None:
    """The callback comes; as long as the device is away no connection can be made."""
    lost: list[str] = []
    await connect(hass, lost)
    home_radio.set_reachable(DEFAULT_ADDRESS, False)
    await asyncio.sleep(0.1)
    assert lost == [DEFAULT_ADDRESS]
    with pytest.raises(BleakError):
        await connect(hass)
    home_radio.set_reachable(DEFAULT_ADDRESS, True)
    assert (await connect(hass)).is_connected


async def test_a_proxy_handover(
    hass: HomeAssistant, home_radio: VirtualRadio, treadmill: VirtualTreadmill
) -> None:
    """When the nearest proxy dies, the next connection goes through the other."""
    second = await home_radio.add_proxy("C0:FF:EE:00:00:02", rssi_dbm=-80)
    await asyncio.sleep(2)
    lost: list[str] = []
    await connect(hass, lost)
    assert home_radio.proxies[0].links == 1
    home_radio.proxies[0].unregister()
    await asyncio.sleep(2)
    assert lost == [DEFAULT_ADDRESS]
    await connect(hass)
    assert second.links == 1
