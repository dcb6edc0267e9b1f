"""The virtual devices of the demo: a treadmill, somebody on it, and what she wears.

The console's buttons in the dashboard press the machine's own, and two make the walker fall.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
import zlib

from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from custom_components.retrowalk.clock import Clock, wait

from ..belt_physics import BeltPhysics
from ..foot_pod import VirtualFootPod
from ..polar_strap import VirtualPolarStrap
from ..profiles import PROFILES
from ..radio import VirtualRadio
from ..recordings import Trial, trials
from ..treadmill import VirtualTreadmill
from ..walker import Walker

FALL = "backwardFall"
LEADS_UP_S = 1.0  # from where a recorded fall is taken up to its impact
STEPS_EACH_S = 1.0  # how often the belt is told how fast somebody steps on it

HANDRAIL_BUTTON = "input_button.handrail_button"
SAFETY_KEY = "input_boolean.safety_key"
CONSOLE: dict[str, Callable[[BeltPhysics], None]] = {
    "input_button.console_start": BeltPhysics.press_start,
    "input_button.console_stop": BeltPhysics.press_stop,
    "input_button.console_plus": BeltPhysics.press_plus,
    "input_button.console_minus": BeltPhysics.press_minus,
}


@dataclass(frozen=True, kw_only=True)
class Devices:
    """What is on the air, and who uses it."""

    radio: VirtualRadio
    treadmill: VirtualTreadmill
    walker: Walker
    strap: VirtualPolarStrap
    pod: VirtualFootPod
    fall: Trial

    def let_fall(self) -> None:
        """Let the walker fall as it was recorded: the impact comes `LEADS_UP_S` from now."""
        assert self.fall.impact_s is not None
        self.walker.play(self.fall, self.fall.impact_s - LEADS_UP_S)


WALKER: dict[str, Callable[[Devices], None]] = {
    "input_button.walker_falls": Devices.let_fall,
    "input_button.walker_gets_up": lambda devices: devices.walker.get_up(),
}


@asynccontextmanager
async def devices_on_air(clock: Clock, profile: str) -> AsyncIterator[Devices]:
    """Switch all on; each kind of treadmill has an address of its own."""
    number = zlib.crc32(profile.encode()) & 0xFFFFFF
    address = ":".join(f"{byte:02X}" for byte in b"\xc0\xff\xee" + number.to_bytes(3))
    radio = VirtualRadio()
    treadmill = VirtualTreadmill(clock, PROFILES[profile], address)
    belt = treadmill.belt
    walker = Walker(clock, lambda: belt.speed_kmh)
    strap, pod = VirtualPolarStrap(clock, walker), VirtualFootPod(clock, walker)

    async def step() -> None:
        while True:
            belt.cadence_spm = walker.cadence_spm
            await wait(clock, STEPS_EACH_S)

    await radio.start()
    for device in (treadmill, strap, pod):
        await radio.add(device)
    stepping = asyncio.create_task(step())
    try:
        yield Devices(
            radio=radio,
            treadmill=treadmill,
            walker=walker,
            strap=strap,
            pod=pod,
            fall=trials()[FALL],
        )
    finally:
        stepping.cancel()
        await radio.stop()


def connect_buttons(hass: HomeAssistant, devices: Devices) -> None:
    """Let buttons in Home Assistant press the console's, and move the walker."""
    belt = devices.treadmill.belt

    @callback
    def pressed(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old is None or new is None or old.state == new.state:
            return
        if STATE_UNAVAILABLE in {old.state, new.state}:
            return  # it came or went, and nobody pressed
        if press := CONSOLE.get(new.entity_id):
            press(belt)
        elif move := WALKER.get(new.entity_id):
            move(devices)
        elif new.state == STATE_ON:
            belt.insert_key()
        else:
            belt.pull_key()

    async_track_state_change_event(hass, [*CONSOLE, *WALKER, SAFETY_KEY], pressed)
