"""A Bluetooth proxy of the house: hears what is on the air and connects for Home Assistant."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from bleak.exc import BleakError
from bluetooth_data_tools import monotonic_time_coarse
from bumble.device import Connection
from bumble.hci import HCI_CONNECTION_TIMEOUT_ERROR
from habluetooth import BaseHaRemoteScanner, HaBluetoothConnector
from homeassistant.components import bluetooth
from homeassistant.core import HomeAssistant

from .bleak_backend import BumbleClient
from .peripheral import power_up

if TYPE_CHECKING:
    from .radio import VirtualRadio

_ANSWER_WITHIN_S = 2.0  # a device that advertises answers the connection request at once
_REFUSED_AFTER_S = 0.5


class Proxy:
    """One central of the radio, registered with Home Assistant as an ESPHome proxy would be."""

    def __init__(
        self,
        radio: VirtualRadio,
        source: str,
        *,
        rssi_dbm: int = -50,
        mtu: int = 247,
        slots: int = 3,
    ) -> None:
        """Describe the proxy: its own address, how well it hears, how many links it can hold."""
        self.source = source
        self.rssi_dbm = rssi_dbm
        self.mtu = mtu
        self.backend: type[BumbleClient] = type("ProxyClient", (BumbleClient,), {"proxy": self})
        self._radio = radio
        self._slots = slots
        self._lock = asyncio.Lock()  # two connection requests at once wreck both
        self._device, self._controller = power_up(radio.air, source)
        self._scanner: BaseHaRemoteScanner | None = None
        self._unregister: list[Callable[[], None]] = []

    @property
    def links(self) -> int:
        """How many links it holds."""
        return len(self._device.connections)

    async def switch_on(self) -> None:
        """Power the controller."""
        await self._device.power_on()

    def register(self, hass: HomeAssistant) -> None:
        """Become one of Home Assistant's scanners."""
        self._scanner = BaseHaRemoteScanner(
            self.source,
            self.source,
            HaBluetoothConnector(
                client=self.backend,
                source=self.source,
                can_connect=lambda: self.links < self._slots,
            ),
            connectable=True,
        )
        self._unregister = [
            bluetooth.async_register_scanner(hass, self._scanner, connection_slots=self._slots),
            self._scanner.async_setup(),
        ]

    def unregister(self) -> None:
        """Leave Home Assistant, and every link with it, as a proxy that lost its power."""
        for undo in self._unregister:
            undo()
        self._unregister.clear()
        self._scanner = None
        for connection in list(self._device.connections.values()):
            self.cut(connection, HCI_CONNECTION_TIMEOUT_ERROR)

    def heard(self, address: str, data: bytes) -> None:
        """Pass an advertisement on to Home Assistant."""
        if self._scanner:
            # The manager judges age by this clock, whatever the loop's clock says.
            self._scanner._async_on_raw_advertisement(  # noqa: SLF001
                address, self.rssi_dbm, data, {}, monotonic_time_coarse()
            )

    async def open(self, address: str, timeout_s: float) -> Connection:
        """Connect; a device that is not there takes the whole time, and TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._radio.until_on_air(address)
        if self._radio.refuses(address):
            await asyncio.sleep(_REFUSED_AFTER_S)
            raise BleakError(f"{address} refused the connection")
        async with self._lock:
            self._radio.loop.call_later(0, self._radio.advertise_now, address)
            try:
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    connection: Connection = await self._device.connect(address, timeout=None)
            finally:
                # Bumble would wait for ever for a device that went away, and block the next.
                self._controller.pending_le_connection = None
        return connection

    def cut(self, connection: Connection, reason: int) -> None:
        """End a link on both sides; Bumble knows no supervision timeout."""
        ours = self._controller.find_le_connection_by_handle(connection.handle)
        if ours is None:
            return
        self._controller.on_le_disconnected(ours, reason)
        other = self._radio.air.find_le_controller(ours.peer_address)
        if other and (theirs := other.le_connections.get(ours.self_address)):
            other.on_le_disconnected(theirs, reason)

    def drop(self, address: str) -> None:
        """Lose the link to `address`, as by interference."""
        for connection in list(self._device.connections.values()):
            if connection.peer_address.to_string(False) == address:
                self.cut(connection, HCI_CONNECTION_TIMEOUT_ERROR)
