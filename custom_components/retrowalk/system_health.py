"""What the system health page says of the treadmills."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .program.states import AT_AN_END
from .registry import registry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what can be shown."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Count what is set up, linked and walking."""
    known = registry(hass)
    treadmills = known.treadmills.values()
    return {
        "treadmills": len(treadmills),
        "linked": sum(treadmill.belt.report.linked for treadmill in treadmills),
        "sessions": sum(treadmill.session.view.state not in AT_AN_END for treadmill in treadmills),
        "dropped_packets": sum(
            sum(treadmill.belt.inbox.dropped.values()) for treadmill in treadmills
        ),
        "walkers": len(known.walkers),
    }
