"""What the rooms say no with, turned into sentences that users read."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .program.errors import Refused


def refused(key: str, **placeholders: str) -> ServiceValidationError:
    """Return an error that the caller can mend."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


def failed(key: str, **placeholders: str) -> HomeAssistantError:
    """Return an error that the machine made."""
    return HomeAssistantError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn a room's refusal into a translated error."""
    try:
        yield
    except Refused as error:
        raise refused(error.key, **error.placeholders) from error
