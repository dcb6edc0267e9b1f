"""A Bluetooth device on the virtual radio: a GATT server that advertises about once a second."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
import logging
from typing import Any, NamedTuple

from bumble import att, gatt
from bumble.controller import Controller
from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from custom_components.retrowalk.clock import Clock

_LOGGER = logging.getLogger(__name__)

_ADVERTISING_INTERVAL_MS = 1000.0

READ = gatt.Characteristic.Properties.READ
WRITE = gatt.Characteristic.Properties.WRITE
WRITE_WITHOUT_RESPONSE = gatt.Characteristic.Properties.WRITE_WITHOUT_RESPONSE
NOTIFY = gatt.Characteristic.Properties.NOTIFY
INDICATE = gatt.Characteristic.Properties.INDICATE


class _Advertiser(NamedTuple):
    """Bumble's two kinds of advertiser, seen alike."""

    enabled: bool
    send: Callable[[], None]
    stop: Callable[[], None]


type Characteristic = gatt.Characteristic[bytes]
type Read = Callable[[], bytes]
type Write = Callable[[bytes], None]


def power_up(air: LocalLink, address: str) -> tuple[Device, Controller]:
    """Return a device with a controller of its own, on `air`."""
    controller = Controller(address, link=air)
    device = Device(
        name=address, address=Address(address), host=Host(controller, AsyncPipeSink(controller))
    )
    return device, controller


def characteristic(
    uuid: str,
    properties: gatt.Characteristic.Properties,
    *,
    read: Read | bytes = b"",
    write: Write | None = None,
    encrypted: bool = False,
) -> Characteristic:
    """Return a characteristic whose value is read and written by plain functions."""
    permissions = gatt.Characteristic.READABLE | gatt.Characteristic.WRITEABLE
    if encrypted:
        permissions |= gatt.Characteristic.WRITE_REQUIRES_ENCRYPTION

    def on_read(_: Connection) -> bytes:
        return read if isinstance(read, bytes) else read()

    def on_write(_: Connection, value: bytes) -> None:
        if write is None:  # Bumble enforces no properties
            raise att.ATT_Error(att.ErrorCode.WRITE_NOT_PERMITTED)
        try:
            write(value)
        except att.ATT_Error:
            raise
        except Exception as error:  # anything else would leave the client without a reply
            _LOGGER.exception("Writing %s to %s", value.hex(), uuid)
            raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR) from error

    value = gatt.CharacteristicValue[bytes](read=on_read, write=on_write)
    return gatt.Characteristic(UUID(uuid), properties, permissions, value)


