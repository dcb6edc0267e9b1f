"""The treadmill's power switch: tested with nobody on the belt, tried last, never switched on."""

import asyncio
from dataclasses import replace

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.retrowalk.power import async_power_off
from custom_components.retrowalk.treadmill.profile import SpeedUnit
from simulator.profiles import PROFILES, Profile
from simulator.radio import VirtualRadio
from simulator.treadmill import VirtualTreadmill

from .conftest import NAME
from .flows import set_options
from .home import BELT, SESSION, Home, times_of
from .repairs import issues

pytestmark = pytest.mark.virtual_time

PLUG = "switch.plug"
OPTIONS = {"unit": SpeedUnit.KMH, "power_switch": PLUG, "power_tested": "2026-11-01"}


@pytest.fixture
def profile(machine: str | None) -> Profile:
    """Return an odd treadmill under the name that entities are called by."""
    return replace(PROFILES[machine or "plain"], local_name=NAME)


class Plug:
    """A smart plug that the treadmill hangs on."""

    def __init__(
        self,
        hass: HomeAssistant,
        treadmill: VirtualTreadmill | None = None,
        radio: VirtualRadio | None = None,
    ) -> None:
        """Be on."""
        self.hass = hass
        self.treadmill = treadmill
        self.radio = radio
        self.calls: list[str] = []
        self.says = "off"
        self.after_s = 0.5
        self.error: Exception | None = None
        hass.states.async_set(PLUG, "on")
        for service in ("turn_off", "turn_on"):
            hass.services.async_register("switch", service, self._turn)

    async def _turn(self, call: ServiceCall) -> None:
        self.calls.append(call.service)
        if self.error is not None:
            raise self.error
        await asyncio.sleep(self.after_s)
        self.hass.states.async_set(PLUG, self.says)
        if self.treadmill is not None and self.radio is not None and self.says == "off":
            self.treadmill.belt.stop("power_cut")
            await self.treadmill.switch_off()
            self.radio.set_reachable(self.treadmill.address, False)


@pytest.fixture
def plug(hass: HomeAssistant, treadmill: VirtualTreadmill, home_radio: VirtualRadio) -> Plug:
    """Let the treadmill in the air hang on a smart plug."""
    return Plug(hass, treadmill, home_radio)


async def tried(
    hass: HomeAssistant, entry: MockConfigEntry, *, belt_runs: bool = True
) -> ConfigFlowResult:
    """Choose the plug and press "test"."""
    flow = await set_options(hass, entry, unit=SpeedUnit.KMH, power_switch=PLUG)
    assert flow["step_id"] == "power_test"
    assert flow["description_placeholders"] == {"switch": PLUG}
    result = await hass.config_entries.options.async_configure(
        flow["flow_id"], {"belt_runs": belt_runs}
    )
    await hass.async_block_till_done()
    return result


async def running(treadmill: VirtualTreadmill) -> None:
    """Start the belt at its console."""
    treadmill.belt.press_start()
    await asyncio.sleep(10)


# The test


async def test_a_switch_that_stops_the_belt(
    hass: HomeAssistant, treadmill: VirtualTreadmill, treadmill_entry: MockConfigEntry, plug: Plug
) -> None:
    """Switched off once, seen to be off, the belt fell silent: it is kept, with the day."""
    await running(treadmill)
    result = await tried(hass, treadmill_entry)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert treadmill_entry.options["power_switch"] == PLUG
    assert treadmill_entry.options["power_tested"] == dt_util.now().date().isoformat()
    assert plug.calls == ["turn_off"]
    # Options that leave it as it is need no second test.
    again = await set_options(hass, treadmill_entry, max_speed_kmh=3.0, power_switch=PLUG)
    assert again["type"] is FlowResultType.CREATE_ENTRY
    assert "power_tested" in treadmill_entry.options
    await set_options(hass, treadmill_entry, max_speed_kmh=3.0)
    assert "power_tested" not in treadmill_entry.options
    assert plug.calls == ["turn_off"]


async def test_nothing_is_tried_before_the_belt_runs(
    hass: HomeAssistant, treadmill: VirtualTreadmill, treadmill_entry: MockConfigEntry, plug: Plug
) -> None:
    """Neither unticked, nor with a belt at rest, nor with the switch off."""
    assert (await tried(hass, treadmill_entry, belt_runs=False))["errors"] == {
        "base": "run_belt_first"
    }
    assert (await tried(hass, treadmill_entry))["errors"] == {"base": "belt_not_moving"}
    hass.states.async_set(PLUG, "off")
    assert (await tried(hass, treadmill_entry))["errors"] == {"base": "switch_not_on"}
    assert not plug.calls
    assert treadmill_entry.options == {}


