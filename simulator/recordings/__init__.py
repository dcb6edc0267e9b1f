"""Recorded trials of falls and daily activities, for the walker to play."""

from dataclasses import dataclass
import json
from pathlib import Path

import numpy as np

RATE_HZ = 50
_COUNTS_PER_G = 2048
_FILE = Path(__file__).parent / "umafall_waist.npz"

type Vector = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One trial, upright along x where it begins."""

    activity: str
    is_fall: bool
    impact_s: float | None  # since the trial's beginning
    acc_g: list[Vector]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.acc_g) / RATE_HZ

    def at(self, at_s: float) -> Vector:
        """Return the acceleration so long after the beginning; past the end, as it ended."""
        place = min(max(at_s * RATE_HZ, 0.0), len(self.acc_g) - 1.0)
        index = min(int(place), len(self.acc_g) - 2)
        share = place - index
        (x, y, z), (next_x, next_y, next_z) = self.acc_g[index : index + 2]
        return (
            x + (next_x - x) * share,
            y + (next_y - y) * share,
            z + (next_z - z) * share,
        )


def trials() -> dict[str, Trial]:
    """Return the recorded trials by activity: Walking, backwardFall and others."""
    with np.load(_FILE, allow_pickle=False) as archive:
        acc_g = (archive["acc"] / _COUNTS_PER_G).tolist()
        offsets = archive["off"].tolist()
        metas = json.loads(str(archive["meta"]))
    return {
        meta["act"]: Trial(
            activity=meta["act"],
            is_fall=bool(meta["label"]),
            impact_s=meta["t_imp"],
            acc_g=[(x, y, z) for x, y, z in acc_g[start:end]],
        )
        for meta, start, end in zip(metas, offsets[:-1], offsets[1:], strict=True)
    }
