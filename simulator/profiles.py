"""Treadmills as they really are: what is odd about each is a row of data.

Sources: facts collected from the FTMS specification, from captures of real machines, and from
public issue threads; "QZ" is cagnulein/qdomyos-zwift.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from . import ftms_wire as wire
from .belt_physics import Motor

KMH_PER_MPH = 1.609344

_PLAIN_MOTOR = Motor()
_RECORD = ("speed", "average_speed", "distance", "inclination", "energy", "elapsed")
_PAD_RECORD = ("speed", "distance", "energy", "elapsed", "steps")


class Acknowledgement(StrEnum):
    """How a machine answers a write to its control point."""

    INDICATION = "indication"
    STATUS = "status"  # by 2ADA alone
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A machine; the defaults are honest and keep to the specification."""

    # What it is
    local_name: str = "Virtual Treadmill"
    maker: str = "Retrowalk simulator"
    model: str = "Plain"
    motor: Motor = _PLAIN_MOTOR
    advertising_data: bytes | None = None  # None: as the specification wants it
    # What it serves
    lacks: frozenset[str] = frozenset()  # characteristics, such as 2ad4
    records: tuple[tuple[str, ...], ...] = (_RECORD,)  # the parts of one record of 2ACD
    trailing: bytes = b""  # behind each record
    report_interval_s: float = 1.0
    max_mtu: int = 517
    write_with_response: bool = True
    needs_pairing: bool = False
    preamble: bytes = b""  # to be written to FFF2 before anything is obeyed
    subscription_spacing_s: float = 0.0  # subscriptions closer together are lost
    advertises_while_connected: bool = False
    refuses_after_drop_s: float = 0.0
    # What it says
    echoes_setpoint: bool = False  # while it runs; while it stops it tells the truth
    report_step_kmh: float = 0.01
    distance_step_m: int = 1
    counts_need_walker: bool = False
    training_status_prefix: bytes = b"\x00"  # its flags
    malformed_training_status: bytes | None = None
    announces_countdown: bool = False
    status_on_own_commands: bool = False  # the specification: only to other clients
    start_status: bytes = wire.STARTED
    stale_status: bytes | None = None  # sent on each subscription to 2ADA
    spurious_zero_every: int | None = None  # each n-th report is 0
    freezes_after_s: float | None = None  # of movement; the report then never changes
    silent_on_stop: bool = False
    # How it answers
    acknowledgement: Acknowledgement = Acknowledgement.INDICATION
    acknowledges_after_s: float = 0.05
    control_acknowledged_after_s: float | None = None  # where request control takes longer
    att_error: int | None = None  # instead of every answer
    lenient: bool = False  # no control needed, every repetition succeeds, writes may overlap
    refuses_control: bool = False
    refused_starts: int = 0  # this many starts are "not permitted"
    # What it does
    kmh_per_unit: float = 1.0  # of a commanded km/h
    toggles_on_start: bool = False
    ignores_speed: bool = False
    refuses_speed: bool = False
    ignored_stops: int = 0  # this many stops are acknowledged and not obeyed
    ignores_pause: bool = False
    drops_link_on_early_speed: bool = False
    starts_on_connect: bool = False
    runs_away_to_kmh: float | None = None  # as soon as it runs
    obeys_training_time: bool = False

    @property
    def advertisement(self) -> bytes:
        """The raw advertising data."""
        if self.advertising_data is not None:
            return self.advertising_data
        return wire.advertisement(self.local_name)


PLAIN = Profile()

_PAD = Motor(
    min_speed_kmh=1.0,
    max_speed_kmh=6.0,
    speed_step_kmh=0.5,
    max_inclination_percent=None,
    start_delay_s=3.0,  # captured: 2.9 to 3.2 s
)
# Captured from a CITYSPORTS-Linker pad and a CS-WP8.
CITYSPORTS = Profile(
    local_name="CITYSPORTS-Linker",
    maker="CITYSPORTS",
    model="N3601-0x16",
    motor=_PAD,
    # Two lists of 16-bit services, 1826 and 8981, and the name in the scan response.
    advertising_data=bytes.fromhex("020106030326180303818906162618010100")
    + b"\x12\x09CITYSPORTS-Linker",
    lacks=frozenset({"2ad5"}),
    records=(_PAD_RECORD,),
    report_interval_s=0.2,
    echoes_setpoint=True,
    report_step_kmh=0.1,
    counts_need_walker=True,
    training_status_prefix=b"\x01",  # promises a string and sends none
    status_on_own_commands=True,
    acknowledges_after_s=0.1,
    lenient=True,
)


def _odd(base: Profile = PLAIN, **oddities: object) -> Profile:
    return replace(base, **oddities)  # type: ignore[arg-type]


