"""What is odd about which machine: a table of data, chosen by name and device information.

Each row's source is in brackets: an issue thread, QZ (qdomyos-zwift's source) or a capture.
Oddities that every machine may have are rules of the room and stand in no row: a start is never
repeated while the belt moves, a refused request for control does no harm, no speed is set before
the belt moves, a status replayed on subscribing is ignored, a characteristic may be missing, and
a machine that never answers is not waited for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SpeedUnit(StrEnum):
    """The unit of a number that the protocol calls km/h."""

    KMH = "kmh"
    MPH = "mph"
    UNKNOWN = "unknown"


class Acknowledgement(StrEnum):
    """How a machine says that it took a command."""

    INDICATION = "indication"  # on the control point, as an indication or a notification
    STATUS = "status"  # by the matching machine status


class ControlRequest(StrEnum):
    """When control is asked for."""

    ONCE = "once"
    EVERY_COMMAND = "every_command"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Preamble:
    """Bytes that a machine wants before it listens, and the characteristic that takes them."""

    uuid: str
    payload: bytes


@dataclass(frozen=True, kw_only=True)
class MachineProfile:
    """How one kind of machine differs; the defaults are the specification's, or the safer ones."""

    key: str
    names: tuple[str, ...] = ()  # found in the advertised name or model, whatever the case
    unit: SpeedUnit = SpeedUnit.UNKNOWN  # of target speeds and the speed range
    report_unit: SpeedUnit = SpeedUnit.KMH  # of reported speeds
    preamble: Preamble | None = None
    request_control: ControlRequest = ControlRequest.ONCE
    control_answer_s: float = 3.0  # how long a request for control may take
    acknowledgement: Acknowledgement = Acknowledgement.INDICATION
    start_takes_s: float = 15.0  # from the start command to the first speed above 0, at most
    subscription_spacing_s: float = 0.2  # KingSmith loses those closer together
    ramp_kmh_per_s: float = 0.3
    min_speed_kmh: float | None = None  # where the machine's own range is missing or untrue
    speed_step_kmh: float | None = None
    silent_stop: bool = False  # stops by falling silent


GENERIC = MachineProfile(key="generic")

# Order matters: the first row that fits is taken.
PROFILES: tuple[MachineProfile, ...] = (
    MachineProfile(  # [captures: reported speed and counted distance agree]
        key="citysports",
        names=("CITYSPORTS",),
        unit=SpeedUnit.KMH,
    ),
    MachineProfile(  # [captures: a FitShow module shows 4.00 km/h where 400 was set]
        key="fitshow",
        names=("FS-",),
        unit=SpeedUnit.KMH,
    ),
    MachineProfile(  # [QZ]
        key="kingsmith_mc21",
        names=("MC-21", "MC21"),
        unit=SpeedUnit.KMH,
        request_control=ControlRequest.NEVER,
        acknowledgement=Acknowledgement.STATUS,
    ),
    MachineProfile(  # [captures: asks for control before every command]
        key="kingsmith_mc11",
        names=("MC-11", "MC11"),
        unit=SpeedUnit.KMH,
        request_control=ControlRequest.EVERY_COMMAND,
    ),
    MachineProfile(  # [QZ: Z1D; mcdax/hass-walkingpad: PH4 needs 2.5 s to start]
        key="kingsmith",
        names=("WALKINGPAD", "KINGSMITH", "KS-", "Z1D", "PH4"),
        unit=SpeedUnit.KMH,
    ),
    MachineProfile(  # [QZ #4024: no 2ACD any more once stopped at the console]
        key="t318",
        names=("T318_",),
        silent_stop=True,
    ),
    MachineProfile(  # [QZ #4904, #4721, #5100, #3382: miles, if the console is set to miles]
        key="horizon",
        names=("HORIZON", "JFTM", "TM11GY", "7.0AT", "3G CARDIO"),
        unit=SpeedUnit.UNKNOWN,
    ),
    MachineProfile(  # [QZ #5068, #4740: control is granted slowly, and nothing works before]
        key="slow_control",
        names=("ICONSOLE", "MAGENE"),
        control_answer_s=10.0,
    ),
    MachineProfile(  # [QZ: a vendor handshake comes first]
        key="merach",
        names=("MERACH", "MRK-", "YPOO"),
        preamble=Preamble(
            uuid="0000fff2-0000-1000-8000-00805f9b34fb", payload=bytes.fromhex("aa01000155")
        ),
    ),
    MachineProfile(  # [issue threads: lowest speed 1 km/h, steps of 0.2 mph]
        key="coarse_steps",
        names=("MOBVOI", "WELLFIT"),
        min_speed_kmh=1.0,
        speed_step_kmh=0.32,
    ),
)

BY_KEY: Mapping[str, MachineProfile] = {each.key: each for each in (GENERIC, *PROFILES)}


def recognised_by(profile: MachineProfile, names: Mapping[str, str | None]) -> str:
    """Return which of the machine's names `profile` was recognised by."""
    return next(
        what
        for what, name in names.items()
        if name and any(mark in name.upper() for mark in profile.names)
    )


def recognise(*names: str | None) -> MachineProfile:
    """Return the profile that fits the advertised name, model or maker; else the generic one."""
    spoken = [name.upper() for name in names if name]
    return next(
        (
            profile
            for profile in PROFILES
            for mark in profile.names
            if any(mark in name for name in spoken)
        ),
        GENERIC,
    )
