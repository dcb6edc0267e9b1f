"""A family with phones: registered with the real mobile_app, and named in the walker's entry."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, override

from homeassistant.components.notify import NotifyEntity
from homeassistant.components.notify.const import NotifyEntityFeature
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigFlow, SubentryFlowResult
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
    setup_test_component_platform,
)

from simulator.companion import CompanionPhone, PushServer

from .flows import set_options

ALERT = "sensor.anna_alert"
FALL = "binary_sensor.anna_fall_suspected"


def phone_device(hass: HomeAssistant, name: str) -> str:
    """Return the id of a phone's device."""
    (entry,) = (
        each for each in hass.config_entries.async_entries("mobile_app") if each.title == name
    )
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return device.id


async def fill_in_contact(
    hass: HomeAssistant, entry: ConfigEntry, **answers: Any
) -> SubentryFlowResult:
    """Press "Add contact", and fill the form in."""
    subentries = hass.config_entries.subentries
    flow = await subentries.async_init((entry.entry_id, "contact"), context={"source": SOURCE_USER})
    result = await subentries.async_configure(flow["flow_id"], answers)
    await hass.async_block_till_done()
    return result


@dataclass
class Family:
    """Anna's phone, and those of her contacts."""

    hass: HomeAssistant
    server: PushServer
    http: Any
    phones: dict[str, CompanionPhone] = field(default_factory=dict)

    def __getitem__(self, name: str) -> CompanionPhone:
        """Return somebody's phone."""
        return self.phones[name]

    async def buy(self, name: str, *, apple: bool = False) -> str:
        """Register a phone, and return its device."""
        phone = CompanionPhone(name, self.server, self.http, apple=apple)
        self.phones[name] = phone
        await phone.register()
        await self.hass.async_block_till_done()
        return phone_device(self.hass, name)

    async def give_walker(self, entry: ConfigEntry, name: str, **alerts: Any) -> None:
        """Make a phone the walker's own."""
        device = await self.buy(name)
        answers = {**entry.options, "alerts": {"own_phones": [device], **alerts}}
        await set_options(self.hass, entry, **answers)

    async def add_contact(
        self, entry: ConfigEntry, name: str, *, apple: bool = False, **answers: Any
    ) -> None:
        """Make somebody with a new phone a contact."""
        device = await self.buy(name, apple=apple)
        result = await fill_in_contact(self.hass, entry, name=name, phones=[device], **answers)
        assert result["type"] is FlowResultType.CREATE_ENTRY

    async def until(self, condition: Callable[[], object], limit_s: float = 60.0) -> None:
        """Wait until `condition` is true: what goes over a socket takes its time."""
        loop = self.hass.loop
        begin_s = loop.time()
        while not condition():
            waited_s = loop.time() - begin_s
            if waited_s > limit_s:
                pytest.fail(f"not within {limit_s} s: {self.hass.states.get(ALERT)}")
            await asyncio.sleep(0.05 if waited_s < 1 else 1)

    async def pushes(self, name: str, count: int = 1, limit_s: float = 60.0) -> CompanionPhone:
        """Wait until a phone got so many pushes in all."""
        phone = self.phones[name]
        await self.until(lambda: len(phone.pushed) >= count, limit_s)
        return phone


@dataclass
class SecondWay:
    """A notify entity that is no phone's: a text message, a mail."""

    entity_id: str
    messages: list[tuple[str | None, str]] = field(default_factory=list)
    fails: bool = False


class _NotifyEntity(NotifyEntity):
    """Takes messages for a `SecondWay`."""

    _attr_name = "Text message"
    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self, way: SecondWay) -> None:
        self._way = way

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        if self._way.fails:
            raise HomeAssistantError("no credit")
        self._way.messages.append((title, message))


@asynccontextmanager
async def make_second_way(hass: HomeAssistant) -> AsyncGenerator[SecondWay]:
    """Set up a notify entity of another integration."""
    way = SecondWay("notify.text_message")

    async def forward(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, [Platform.NOTIFY])
        return True

    mock_integration(hass, MockModule("test", async_setup_entry=forward))
    setup_test_component_platform(hass, "notify", [_NotifyEntity(way)], from_config_entry=True)
    mock_platform(hass, "test.config_flow")
    entry = MockConfigEntry(domain="test")
    entry.add_to_hass(hass)
    with mock_config_flow("test", ConfigFlow):
        assert await hass.config_entries.async_setup(entry.entry_id)
        yield way
