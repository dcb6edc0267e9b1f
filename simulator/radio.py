"""The virtual radio: peripherals and proxies on one piece of air, all in one process."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import override

from bleak import BleakClient
from bumble import ll
from bumble.controller import Controller
from bumble.link import LocalLink
from bumble.utils import AsyncRunner
from homeassistant.core import HomeAssistant

from .peripheral import Peripheral
from .proxy import Proxy

# Bumble tells every packet several times over.
logging.getLogger("bumble").setLevel(logging.ERROR)

type ClientFactory = Callable[[Callable[[BleakClient], None]], Awaitable[BleakClient]]

DEFAULT_SOURCE = "C0:FF:EE:00:00:01"
_SETTLING_TURNS = 20  # of the loop: Bumble hands each packet on over several


class _Air(LocalLink):
    """The medium: what is sent by a device out of range is lost."""

    def __init__(self, on_advertisement: Callable[[str, bytes], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.out_of_range: set[str] = set()
        self._on_advertisement = on_advertisement

    @override
    def send_advertising_pdu(
        self, sender_controller: Controller, packet: ll.AdvertisingPdu
    ) -> None:
        if isinstance(packet, ll.AdvInd | ll.AdvExtInd):
            address = packet.advertiser_address.to_string(False)
            if address in self.out_of_range:
                return
            self._on_advertisement(address, packet.data)
        super().send_advertising_pdu(sender_controller, packet)


class VirtualRadio:
    """A piece of air with peripherals to find and proxies that find them."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Make a radio with one proxy, switched off; must be made inside the running loop."""
        self.loop = loop or asyncio.get_running_loop()
        self.air = _Air(self._on_advertisement)
        self.peripherals: dict[str, Peripheral] = {}
        self.proxies: list[Proxy] = []
        self._hass: HomeAssistant | None = None
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._refuses_until_s: dict[str, float] = {}

    async def start(self) -> None:
        """Switch the first proxy on."""
        await self.add_proxy(DEFAULT_SOURCE)

    async def add_proxy(self, source: str, *, rssi_dbm: int = -50, mtu: int = 247) -> Proxy:
        """Add another proxy; it registers with Home Assistant if the radio has."""
        proxy = Proxy(self, source, rssi_dbm=rssi_dbm, mtu=mtu)
        await proxy.switch_on()
        self.proxies.append(proxy)
        if self._hass:
            proxy.register(self._hass)
        return proxy

    async def add(self, peripheral: Peripheral) -> None:
        """Switch a peripheral on."""
        self.peripherals[peripheral.address] = peripheral
        await peripheral.switch_on(self.air)

    def register(self, hass: HomeAssistant) -> None:
        """Make every proxy one of Home Assistant's scanners; `bluetooth` must be set up."""
        self._hass = hass
        for proxy in self.proxies:
            proxy.register(hass)

    def client(
        self,
        address: str,
        disconnected_callback: Callable[[BleakClient], None] | None = None,
        *,
        timeout_s: float = 20.0,
    ) -> BleakClient:
        """Return a bleak client that goes through the first proxy, without Home Assistant."""
        return BleakClient(
            address,
            disconnected_callback,
            timeout=timeout_s,
            backend=self.proxies[0].backend,
        )

    def client_factory(self, address: str) -> ClientFactory:
        """Return what connects to `address`, as the integration wants it handed in."""

        async def connect(on_dropped: Callable[[BleakClient], None]) -> BleakClient:
            client = self.client(address, on_dropped)
            await client.connect()
            return client

        return connect

    def drop_link(self, address: str) -> None:
        """Lose the link to `address`; both sides learn of it."""
        for proxy in self.proxies:
            proxy.drop(address)
        if (peripheral := self.peripherals.get(address)) and peripheral.refuses_after_drop_s:
            self.refuse_connections(address, peripheral.refuses_after_drop_s)

    def set_reachable(self, address: str, reachable: bool) -> None:
        """Carry a device out of range or back: no link, no advertisement, no connection."""
        if reachable:
            self.air.out_of_range.discard(address)
        else:
            self.air.out_of_range.add(address)
            self.drop_link(address)

    def refuse_connections(self, address: str, for_s: float) -> None:
        """Let a device that advertises refuse connections for a while."""
        self._refuses_until_s[address] = self.loop.time() + for_s

    def refuses(self, address: str) -> bool:
        """Tell whether a device refuses connections now."""
        return self.loop.time() < self._refuses_until_s.get(address, 0.0)

    def advertise_now(self, address: str) -> None:
        """Let a device advertise before its time."""
        if peripheral := self.peripherals.get(address):
            peripheral.advertise_now()

    async def until_on_air(self, address: str) -> None:
        """Wait for an advertisement of `address`."""
        heard = self.loop.create_future()
        waiting = self._waiting.setdefault(address, set())
        waiting.add(heard)
        try:
            self.advertise_now(address)
            await heard
        finally:
            waiting.discard(heard)

    async def stop(self) -> None:
        """Switch everything off and leave no task and no timer."""
        for peripheral in self.peripherals.values():
            await peripheral.switch_off()
        for proxy in self.proxies:
            proxy.unregister()
        for _ in range(_SETTLING_TURNS):
            await asyncio.sleep(0)
        left = asyncio.all_tasks() & AsyncRunner.running_tasks
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _on_advertisement(self, address: str, data: bytes) -> None:
        for heard in self._waiting.get(address, ()):
            if not heard.done():
                heard.set_result(None)
        for proxy in self.proxies:
            proxy.heard(address, data)