class Peripheral:
    """A GATT server with an advertisement; subclasses say what it serves."""

    max_mtu = 517
    advertises_while_connected = False
    refuses_after_drop_s = 0.0

    def __init__(self, clock: Clock, address: str, advertising_data: bytes) -> None:
        """Describe the device; `advertising_data` is raw, a scan response included."""
        self.clock = clock
        self.address = address
        self.advertising_data = advertising_data
        self._tasks: dict[Connection, set[asyncio.Task[None]]] = {}
        self._advertising: set[asyncio.Task[None]] = set()
        self._timers: dict[object, Callable[[], None]] = {}
        self._on = False
        self._device: Device | None = None
        self._controller: Controller | None = None

    def services(self) -> Sequence[gatt.Service]:
        """Return what the device serves."""
        raise NotImplementedError

    def on_connected(self) -> None:
        """Act when a central has connected."""

    def on_disconnected(self) -> None:
        """Act when a link is gone; the device knows no reason."""

    def on_subscribed(self, subscribed: Characteristic, connection: Connection) -> None:
        """Act when a client has subscribed."""

    @property
    def device(self) -> Device:
        """The device behind it, once it is switched on."""
        if self._device is None:
            raise RuntimeError(f"{self.address} is on no radio")
        return self._device

    @property
    def controller(self) -> Controller:
        """The radio's part of the device, once it is switched on."""
        if self._controller is None:
            raise RuntimeError(f"{self.address} is on no radio")
        return self._controller

    @property
    def connected(self) -> bool:
        """Tell whether a central holds a link."""
        return bool(self._tasks)

    async def switch_on(self, air: LocalLink) -> None:
        """Start to advertise on `air`."""
        self._device, self._controller = power_up(air, self.address)
        self._device.gatt_server.max_mtu = self.max_mtu
        self._device.add_services(self.services())
        self._device.on(Device.EVENT_CONNECTION, self._linked)
        server = self._device.gatt_server
        server.on(server.EVENT_CHARACTERISTIC_SUBSCRIPTION, self._subscription)
        await self._device.power_on()
        self._on = True
        await self._advertise()

    async def switch_off(self) -> None:
        """Fall silent; links are the radio's to cut."""
        self._on = False
        await asyncio.gather(*self._advertising)  # cancelled, it would wreck a command under way
        for advertiser in self._advertisers():
            advertiser.stop()

    def advertise_now(self) -> None:
        """Send an advertisement before its time, if the device advertises at all."""
        for advertiser in self._advertisers():
            if advertiser.enabled:
                advertiser.send()

    def notify(self, changed: Characteristic, value: bytes) -> None:
        """Notify every subscriber."""
        for connection, tasks in self._tasks.items():
            self._spawn(tasks, self.device.notify_subscriber(connection, changed, value))

    def indicate(self, changed: Characteristic, value: bytes) -> None:
        """Indicate to every subscriber; never from within the write it answers."""
        for connection, tasks in self._tasks.items():
            self._spawn(tasks, self.device.indicate_subscriber(connection, changed, value))

    def later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Act after a while, if a link still stands then."""
        key = object()

        def act() -> None:
            del self._timers[key]
            action()

        self._timers[key] = self.clock.call_later(delay_s, act)

    def hang_up(self) -> None:
        """End every link from this side."""
        for connection, tasks in self._tasks.items():
            self._spawn(tasks, connection.disconnect())

    def is_subscribed(self, asked: Characteristic) -> bool:
        """Tell whether any client gets the notifications or indications of a characteristic."""
        return any(
            any(cccds.get(asked.handle, b""))
            for cccds in self.device.gatt_server.subscribers.values()
        )

    def _advertisers(self) -> list[_Advertiser]:
        legacy = self.controller.le_legacy_advertiser
        return [
            _Advertiser(legacy.enabled, legacy.send_advertising_data, legacy.stop),
            *(
                _Advertiser(one.enabled, one.send_extended_advertising_data, one.stop)
                for one in self.controller.advertising_sets.values()
            ),
        ]

    async def _advertise(self) -> None:
        await self.device.start_advertising(
            advertising_data=self.advertising_data,
            advertising_interval_min=_ADVERTISING_INTERVAL_MS,
            advertising_interval_max=_ADVERTISING_INTERVAL_MS,
        )

    def _linked(self, connection: Connection) -> None:
        self._tasks[connection] = set()
        connection.on(Connection.EVENT_DISCONNECTION, lambda _: self._unlinked(connection))
        if self.advertises_while_connected:
            self._spawn(self._advertising, self._advertise())
        self.on_connected()

    def _unlinked(self, connection: Connection) -> None:
        for task in self._tasks.pop(connection):
            task.cancel()  # an indication would else wait half a minute for its confirmation
        if not self.connected:
            for cancel in self._timers.values():
                cancel()
            self._timers.clear()
        # Not by Bumble's own restart, which starts what already runs and leaves a timer behind.
        if self._on and not any(advertiser.enabled for advertiser in self._advertisers()):
            self._spawn(self._advertising, self._advertise())
        self.on_disconnected()

    def _subscription(
        self, connection: Connection, changed: Characteristic, notify: bool, indicate: bool
    ) -> None:
        if notify or indicate:
            self.on_subscribed(changed, connection)

    @staticmethod
    def _spawn(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
