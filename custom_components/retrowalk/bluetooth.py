"""The way to a Bluetooth treadmill, by any adapter or proxy that Home Assistant knows."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any

from bleak import BleakClient
from bleak.exc import BleakError
import bleak_retry_connector
from homeassistant.components import bluetooth
from homeassistant.components.bluetooth import (
    BluetoothReachabilityIntent,
    BluetoothServiceInfoBleak,
)
from homeassistant.core import HomeAssistant

from .clock import LoopClock
from .const import CONF_SPEED_RANGE
from .treadmill.client import Treadmill
from .treadmill.codec import SERVICE_UUID, SpeedRange, decode_advertisement
from .treadmill.link import MachineInfo
from .treadmill.profile import GENERIC, MachineProfile, recognise
from .wire import DecodeError


def is_treadmill(info: BluetoothServiceInfoBleak) -> bool | None:
    """Tell a treadmill from bikes and rowers; None where the advertisement does not say."""
    if (service_data := info.service_data.get(SERVICE_UUID)) is not None:
        with suppress(DecodeError):
            return decode_advertisement(service_data).is_treadmill
    if SERVICE_UUID not in info.service_uuids:
        return False
    return None if recognise(info.name) is GENERIC else True


async def async_connect(
    hass: HomeAssistant, address: str, lost: Callable[[BleakClient], None]
) -> BleakClient:
    """Connect to `address` by the best adapter or proxy in range, or raise BleakError."""
    device = bluetooth.async_ble_device_from_address(hass, address, connectable=True)
    if device is None:
        raise BleakError(
            bluetooth.async_address_reachability_diagnostics(
                hass, address, BluetoothReachabilityIntent.CONNECTION
            )
        )
    return await bleak_retry_connector.establish_connection(
        # Home Assistant puts its own class here when its Bluetooth is set up: not at import.
        bleak_retry_connector.BleakClientWithServiceCache,
        device,
        device.name or address,
        disconnected_callback=lost,
        max_attempts=1,  # backing off is the link's business: it knows what is moving
    )


async def async_ask_machine(
    hass: HomeAssistant, address: str, profile: MachineProfile
) -> MachineInfo:
    """Connect once, behind a gate that stays shut, and return what the machine says of itself.

    Raises LinkError.
    """
    treadmill = Treadmill(
        connect=partial(async_connect, hass, address),
        clock=LoopClock(hass.loop),
        take_gate=lambda: False,
        on_report=lambda _: None,
        on_event=lambda _: None,
        profile=profile,
    )
    try:
        await treadmill.connect()
        return treadmill.info
    finally:
        await treadmill.disconnect()


def stored(info: MachineInfo) -> dict[str, Any]:
    """Return what is kept of a machine: the caps are checked before a link is there."""
    return {CONF_SPEED_RANGE: asdict(info.speed_range)} if info.speed_range else {}


def restored(data: Mapping[str, Any]) -> MachineInfo:
    """Return what was kept."""
    speed_range = data.get(CONF_SPEED_RANGE)
    return MachineInfo(speed_range=SpeedRange(**speed_range) if speed_range else None)
