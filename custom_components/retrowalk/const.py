"""Names that several files of the glue share."""

from enum import StrEnum
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "retrowalk"

DEFAULT_MAX_SPEED_KMH: Final = 4.8  # own choice: 3 mph, a walk


class Kind(StrEnum):
    """The kinds of config entries, each with a device of its own."""

    TREADMILL = "treadmill"
    WALKER = "walker"


PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)

CONF_KIND: Final = "kind"

# Treadmill
CONF_NOBODY_ON_BELT: Final = "nobody_on_belt"
CONF_HANDRAILS: Final = "handrails"
CONF_SAFETY_CLIP: Final = "safety_clip"
CONF_CONNECTION: Final = "connection"
CONF_MAX_SPEED_KMH: Final = "max_speed_kmh"
CONF_SPEED_RANGE: Final = "speed_range"
CONF_UNIT: Final = "unit"
AUTOMATIC: Final = "automatic"
CONF_PIN: Final = "pin"
CONF_PROFILE: Final = "profile"
CONF_UNLOCKED_BY: Final = "unlocked_by"

# Walker
CONF_TREADMILL: Final = "treadmill"
CONF_PERSON: Final = "person"
CONF_BACKWARD_CAP_KMH: Final = "backward_cap_kmh"
CONF_FORWARD_CAP_KMH: Final = "forward_cap_kmh"
CONF_TURN_MODE: Final = "turn_mode"
CONF_HANDRAIL_BUTTON: Final = "handrail_button"
CONF_WITHOUT_WEARABLE: Final = "without_wearable"
CONF_ANY_USER: Final = "any_user"
CONF_HEALTH_READ: Final = "health_read"


class Connection(StrEnum):
    """When the link to a treadmill is held."""

    ALWAYS = "always"
    ON_DEMAND = "on_demand"
