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
    from .wearable_runtime import WearableRuntime


class Registry:
    """The loaded treadmills, wearables and walkers, and the programs that all can walk."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        """Begin with nobody."""
        self.programs = programs
        self.treadmills: dict[str, TreadmillRuntime] = {}
        self.wearables: dict[str, WearableRuntime] = {}
        self.walkers: dict[str, WalkerRuntime] = {}

    def alarmed_on(self, treadmill: TreadmillRuntime) -> WalkerRuntime | None:
        """Return who may be lying on this belt: as long as the alert is open, it stays stopped."""
        return next((each for each in self.walkers.values() if each.alarmed_on(treadmill)), None)


REGISTRY: HassKey[Registry] = HassKey(DOMAIN)


@callback
def registry(hass: HomeAssistant) -> Registry:
    """Return the registry made in `async_setup`."""
    return hass.data[REGISTRY]