_KINGSMITH_PAD = replace(_PAD, speed_step_kmh=0.1, start_delay_s=2.5)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "plain": PLAIN,
        "citysports": CITYSPORTS,
        # What it says of itself
        "echo": _odd(echoes_setpoint=True),
        "spurious_zero": _odd(spurious_zero_every=7),  # Merach
        "frozen_telemetry": _odd(freezes_after_s=10.0),
        "silent_stop": _odd(silent_on_stop=True, status_on_own_commands=True),  # T318: QZ #4024
        "stale_status": _odd(stale_status=wire.STOPPED),  # KingSmith
        "wrong_start_status": _odd(  # TP1
            start_status=wire.STOPPED, status_on_own_commands=True
        ),
        "malformed_training_status": _odd(malformed_training_status=b""),  # hassio-ftms #36
        "counts_without_walker_stand_still": _odd(counts_need_walker=True),  # Mobvoi TMP
        "coarse_distance": _odd(distance_step_m=10),  # Sperax RM-01
        "split_records": _odd(  # Technogym MyRun
            records=(
                ("average_speed", "distance", "inclination", "elevation"),
                ("speed", "energy", "met", "elapsed"),
            )
        ),
        "trailing_bytes": _odd(trailing=b"\x00\x00"),
        "short_mtu": _odd(  # Matrix: flags promise 30 bytes and 20 arrive
            max_mtu=23, records=((*_RECORD, "heart_rate", "met", "remaining", "force"),)
        ),
        # What it lacks
        "no_speed_range": _odd(lacks=frozenset({"2ad4"})),  # hassio-ftms #16
        "no_ranges": _odd(lacks=frozenset({"2ad4", "2ad5"})),
        "no_training_status": _odd(lacks=frozenset({"2ad3"})),
        "no_status": _odd(lacks=frozenset({"2ada"})),
        "bare": _odd(lacks=frozenset({"2acc", "2ad3", "2ad4", "2ad5", "2ada", "180a"})),
        "no_control_point": _odd(lacks=frozenset({"2ad9"})),
        # How it advertises
        "swapped_advertisement": _odd(
            advertising_data=wire.advertisement("Virtual Treadmill", b"\x01\x00\x01")
        ),
        "one_byte_type": _odd(
            advertising_data=wire.advertisement("Virtual Treadmill", b"\x01\x01")
        ),
        "no_service_data": _odd(  # Horizon 7.4 AT
            advertising_data=wire.advertisement("HORIZON 7.4AT 55FD", None)
        ),
        "nameless": _odd(advertising_data=wire.advertisement("")),  # QZ #5100
        # How it answers
        "slow_acknowledgement": _odd(acknowledges_after_s=1.5),
        "late_acknowledgement": _odd(acknowledges_after_s=8.0),
        "no_acknowledgement": _odd(acknowledgement=Acknowledgement.NONE, lenient=True),
        "slow_control": _odd(control_acknowledged_after_s=3.0),  # iConsole+: QZ #5068
        "control_refused": _odd(  # KingSmith MC-21
            refuses_control=True,
            lenient=True,
            acknowledgement=Acknowledgement.STATUS,
            status_on_own_commands=True,
        ),
        "start_refused_twice": _odd(refused_starts=2),  # WalkingPad PH4
        "att_errors": _odd(att_error=0x0E),
        "write_without_response": _odd(write_with_response=False),  # QZ
        "needs_pairing": _odd(needs_pairing=True),
        "needs_preamble": _odd(preamble=bytes.fromhex("aa01000155")),  # Merach, YPOO
        "lost_subscriptions": _odd(subscription_spacing_s=0.1),  # KingSmith
        # What it does
        "reads_mph": _odd(kmh_per_unit=KMH_PER_MPH),  # Horizon T202: QZ #4904
        "reads_mph_and_echoes": _odd(kmh_per_unit=KMH_PER_MPH, echoes_setpoint=True),
        "toggle_start": _odd(toggles_on_start=True, lenient=True),  # TM11GY: QZ #5100
        "early_speed_drops_link": _odd(drops_link_on_early_speed=True),  # KingSmith Z1D
        "refuses_after_drop": _odd(refuses_after_drop_s=40.0),  # hass-walkingpad
        "ignored_speed": _odd(ignores_speed=True),  # Sole F85, Reebok SL80
        "refused_speed": _odd(refuses_speed=True),  # KICKR RUN: it wants a press on the machine
        "ignored_stop": _odd(ignored_stops=10**6, ignores_pause=True),  # QZ #3456
        "ignored_first_stop": _odd(ignored_stops=1),
        "only_pause_stops": _odd(ignored_stops=10**6),
        "runaway": _odd(  # QZ #3500
            runs_away_to_kmh=22.0, motor=replace(_PLAIN_MOTOR, max_speed_kmh=22.0)
        ),
        "starts_on_connect": _odd(starts_on_connect=True),  # QZ #923, #4916
        "training_time": _odd(obeys_training_time=True),
        "fast_minimum": _odd(  # Wellfit: steps of 0.2 mph
            motor=replace(_PLAIN_MOTOR, min_speed_kmh=1.6, speed_step_kmh=0.32)
        ),
        "fitshow": Profile(  # a FitShow module as captured on a HOMETRO, and steps: for the demo
            local_name="FS-1826D0",
            maker="FitShow",
            model="FS-BT-D2",
            records=(_PAD_RECORD,),
        ),
        "kingsmith": Profile(
            local_name="KS-AP-MC21",
            maker="KingSmith",
            model="MC-21",
            motor=_KINGSMITH_PAD,
            lacks=frozenset({"2ad5"}),
            records=(_PAD_RECORD,),
            training_status_prefix=b"\x01",
            announces_countdown=True,
            stale_status=wire.STOPPED,
            subscription_spacing_s=0.1,
            refuses_control=True,
            lenient=True,
            acknowledgement=Acknowledgement.STATUS,
            status_on_own_commands=True,
            refuses_after_drop_s=40.0,
        ),
    }
)
