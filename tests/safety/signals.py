"""Motion made by formula: standing, walking, falling, sinking; for a sensor worn in any way."""

from collections.abc import Iterable, Iterator, Sequence
from math import cos, pi, sin, sqrt
import random

from custom_components.retrowalk.samples import MotionSample

type Vector = tuple[float, float, float]
type Curve = list[Vector]  # along the body: across, ahead, up

RATE_HZ = 50.0


def standing(seconds: float, rate_hz: float = RATE_HZ, up: Vector = (0.0, 0.0, 1.0)) -> Curve:
    """Stand, sit or lie with a little sway, `up` being away from the ground."""
    sway = random.Random(1)
    return [
        (up[0] + sway.gauss(0, 0.005), up[1] + sway.gauss(0, 0.005), up[2] + sway.gauss(0, 0.005))
        for _ in range(round(seconds * rate_hz))
    ]


def walking(
    seconds: float, cadence_spm: float = 100.0, rate_hz: float = RATE_HZ, size_g: float = 0.2
) -> Curve:
    """Walk: a step and its harmonic up and down, a stride to the sides."""
    curve = []
    for index in range(round(seconds * rate_hz)):
        turn = 2 * pi * cadence_spm / 60 * index / rate_hz
        up = 1 + size_g * (sin(turn) + 0.4 * sin(2 * turn + 1))
        curve.append((0.3 * size_g * sin(turn / 2), 0.3 * size_g * cos(turn), up))
    return curve


def swinging(seconds: float, cadence_spm: float = 100.0, rate_hz: float = RATE_HZ) -> Curve:
    """Walk, at an ankle: it swings once in two steps, and rests between."""
    curve = []
    for index in range(round(seconds * rate_hz)):
        share = cadence_spm / 120 * index / rate_hz % 1.0
        swing = max(0.0, sin(4 * pi * share)) if share < 0.5 else 0.0
        curve.append((0.1 * swing, 0.3 * swing, 1 + 1.2 * swing))
    return curve


def falling(
    peak_g: float = 4.0, rate_hz: float = RATE_HZ, lying: Vector = (0.0, 1.0, 0.0)
) -> Curve:
    """Fall for 0.4 s, strike for 0.1 s, lie for 4 s."""
    drop = [(0.0, 0.2, 0.5)] * round(0.4 * rate_hz)
    count = round(0.1 * rate_hz)
    strike = [
        (0.0, 0.2, 1 + (peak_g - 1) * sin(pi * (index + 0.5) / count)) for index in range(count)
    ]
    return drop + strike + standing(4.0, rate_hz, lying)


def jolt(peak_g: float = 4.0) -> Curve:
    """Stumble for a moment, upright."""
    return falling(peak_g)[: round(0.5 * RATE_HZ)]


def sinking(drop_m: float = 0.45, seconds: float = 1.2) -> Curve:
    """Sink to a seat: faster and faster, then slower and slower; then sit for 4 s."""
    push_g = drop_m * 2 * pi / seconds**2 / 9.80665
    count = round(seconds * RATE_HZ)
    curve = [(0.0, 0.0, 1 - push_g * sin(2 * pi * index / count)) for index in range(count)]
    return curve + standing(4.0)


def samples(
    *curves: Curve, rate_hz: float = RATE_HZ, start_s: float = 0.0, turned: Sequence[Vector] = ()
) -> Iterator[MotionSample]:
    """Yield the curves one after the other, as a sensor worn `turned` reports them."""
    index = 0
    for curve in curves:
        for vector in curve:
            yield MotionSample(start_s + index / rate_hz, *rotated(vector, turned))
            index += 1


def rotated(vector: Vector, rows: Sequence[Vector]) -> Vector:
    """Return `vector` as seen along the axes in `rows`."""
    if not rows:
        return vector
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows)
    return (x, y, z)


def axes(w: float, x: float, y: float, z: float) -> tuple[Vector, Vector, Vector]:
    """Return the axes of a rotation, from any quaternion but zero."""
    size = sqrt(w * w + x * x + y * y + z * z)
    w, x, y, z = w / size, x / size, y / size, z / size
    return (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )


def last_s(stream: Iterable[MotionSample]) -> float:
    """Return the time of the last sample."""
    return max(sample.at_s for sample in stream)
