"""Names that several files of the glue share."""

from enum import StrEnum
from typing import Final

from homeassistant.const import Platform
from homeassistant.util.signal_type import SignalType

from .belt import BeltEvent

DOMAIN: Final = "retrowalk"

# What happened at a belt, for triggers: the treadmill's unique id, and the event.
SIGNAL_BELT_EVENT: Final = SignalType[str, BeltEvent](f"{DOMAIN}_belt_event")

DEFAULT_MAX_SPEED_KMH: Final = 4.8  # own choice: 3 mph, a walk


class Kind(StrEnum):
    """The kinds of config entries, each with a device of its own."""

    TREADMILL = "treadmill"
    WEARABLE = "wearable"
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
CONF_INCLINATION_RANGE: Final = "inclination_range"
CONF_UNIT: Final = "unit"
CONF_REPORT_UNIT: Final = "report_unit"
AUTOMATIC: Final = "automatic"
CONF_LIMITS: Final = "limits"  # of a belt without a radio
CONF_MAKER: Final = "maker"
CONF_MODEL: Final = "model"
CONF_FIRMWARE: Final = "firmware"
CONF_POWER_SWITCH: Final = "power_switch"
CONF_POWER_TESTED: Final = "power_tested"  # the day
CONF_BELT_RUNS: Final = "belt_runs"
CONF_BELT_STOPPED: Final = "belt_stopped"
CONF_PIN: Final = "pin"
CONF_PROFILE: Final = "profile"
CONF_UNLOCKED_BY: Final = "unlocked_by"

# Wearable
CONF_SOURCE: Final = "source"
CONF_PLACEMENT: Final = "placement"
CONF_MULTIPLIER: Final = "multiplier"
CONF_IOS_SIGNS: Final = "ios_signs"
CONF_FROM_OUTSIDE: Final = "from_outside"

# Walker
CONF_WEARABLES: Final = "wearables"
CONF_TREADMILL: Final = "treadmill"
CONF_PERSON: Final = "person"
CONF_BACKWARD_CAP_KMH: Final = "backward_cap_kmh"
CONF_FORWARD_CAP_KMH: Final = "forward_cap_kmh"
CONF_TURN_MODE: Final = "turn_mode"
CONF_HANDRAIL_BUTTON: Final = "handrail_button"
CONF_WITHOUT_WEARABLE: Final = "without_wearable"
CONF_ANY_USER: Final = "any_user"
CONF_HEALTH_READ: Final = "health_read"

# A walker's alerts, and the contacts
CONF_ALERTS: Final = "alerts"
CONF_OWN_PHONES: Final = "own_phones"
CONF_FAMILY_PHONES: Final = "family_phones"
CONF_NUMBER: Final = "number"
CONF_SATELLITES: Final = "satellites"
CONF_SPEAKERS: Final = "speakers"
CONF_TTS: Final = "tts"
CONF_LIGHT: Final = "light"
CONF_TELL_WALKS: Final = "tell_walks"
SUBENTRY_CONTACT: Final = "contact"
CONF_PHONES: Final = "phones"
CONF_ORDER: Final = "order"
CONF_CRITICAL: Final = "critical"
CONF_QUIET_START: Final = "quiet_start"
CONF_QUIET_END: Final = "quiet_end"
CONF_SECOND_CHANNEL: Final = "second_channel"


class Connection(StrEnum):
    """When the link to a treadmill is held."""

    ALWAYS = "always"
    ON_DEMAND = "on_demand"


class Source(StrEnum):
    """Where a wearable's steps and motion come from."""

    FOOT_POD = "foot_pod"
    POLAR = "polar"
    PHONE = "phone"
    ENTITY = "entity"
