"""Bleak over Bumble's central: what Home Assistant and the integration connect through."""

import asyncio
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, override

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import att, core, hci
from bumble.device import Connection, Peer
from bumble.gatt_client import CharacteristicProxy, ServiceProxy

if TYPE_CHECKING:
    from .proxy import Proxy

_DEFAULT_MTU = 23
_WRITE_HEADER_LENGTH = 3


class BumbleClient(BaseBleakClient):
    """A bleak client of one proxy; the proxy makes a subclass that names it."""

    proxy: ClassVar[Proxy]

    _connection: Connection | None = None

    @property
    @override
    def name(self) -> str:
        return self.address

    @property
    @override
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else _DEFAULT_MTU

    @property
    @override
    def is_connected(self) -> bool:
        return self._connection is not None

    @override
    async def connect(self, pair: bool, **kwargs: Any) -> None:
        self._connection = await self.proxy.open(self.address, self._timeout)
        self._connection.on(Connection.EVENT_DISCONNECTION, self._on_disconnected)
        try:
            with self._link() as connection:
                peer = Peer(connection)
                await peer.request_mtu(self.proxy.mtu)
                if pair:
                    await connection.pair()
                await peer.discover_all()  # type: ignore[no-untyped-call]
                self.services = self._collect(peer.services)
        except BaseException:
            await self.disconnect()
            raise

    @override
    async def disconnect(self) -> None:
        if self._connection is not None:
            self.proxy.cut(self._connection, hci.HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR)
            await asyncio.sleep(0)

    @override
    async def pair(self, *args: Any, **kwargs: Any) -> None:
        with self._link() as connection:
            await connection.pair()

    @override
    async def unpair(self) -> None:
        raise BleakError("bonds are not kept here")

    @override
    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        with self._link() as connection:
            return bytearray(
                await _to_its_end(connection.gatt_client.read_value(characteristic.handle))
            )

    @override
    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        with self._link() as connection:
            return bytearray(
                await _to_its_end(connection.gatt_client.read_value(descriptor.handle))
            )

    @override
    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        with self._link() as connection:
            await _to_its_end(
                connection.gatt_client.write_value(characteristic.handle, bytes(data), response)
            )

    @override
    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        with self._link() as connection:
            await _to_its_end(
                connection.gatt_client.write_value(descriptor.handle, bytes(data), True)
            )

    @override
    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        with self._link() as connection:
            await _to_its_end(
                connection.gatt_client.subscribe(proxy, lambda value: callback(bytearray(value)))
            )

    @override
    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        with self._link() as connection:
            await _to_its_end(connection.gatt_client.unsubscribe(characteristic.obj))

    @contextmanager
    def _link(self) -> Generator[Connection]:
        """Give the link, and turn Bumble's errors into bleak's."""
        if self._connection is None:
            raise BleakError("Not connected")
        try:
            yield self._connection
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error
        except asyncio.CancelledError:
            # Bumble cancels what waits for an answer when the link is lost.
            task = asyncio.current_task()
            if self._connection is not None or (task and task.cancelling()):
                raise
            raise BleakError("The link was lost") from None

    def _on_disconnected(self, _reason: int) -> None:
        self._connection = None
        if self._disconnected_callback:
            self._disconnected_callback()

    def _collect(self, services: list[ServiceProxy]) -> BleakGATTServiceCollection:
        collection = BleakGATTServiceCollection()
        for service in services:
            bleak_service = BleakGATTService(service, service.handle, _uuid(service.uuid))
            collection.add_service(bleak_service)
            for one in service.characteristics:
                bleak_characteristic = BleakGATTCharacteristic(
                    one,
                    one.handle,
                    _uuid(one.uuid),
                    list(gatt_char_props_to_strs(one.properties)),
                    lambda: self.mtu_size - _WRITE_HEADER_LENGTH,
                    bleak_service,
                )
                collection.add_characteristic(bleak_characteristic)
                for descriptor in one.descriptors:
                    collection.add_descriptor(
                        BleakGATTDescriptor(
                            descriptor,
                            descriptor.handle,
                            _uuid(descriptor.type),
                            bleak_characteristic,
                        )
                    )
        return collection


async def _to_its_end[T](request: Coroutine[Any, Any, T]) -> T:
    """Make a request that goes on if its caller is cancelled, as on every real stack.

    What was sent is answered, and Bumble would take the answer for the next request's.
    """
    task = asyncio.create_task(request, eager_start=True)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return await asyncio.shield(task)


def _uuid(uuid: core.UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))
