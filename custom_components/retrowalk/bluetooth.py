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

from .clock import LoopClock, wait
from .const import (
    CONF_FIRMWARE,
    CONF_INCLINATION_RANGE,
    CONF_MAKER,
    CONF_MODEL,
    CONF_SPEED_RANGE,
    Source,
)
from .treadmill.client import Treadmill
from .treadmill.codec import SERVICE_UUID, InclinationRange, SpeedRange, decode_advertisement
from .treadmill.link import MachineInfo
from .treadmill.profile import GENERIC, MachineProfile, recognise
from .wearable.codec.rsc import SERVICE_UUID as FOOT_POD_UUID
from .wire import DecodeError

# Other heart-rate straps in the house are nobody's wearables.
POLAR_NAMES = ("Polar H10", "Polar Sense", "Polar Verity Sense")
# Some machines start when something connects, after 3 s as captured: seen, they are stopped.
WATCHED_S = 6.0


def is_treadmill(info: BluetoothServiceInfoBleak) -> bool | None:
    """Tell a treadmill from bikes and rowers; None where the advertisement does not say."""
    if (service_data := info.service_data.get(SERVICE_UUID)) is not None:
        with suppress(DecodeError):
            return decode_advertisement(service_data).is_treadmill
    if SERVICE_UUID not in info.service_uuids:
        return False
    return None if recognise(info.name) is GENERIC else True


def wearable_source(info: BluetoothServiceInfoBleak) -> Source | None:
    """Tell a foot pod or a Polar strap; a treadmill that speaks as a pod too is a treadmill."""
    services = {*info.service_uuids, *info.service_data}
    if SERVICE_UUID in services:
        return None
    if info.name.startswith(POLAR_NAMES):
        return Source.POLAR
    return Source.FOOT_POD if FOOT_POD_UUID in services else None


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
    clock = LoopClock(hass.loop)
    treadmill = Treadmill(
        connect=partial(async_connect, hass, address),
        clock=clock,
        take_gate=lambda: False,
        on_report=lambda _: None,
        on_event=lambda _: None,
        profile=profile,
    )
    try:
        await treadmill.connect()
        await wait(clock, WATCHED_S)
        return treadmill.info
    finally:
        await treadmill.disconnect()


def stored(info: MachineInfo) -> dict[str, Any]:
    """Return what is kept of a machine: profile and ranges are needed before a link is there."""
    said = {CONF_MAKER: info.maker, CONF_MODEL: info.model, CONF_FIRMWARE: info.firmware}
    kept: dict[str, Any] = {what: text for what, text in said.items() if text}
    if info.speed_range is not None:
        kept[CONF_SPEED_RANGE] = asdict(info.speed_range)
    if info.inclination_range is not None:
        kept[CONF_INCLINATION_RANGE] = asdict(info.inclination_range)
    return kept


def restored(data: Mapping[str, Any]) -> MachineInfo:
    """Return what was kept."""
    speeds, inclinations = data.get(CONF_SPEED_RANGE), data.get(CONF_INCLINATION_RANGE)
    return MachineInfo(
        speed_range=SpeedRange(**speeds) if speeds else None,
        inclination_range=InclinationRange(**inclinations) if inclinations else None,
        maker=data.get(CONF_MAKER),
        model=data.get(CONF_MODEL),
        firmware=data.get(CONF_FIRMWARE),
    )
