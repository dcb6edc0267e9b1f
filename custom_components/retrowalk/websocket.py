"""The card's own commands: a person who presses there on the local network stands at the belt."""

from ipaddress import ip_address
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_HOME_ASSISTANT_ERROR, ERR_NOT_FOUND
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.http import current_request
from homeassistant.helpers.network import is_cloud_connection
from homeassistant.util.network import is_local
import probatio as vol

from .const import DOMAIN
from .registry import registry
from .safety.gate import Origin


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the commands."""
    websocket_api.async_register_command(hass, handle_move)


def card_origin(hass: HomeAssistant) -> Origin:
    """Tell a card on the local network from a remote one."""
    request = current_request.get()
    if request is None or request.remote is None or is_cloud_connection(hass):
        return Origin.USER
    return Origin.CARD if is_local(ip_address(request.remote)) else Origin.USER


@callback
@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/move",
        vol.Required("walker"): str,
        vol.Required("do"): vol.In(("start", "confirm", "resume")),
        vol.Optional("program"): str,
        vol.Optional("without_wearable", default=False): bool,
    }
)
def handle_move(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Start, confirm or resume: what moves a belt from rest, behind the gate."""
    walker = registry(hass).walkers.get(msg["walker"])
    if walker is None:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "no such walker")
        return
    origin = card_origin(hass)
    try:
        match msg["do"]:
            case "start":
                walker.start(
                    msg.get("program", walker.selected_program),
                    origin,
                    without_wearable=msg["without_wearable"],
                )
            case "confirm":
                walker.confirm(origin)
            case "resume":
                walker.resume(origin, without_wearable=msg["without_wearable"])
    except HomeAssistantError as error:
        connection.send_error(
            msg["id"],
            ERR_HOME_ASSISTANT_ERROR,
            str(error),
            translation_key=error.translation_key,
            translation_domain=error.translation_domain,
            translation_placeholders=error.translation_placeholders,
        )
    else:
        connection.send_result(msg["id"], {"session": walker.view.state})
