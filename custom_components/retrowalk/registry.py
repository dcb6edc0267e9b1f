"""Where entries find each other: by unique id, in any order of loading."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

if TYPE_CHECKING:
    from .program.model import Program
    from .treadmill_runtime import TreadmillRuntime
    from .walker_runtime import WalkerRuntime


class Registry:
    """The loaded treadmills and walkers, and the programs that all can walk."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        """Begin with nobody."""
        self.programs = programs
        self.treadmills: dict[str, TreadmillRuntime] = {}
        self.walkers: dict[str, WalkerRuntime] = {}


REGISTRY: HassKey[Registry] = HassKey(DOMAIN)


@callback
def registry(hass: HomeAssistant) -> Registry:
    """Return the registry made in `async_setup`."""
    return hass.data[REGISTRY]
