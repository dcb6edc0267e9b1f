"""Wearables as they really are: what is odd about each is a row of data.

Sources: the specifications of RSC and PMD, captures of an H10, public issue threads; "QZ" is
cagnulein/qdomyos-zwift.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Faults:
    """What may go wrong with any of them; times count from the beginning of a link."""

    battery_percent: int = 80
    drops_link_after_s: float | None = None
    gap_after_s: float | None = None
    gap_s: float = 3.0
    clock_jumps_after_s: float | None = None
    clock_jumps_by_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class PodProfile:
    """A foot pod."""

    local_name: str = "Virtual Foot Pod"
    faults: Faults = Faults()
    lacks: frozenset[str] = frozenset()  # services, such as 180f
    has_heart_rate: bool = False
    has_lengths: bool = True  # stride length and total distance
    silent_at_rest: bool = False
    counts_strides: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class StrapProfile:
    """A Polar sensor."""

    local_name: str = "Polar H10 12345678"
    model: str = "H10"
    faults: Faults = Faults()
    rates_hz: tuple[int, ...] = (25, 50, 100, 200)
    ranges_g: tuple[int, ...] = (2, 4, 8)
    channels: int | None = None
    compressed: bool = False  # delta frames
    factor: float | None = None
    samples_fast_by: float = 0.018  # as captured: 50.9 samples a second where 50 were asked for
    clock_fast_by: float = 0.0
    needs_pairing: bool = False
    stray_features: bool = False
    already_running: bool = False
    charging: bool = False
    carries_hz: int = 200  # at higher rates frames are lost
    refuses_above_hz: int | None = None  # with "MTU too small"
    has_pmd: bool = True


PODS: Mapping[str, PodProfile] = MappingProxyType(
    {
        "plain": PodProfile(),
        "silent_at_rest": PodProfile(silent_at_rest=True),
        "half_cadence": PodProfile(counts_strides=True),  # RunPod: QZ #1099
        "bare": PodProfile(lacks=frozenset({"180f", "180a"}), has_lengths=False),
        "heart_rate": PodProfile(has_heart_rate=True),
        "link_loss": PodProfile(faults=Faults(drops_link_after_s=20.0)),
        "gap": PodProfile(faults=Faults(gap_after_s=20.0)),
        "low_battery": PodProfile(faults=Faults(battery_percent=1)),
    }
)

STRAPS: Mapping[str, StrapProfile] = MappingProxyType(
    {
        "h10": StrapProfile(),
        "verity_sense": StrapProfile(
            local_name="Polar Sense 12345678",
            model="Verity Sense",
            rates_hz=(52,),
            ranges_g=(8,),
            channels=3,
            compressed=True,
            factor=0.244,
            samples_fast_by=0.0,
        ),
        "heart_rate_only": StrapProfile(local_name="Polar H9 12345678", model="H9", has_pmd=False),
        "needs_pairing": StrapProfile(needs_pairing=True),  # bleak #1943
        "stray_features": StrapProfile(stray_features=True),  # polar-ble-sdk #360
        "already_running": StrapProfile(already_running=True),
        "charging": StrapProfile(charging=True),
        "small_mtu": StrapProfile(refuses_above_hz=50),
        "weak_link": StrapProfile(carries_hz=50),
        "link_loss": StrapProfile(faults=Faults(drops_link_after_s=20.0)),
        "gap": StrapProfile(faults=Faults(gap_after_s=20.0)),
        "fast_clock": StrapProfile(clock_fast_by=0.018),
        "slow_clock": StrapProfile(clock_fast_by=-0.018),
        "clock_jumps_forward": StrapProfile(
            faults=Faults(clock_jumps_after_s=20.0, clock_jumps_by_s=3600.0)
        ),
        "clock_jumps_back": StrapProfile(
            faults=Faults(clock_jumps_after_s=20.0, clock_jumps_by_s=-3600.0)
        ),
        "low_battery": StrapProfile(faults=Faults(battery_percent=1)),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneProfile:
    """A phone or watch with Sensor Logger."""

    faults: Faults = Faults()
    sensors: str = "phone"  # how it tells its motion: see phone.py
    rate_hz: int = 100
    posts_each_s: float = 1.0
    ios_signs: bool = False
    has_pedometer: bool = True
    malformed_every: int | None = None  # each n-th body


PHONES: Mapping[str, PhoneProfile] = MappingProxyType(
    {
        "android": PhoneProfile(),
        "iphone": PhoneProfile(ios_signs=True),
        "watch": PhoneProfile(sensors="watch", has_pedometer=False),
        "total_acceleration": PhoneProfile(sensors="total"),
        "no_gravity": PhoneProfile(sensors="no_gravity", has_pedometer=False),
        "pedometer_only": PhoneProfile(sensors="none"),
        "slow_batches": PhoneProfile(posts_each_s=10.0),
        "malformed": PhoneProfile(malformed_every=3),
        "gap": PhoneProfile(faults=Faults(gap_after_s=20.0)),
        "clock_jumps_forward": PhoneProfile(
            faults=Faults(clock_jumps_after_s=20.0, clock_jumps_by_s=3600.0)
        ),
        "clock_jumps_back": PhoneProfile(
            faults=Faults(clock_jumps_after_s=20.0, clock_jumps_by_s=-3600.0)
        ),
    }
)
