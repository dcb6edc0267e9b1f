"""The actions `retrowalk.*`: fields checked, walker and belt found, refusals translated."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from homeassistant.core import (
    Context,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonObjectType
import probatio as vol

from .const import DOMAIN
from .errors import refused
from .program.model import MPH_IN_KMH, Program
from .registry import registry
from .safety.gate import Origin
from .walker_runtime import WalkerRuntime

ATTR_WALKER = "walker"
ATTR_TREADMILL = "treadmill"
ATTR_PROGRAM = "program"
ATTR_WITHOUT_WEARABLE = "without_wearable"
ATTR_PIN = "pin"
SOMEBODY = "Home Assistant"  # an automation, or a person who is not logged in by name
# Field: what one of its unit is in km/h.
SPEEDS = {"speed_kmh": 1.0, "speed_mph": MPH_IN_KMH}
CHANGES = {"change_kmh": 1.0, "change_mph": MPH_IN_KMH}


def _finite(value: Any) -> float:
    """Accept a speed that some belt could have; NaN is none."""
    number = float(value)
    if not abs(number) <= 30:
        raise vol.Invalid("not a belt's speed")
    return number


WALKER: VolDictType = {vol.Optional(ATTR_WALKER): cv.string}
WITHOUT_WEARABLE: VolDictType = {vol.Optional(ATTR_WITHOUT_WEARABLE, default=False): cv.boolean}
ONE_SPEED: VolDictType = {
    vol.Exclusive(field, "speed"): vol.All(vol.Coerce(float), _finite) for field in SPEEDS
}
ONE_CHANGE: VolDictType = {
    vol.Exclusive(field, "speed"): vol.All(vol.Coerce(float), _finite)
    for field in (*SPEEDS, *CHANGES)
}


@callback
def origin_of(context: Context | None) -> Origin:
    """Tell a user from an automation, as far as a context can: neither stands at the belt."""
    by_user = context is not None and context.user_id and context.parent_id is None
    return Origin.USER if by_user else Origin.AUTOMATION


def _find[RuntimeT](
    hass: HomeAssistant, runtimes: dict[str, RuntimeT], device_id: str | None, what: str
) -> RuntimeT:
    """Return the runtime of a device, or the only one there is."""
    if device_id is None:
        if len(runtimes) != 1:
            raise refused(f"which_{what}" if runtimes else f"no_{what}")
        return next(iter(runtimes.values()))
    device = dr.async_get(hass).async_get(device_id)
    identifiers = device.identifiers if device else set()
    for domain, unique_id in identifiers:
        if domain == DOMAIN and unique_id in runtimes:
            return runtimes[unique_id]
    raise refused(f"not_a_{what}")


def _walker(hass: HomeAssistant, call: ServiceCall) -> WalkerRuntime:
    return _find(hass, registry(hass).walkers, call.data.get(ATTR_WALKER), ATTR_WALKER)


def _in_kmh(call: ServiceCall, fields: dict[str, float]) -> float | None:
    """Return the one of `fields` that was given, in km/h."""
    given = [call.data[field] * unit for field, unit in fields.items() if field in call.data]
    return given[0] if given else None


@callback
def _start_program(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    treadmill_id = call.data.get(ATTR_TREADMILL)
    treadmill = None
    if treadmill_id is not None:
        treadmill = _find(hass, registry(hass).treadmills, treadmill_id, ATTR_TREADMILL)
    view = _walker(hass, call).start(
        call.data[ATTR_PROGRAM],
        origin_of(call.context),
        treadmill=treadmill,
        speed_kmh=_in_kmh(call, SPEEDS),
        without_wearable=call.data[ATTR_WITHOUT_WEARABLE],
    )
    return {"session": view.state, "reason": view.reason}


@callback
def _pause(hass: HomeAssistant, call: ServiceCall) -> None:
    _walker(hass, call).pause()


@callback
def _resume(hass: HomeAssistant, call: ServiceCall) -> None:
    without_wearable = call.data[ATTR_WITHOUT_WEARABLE]
    _walker(hass, call).resume(origin_of(call.context), without_wearable=without_wearable)


@callback
def _skip_phase(hass: HomeAssistant, call: ServiceCall) -> None:
    _walker(hass, call).skip_phase()


@callback
def _confirm_turn(hass: HomeAssistant, call: ServiceCall) -> None:
    _walker(hass, call).confirm(origin_of(call.context))


@callback
def _im_ok(hass: HomeAssistant, call: ServiceCall) -> None:
    _walker(hass, call).im_ok()


@callback
def _stop(hass: HomeAssistant, call: ServiceCall) -> None:
    """Stop one belt, or every belt: in every state."""
    if ATTR_WALKER in call.data:
        _walker(hass, call).stop()
    elif treadmill_id := call.data.get(ATTR_TREADMILL):
        _find(hass, registry(hass).treadmills, treadmill_id, ATTR_TREADMILL).stop()
    else:
        for treadmill in tuple(registry(hass).treadmills.values()):  # one may reload now
            treadmill.stop()


@callback
def _call_for_help(hass: HomeAssistant, call: ServiceCall) -> None:
    _walker(hass, call).call_for_help()


async def _acknowledge_alert(hass: HomeAssistant, call: ServiceCall) -> None:
    walker = _walker(hass, call)
    user_id = call.context.user_id
    user = await hass.auth.async_get_user(user_id) if user_id else None
    walker.acknowledge_alert((user and user.name) or SOMEBODY)


@callback
def _send_test_alert(hass: HomeAssistant, call: ServiceCall) -> None:
    _walker(hass, call).send_test_alert()


async def _unlock(hass: HomeAssistant, call: ServiceCall) -> None:
    treadmills, treadmill_id = registry(hass).treadmills, call.data.get(ATTR_TREADMILL)
    await _find(hass, treadmills, treadmill_id, ATTR_TREADMILL).lock.async_unlock(
        call.data[ATTR_PIN]
    )


@callback
def _adjust_speed(hass: HomeAssistant, call: ServiceCall) -> None:
    walker = _walker(hass, call)
    if (speed_kmh := _in_kmh(call, SPEEDS)) is not None:
        walker.adjust_speed(speed_kmh)
    elif (change_kmh := _in_kmh(call, CHANGES)) is not None:
        walker.change_speed(change_kmh)
    else:
        raise refused("which_speed")


@callback
def _list_programs(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    return {"programs": [_summary(program) for program in registry(hass).programs.values()]}


def _summary(program: Program) -> JsonObjectType:
    """Say of a program what helps to choose it."""
    return {
        "program": program.id,
        "minutes": round(program.total_s / 60, 1),
        "minutes_backward": round(program.backward_s / 60, 1),
        "turns": program.turns,
        "fastest_kmh": round(program.hardest.speed_kmh.low, 2),
        "basis": program.basis,
        "source": program.source,
    }


type Handler = (
    Callable[[HomeAssistant, ServiceCall], None]
    | Callable[[HomeAssistant, ServiceCall], Coroutine[Any, Any, None]]
    | Callable[[HomeAssistant, ServiceCall], ServiceResponse]
)

# Name: fields, handler, whether it answers.
ACTIONS: dict[str, tuple[VolDictType, Handler, SupportsResponse]] = {
    "start_program": (
        {
            **WALKER,
            vol.Required(ATTR_PROGRAM): cv.string,
            vol.Optional(ATTR_TREADMILL): cv.string,
            **ONE_SPEED,
            **WITHOUT_WEARABLE,
        },
        _start_program,
        SupportsResponse.OPTIONAL,
    ),
    "pause": (WALKER, _pause, SupportsResponse.NONE),
    "resume": ({**WALKER, **WITHOUT_WEARABLE}, _resume, SupportsResponse.NONE),
    "skip_phase": (WALKER, _skip_phase, SupportsResponse.NONE),
    "confirm_turn": (WALKER, _confirm_turn, SupportsResponse.NONE),
    "im_ok": (WALKER, _im_ok, SupportsResponse.NONE),
    "call_for_help": (WALKER, _call_for_help, SupportsResponse.NONE),
    "acknowledge_alert": (WALKER, _acknowledge_alert, SupportsResponse.NONE),
    "send_test_alert": (WALKER, _send_test_alert, SupportsResponse.NONE),
    "stop": (
        {
            vol.Exclusive(ATTR_WALKER, "whom"): cv.string,
            vol.Exclusive(ATTR_TREADMILL, "whom"): cv.string,
        },
        _stop,
        SupportsResponse.NONE,
    ),
    "unlock": (
        {vol.Optional(ATTR_TREADMILL): cv.string, vol.Required(ATTR_PIN): cv.string},
        _unlock,
        SupportsResponse.NONE,
    ),
    "adjust_speed": ({**WALKER, **ONE_CHANGE}, _adjust_speed, SupportsResponse.NONE),
    "list_programs": (WALKER, _list_programs, SupportsResponse.ONLY),
}


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, (fields, handler, response) in ACTIONS.items():
        hass.services.async_register(
            DOMAIN, name, partial(handler, hass), vol.Schema(fields), supports_response=response
        )
