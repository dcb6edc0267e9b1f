"""The belt of a treadmill's entry, by radio or by the walker's hand, behind one interface."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final, Protocol

from homeassistant.const import CONF_ADDRESS, CONF_NAME
from homeassistant.core import HomeAssistant

from .belt import Belt, BeltEvent, BeltLimits, BeltReport
from .bluetooth import async_connect, restored
from .clock import Clock
from .const import (
    AUTOMATIC,
    CONF_LIMITS,
    CONF_POWER_SWITCH,
    CONF_PROFILE,
    CONF_REPORT_UNIT,
    CONF_UNIT,
)
from .power import async_power_off
from .runtime import RetrowalkConfigEntry
from .treadmill.client import Treadmill
from .treadmill.coached import CoachedBelt
from .treadmill.command import CommandLogEntry
from .treadmill.inbox import Inbox
from .treadmill.link import MachineInfo
from .treadmill.profile import BY_KEY, GENERIC, MachineProfile, SpeedUnit, recognise, recognised_by

SEEN: Final = "seen on a walk"
NOT_SEEN: Final = "not seen yet"


class Machine(Belt, Protocol):
    """A belt as a treadmill's runtime holds it."""

    @property
    def info(self) -> MachineInfo:
        """What the machine says of itself."""

    @property
    def inbox(self) -> Inbox:
        """What it sent."""

    @property
    def commands(self) -> Iterable[CommandLogEntry]:
        """The last commands and what came of them."""

    async def connect(self) -> None:
        """Have a link; raises LinkError."""

    async def disconnect(self) -> None:
        """Stop a belt that may move, and let go of it."""

    def prepare(self) -> None:
        """Do or ask what must be, ahead of a start."""

    def confirm(self) -> bool:
        """Take a person's word for what the report asks; False if it cannot be so yet."""


def by_hand(data: Mapping[str, Any]) -> bool:
    """Tell whether an entry's belt has no radio."""
    return CONF_LIMITS in data


def make_machine(
    hass: HomeAssistant,
    entry: RetrowalkConfigEntry,
    *,
    clock: Clock,
    take_gate: Callable[[], bool],
    on_report: Callable[[BeltReport], None],
    on_event: Callable[[BeltEvent], None],
) -> Machine:
    """Make the belt that an entry is about; nothing is connected yet."""
    switch = entry.options.get(CONF_POWER_SWITCH)
    power_off = partial(async_power_off, hass, switch) if switch else None
    if by_hand(entry.data):
        return CoachedBelt(
            clock=clock,
            limits=BeltLimits(**entry.data[CONF_LIMITS]),
            take_gate=take_gate,
            on_report=on_report,
            on_event=on_event,
            power_off=power_off,
        )
    return Treadmill(
        connect=partial(async_connect, hass, entry.data[CONF_ADDRESS]),
        clock=clock,
        take_gate=take_gate,
        on_report=on_report,
        on_event=on_event,
        profile=profile_of(entry)[0],
        info=restored(entry.data),
        power_off=power_off,
    )


def settles_unit(entry: RetrowalkConfigEntry) -> bool:
    """Tell whether the unit is left to what a walk shows."""
    return profile_of(entry)[1]["unit"] in {SEEN, NOT_SEEN}


def profile_of(entry: RetrowalkConfigEntry) -> tuple[MachineProfile, dict[str, str]]:
    """Return the machine's profile as settled by user, walk and recognition, and why."""
    info = restored(entry.data)
    names = {"name": entry.data[CONF_NAME], "model": info.model, "maker": info.maker}
    chosen = BY_KEY.get(entry.options.get(CONF_PROFILE, AUTOMATIC))
    profile = chosen or recognise(*names.values())
    if chosen is not None:
        why = "chosen by the user"
    elif profile is GENERIC:
        why = "nothing recognised"
    else:
        why = f"recognised by its {recognised_by(profile, names)}"
    unit, why_unit = _unit(entry, profile)
    settled = replace(profile, unit=unit)
    if unit is SpeedUnit.MPH and (learned := entry.data.get(CONF_REPORT_UNIT)):
        settled = replace(settled, report_unit=SpeedUnit(learned))
    return settled, {"profile": why, "unit": why_unit}


def _unit(entry: RetrowalkConfigEntry, profile: MachineProfile) -> tuple[SpeedUnit, str]:
    """Return the unit of the machine's speeds, and who says so."""
    if by_hand(entry.data):
        return SpeedUnit.KMH, "set at the console"
    asked = entry.options.get(CONF_UNIT, AUTOMATIC)
    if asked != AUTOMATIC:
        return SpeedUnit(asked), "chosen by the user"
    if profile.unit is not SpeedUnit.UNKNOWN:
        return profile.unit, "known of such machines"
    if learned := entry.data.get(CONF_UNIT):
        return SpeedUnit(learned), SEEN
    return SpeedUnit.UNKNOWN, NOT_SEEN


def described(entry: RetrowalkConfigEntry, machine: Machine) -> dict[str, Any]:
    """Return what diagnostics say of a machine."""
    profile, why = profile_of(entry)
    return {
        "profile": asdict(profile),
        "chosen": why,
        "machine": asdict(machine.info),
        "report": asdict(machine.report),
        "dropped": dict(machine.inbox.dropped),
        "packets": [
            {**asdict(packet), "value": packet.value.hex()} for packet in machine.inbox.packets
        ],
        "commands": [
            {**asdict(command), "payload": command.payload.hex()} for command in machine.commands
        ],
    }
