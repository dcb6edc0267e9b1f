"""Sensor Logger's HTTP push: motion and steps of a phone, a watch, or what speaks like them.

A body is JSON: {"sessionId", "payload": [{"name", "time", "values": {...}}]}, times in ns since
1970 and in no order. Source: github.com/tszheichoi/awesome-sensor-logger, PUSHING and UNITS.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
import json
from math import hypot
from operator import itemgetter
from statistics import median
from typing import Any, NamedTuple

from ...wire import DecodeError

STANDARD_GRAVITY_MPS2 = 9.80665

# Halfway, as ratios go, between 1 g told in g and 1 g told in m/s2.
_UNIT_THRESHOLD = STANDARD_GRAVITY_MPS2**0.5
_LARGEST_VALUE = 10_000  # more than any sensor measures, in either unit
_LARGEST_TIME_NS = 2**63
_LARGEST_STEP_COUNT = 2**32

type _Axes = tuple[str, str, str]
type _Entry = tuple[int, dict[str, Any]]
type _Entries = dict[str, list[_Entry]]


class Reading(NamedTuple):
    """One reading of an accelerometer, gravity included, signs as Android has them."""

    time_ns: int
    x_g: float
    y_g: float
    z_g: float


class StepCount(NamedTuple):
    """One report of a pedometer, which lags by seconds."""

    time_ns: int
    steps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorLoggerBatch:
    """What one body held, oldest first."""

    sensors: frozenset[str]  # all that were sent, so that a missing one can be named
    motion: list[Reading]
    steps: list[StepCount]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """Sensors that make up a whole acceleration."""

    sensor: str
    axes: _Axes = ("x", "y", "z")
    gravity_sensor: str | None = None  # None: the sensor's own values include gravity
    gravity_axes: _Axes = ("x", "y", "z")

    def is_in(self, entries: _Entries) -> bool:
        """Tell whether `entries` hold all that it takes."""
        sensors = {self.sensor, self.gravity_sensor or self.sensor}
        return sensors <= entries.keys() and self.axes[0] in entries[self.sensor][0][1]


# The first that a body offers is taken.
_SOURCES = (
    _Source(
        sensor="wristmotion",
        axes=("accelerationX", "accelerationY", "accelerationZ"),
        gravity_sensor="wristmotion",
        gravity_axes=("gravityX", "gravityY", "gravityZ"),
    ),
    _Source(sensor="wristmotion"),
    _Source(sensor="totalacceleration"),
    _Source(sensor="accelerometer", gravity_sensor="gravity"),
)


class SensorLoggerDecoder:
    """Reads the bodies of one sender, and keeps to one source and unit within a recording."""

    def __init__(self, *, ios_signs: bool = False) -> None:
        """Begin with nothing received; `ios_signs`: an iPhone with "Standardise Units" off."""
        self._ios_signs = ios_signs
        self._session: str | None = None
        self._source: _Source | None = None
        self._scale = 0.0  # to g with Android's signs; 0 until it is known

    def feed(self, body: bytes | bytearray | str) -> SensorLoggerBatch:
        """Return what `body` holds; raises DecodeError where it is malformed."""
        session, entries = _parse(body)
        if session != self._session:
            self._session, self._source, self._scale = session, None, 0.0
        # Once chosen it stays: for one late body of a watch, the phone beside it would stand in.
        if self._source is None:
            self._source = next((source for source in _SOURCES if source.is_in(entries)), None)
        motion: list[Reading] = []
        if self._source and self._source.is_in(entries):
            motion = self._motion(entries, self._source)
        steps = [
            StepCount(time_ns, int(_number(values.get("steps"), largest=_LARGEST_STEP_COUNT)))
            for time_ns, values in entries.get("pedometer", ())
        ]
        return SensorLoggerBatch(sensors=frozenset(entries), motion=motion, steps=steps)

    def _motion(self, entries: _Entries, source: _Source) -> list[Reading]:
        """Return the accelerations of `source`, in g."""
        motion = _vectors(entries[source.sensor], source.axes)
        totals = gravities = motion
        if source.gravity_sensor:
            gravities = _vectors(entries[source.gravity_sensor], source.gravity_axes)
            totals = _add_gravity(motion, gravities)
        if not self._scale:
            in_g = median(hypot(x, y, z) for _, x, y, z in gravities) < _UNIT_THRESHOLD
            self._scale = 1.0 if in_g else 1 / STANDARD_GRAVITY_MPS2
            # Of the app's own sensors only an Apple Watch left at Apple's units tells g.
            if self._ios_signs or (in_g and source.gravity_sensor):
                self._scale = -self._scale
        scale = self._scale
        return [Reading(time_ns, x * scale, y * scale, z * scale) for time_ns, x, y, z in totals]


def _parse(body: bytes | bytearray | str) -> tuple[str, _Entries]:
    """Return the recording's id and the values by sensor, each sensor's in order of time."""
    try:
        message = json.loads(body)
        entries: _Entries = defaultdict(list)
        for entry in message["payload"]:
            # The app's versions write Wrist Motion, wrist motion and wristmotion.
            name = entry["name"].lower().replace(" ", "")
            time_ns = int(_number(entry["time"], largest=_LARGEST_TIME_NS))
            entries[name].append((time_ns, dict(entry.get("values", {}))))
        session = str(message.get("sessionId"))
    # RecursionError: brackets that never close are JSON too.
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as err:
        raise DecodeError(f"not a body of Sensor Logger: {type(err).__name__} {err}") from err
    for series in entries.values():
        series.sort(key=itemgetter(0))
    return session, entries


def _vectors(series: list[_Entry], axes: _Axes) -> list[Reading]:
    """Return the values of `axes` over time, in the sender's unit."""
    return [
        Reading(time_ns, *(_number(values.get(axis), largest=_LARGEST_VALUE) for axis in axes))
        for time_ns, values in series
    ]


def _add_gravity(motion: list[Reading], gravities: list[Reading]) -> list[Reading]:
    """Add to each reading the gravity of that moment; the two sensors need not tick together."""
    times_ns = [time_ns for time_ns, *_ in gravities]
    totals = []
    for time_ns, x, y, z in motion:
        _, gravity_x, gravity_y, gravity_z = gravities[max(bisect_right(times_ns, time_ns) - 1, 0)]
        totals.append(Reading(time_ns, x + gravity_x, y + gravity_y, z + gravity_z))
    return totals


def _number(value: object, *, largest: float) -> float:
    """Return `value` if it is a number of no more than `largest`, of either sign."""
    # JSON in Python knows NaN, true and numbers without end.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= largest:
        raise DecodeError(f"no number within {largest:g}, but a {type(value).__name__}")
    return value