async def test_a_machine_out_of_range(
    hass: HomeAssistant, treadmill: VirtualTreadmill, treadmill_entry: MockConfigEntry, plug: Plug
) -> None:
    """What is not seen to move cannot be seen to stop."""
    await treadmill.switch_off()
    assert (await tried(hass, treadmill_entry))["errors"] == {"base": "belt_not_moving"}
    assert not plug.calls


async def test_a_switch_that_stays_on(
    hass: HomeAssistant, treadmill: VirtualTreadmill, treadmill_entry: MockConfigEntry, plug: Plug
) -> None:
    """Its own state is believed, not the call."""
    await running(treadmill)
    plug.says = "on"
    assert (await tried(hass, treadmill_entry))["errors"] == {"base": "switch_stays_on"}


async def test_another_machines_switch(
    hass: HomeAssistant, treadmill: VirtualTreadmill, treadmill_entry: MockConfigEntry, plug: Plug
) -> None:
    """The belt runs on: nothing is kept."""
    await running(treadmill)
    plug.treadmill = None
    result = await tried(hass, treadmill_entry)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_its_switch")
    assert treadmill.belt.speed_kmh > 0
    assert treadmill_entry.options == {}


async def test_not_while_somebody_walks(
    hass: HomeAssistant, home: Home, treadmill_entry: MockConfigEntry, plug: Plug
) -> None:
    """A test is for an empty belt."""
    await home.walk()
    assert (await tried(hass, treadmill_entry))["errors"] == {"base": "not_while_walking"}
    assert not plug.calls


# What it is for


@pytest.mark.parametrize("machine", ["ignored_stop"])
@pytest.mark.parametrize("treadmill_options", [OPTIONS])
async def test_the_last_rung(hass: HomeAssistant, home: Home, plug: Plug) -> None:
    """A belt that ignores two stops and a pause is switched off; then the walker is asked."""
    await home.walk()
    await home.press()
    await home.until("stopped_unconfirmed", of=BELT, limit_s=40)
    payloads = [entry.value for entry in home.belt.log if entry.event == "control_point"]
    stops = [value for value in payloads if isinstance(value, bytes) and value[0] == 8]
    assert stops == [b"\x08\x01", b"\x08\x01", b"\x08\x02"]
    assert plug.calls == ["turn_off"]
    assert not issues(hass)
    assert home.session == "stopped"
    await asyncio.sleep(120)
    assert home.belt.speed_kmh == 0
    assert plug.calls == ["turn_off"]


@pytest.mark.parametrize("machine", ["ignored_stop"])
@pytest.mark.parametrize("treadmill_options", [OPTIONS])
async def test_a_switch_that_does_not_answer(hass: HomeAssistant, home: Home, plug: Plug) -> None:
    """Then the alarm comes all the same."""
    plug.error = HomeAssistantError("no answer")
    await home.walk()
    await home.press()
    await asyncio.sleep(40)
    assert "belt_stop_failed" in issues(hass)
    assert home.attribute(SESSION, "reason") == "stop_failed"
    plug.error = None
    await home.act("stop")  # once more, from the first rung on
    await asyncio.sleep(40)
    assert home.belt.speed_kmh == 0
    assert times_of(home.belt, "power_cut")
    assert "turn_on" not in plug.calls


@pytest.mark.parametrize(
    ("says", "after_s", "error", "off"),
    [
        ("off", 0.5, None, True),
        ("off", 9.0, None, True),
        ("off", 11.0, None, False),
        ("on", 0.5, None, False),
        ("unavailable", 0.5, None, False),
        ("off", 0.5, HomeAssistantError("no"), False),
    ],
)
async def test_switching_off(
    hass: HomeAssistant, says: str, after_s: float, error: Exception | None, off: bool
) -> None:
    """True only where the switch itself says so, in time."""
    plug = Plug(hass)
    plug.says, plug.after_s, plug.error = says, after_s, error
    assert await async_power_off(hass, PLUG) is off


async def test_a_switch_that_is_gone(hass: HomeAssistant) -> None:
    """No such service, no such entity."""
    assert await async_power_off(hass, PLUG) is False
