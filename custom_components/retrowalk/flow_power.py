"""Choosing a treadmill's power switch: only after it was seen to stop the belt."""

from abc import abstractmethod
import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigEntryBaseFlow, ConfigFlowResult
from homeassistant.const import STATE_ON
from homeassistant.util import dt as dt_util
import probatio as vol

from .belt import BeltMotion
from .const import CONF_BELT_RUNS, CONF_BELT_STOPPED, CONF_POWER_SWITCH, CONF_POWER_TESTED
from .power import async_power_off
from .treadmill_runtime import TreadmillRuntime

# A machine reports once a second, and is silent for 3 s before that counts.
SHOWS_MOTION_WITHIN_S = 5.0
STOPS_WITHIN_S = 15.0  # own choice: a belt without current coasts for a few seconds


class PowerTest(ConfigEntryBaseFlow):
    """The supervised test: the belt runs with nobody on it, and is switched off."""

    _switch: str
    _runtime: TreadmillRuntime | None = None  # of a belt that is seen by radio

    @abstractmethod
    async def _async_power_tested(self, tested: dict[str, Any]) -> ConfigFlowResult:
        """Go on with the options that say which switch was tested, and when."""

    async def async_step_power_test(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a belt that runs with nobody on it, and switch it off."""
        errors: dict[str, str] = {}
        if user_input is not None:
            error = await self._async_try() if user_input[CONF_BELT_RUNS] else "run_belt_first"
            if error is None and self._runtime is None:
                return await self.async_step_power_seen()
            if error is None:
                return await self._async_passed()
            if error == "not_its_switch":
                return self.async_abort(reason=error)
            errors["base"] = error
        return self.async_show_form(
            step_id="power_test",
            data_schema=vol.Schema({vol.Required(CONF_BELT_RUNS, default=False): bool}),
            errors=errors,
            description_placeholders={"switch": self._switch},
        )

    async def async_step_power_seen(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what no radio can tell: whether the belt stopped."""
        if user_input is None:
            return self.async_show_form(
                step_id="power_seen",
                data_schema=vol.Schema({vol.Required(CONF_BELT_STOPPED, default=False): bool}),
            )
        if not user_input[CONF_BELT_STOPPED]:
            return self.async_abort(reason="not_its_switch")
        return await self._async_passed()

    async def _async_passed(self) -> ConfigFlowResult:
        return await self._async_power_tested(
            {
                CONF_POWER_SWITCH: self._switch,
                CONF_POWER_TESTED: dt_util.now().date().isoformat(),
            }
        )

    async def _async_try(self) -> str | None:
        """Switch off and look; return what went wrong."""
        state = self.hass.states.get(self._switch)
        if state is None or state.state != STATE_ON:
            return "switch_not_on"
        if (runtime := self._runtime) is None:
            return None if await async_power_off(self.hass, self._switch) else "switch_stays_on"
        if runtime.busy:
            return "not_while_walking"
        await runtime.link.async_connect()
        try:
            if not await _until(
                runtime,
                lambda: runtime.belt.report.motion is BeltMotion.MOVING,
                SHOWS_MOTION_WITHIN_S,
            ):
                return "belt_not_moving"
            if not await async_power_off(self.hass, self._switch):
                return "switch_stays_on"
            stopped = await _until(
                runtime, lambda: not runtime.belt.report.speed_kmh, STOPS_WITHIN_S
            )
            return None if stopped else "not_its_switch"
        finally:
            runtime.link.let_go_later()


async def _until(runtime: TreadmillRuntime, met: Callable[[], bool], limit_s: float) -> bool:
    """Wait until the belt shows something; tell whether it did in time."""
    shown = asyncio.Event()

    def look() -> None:
        if met():
            shown.set()

    stop_listening = runtime.listen(look)
    look()
    try:
        async with asyncio.timeout(limit_s):
            await shown.wait()
    except TimeoutError:
        return False
    finally:
        stop_listening()
    return True
