"""Recorded trials of falls and daily activities, as `script/evaluate-falls` reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
import json
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 50
COUNTS_PER_G = 2048
# SisFall: walking, jogging, stairs, slowly and quickly.
WALKS = frozenset({"D01", "D02", "D03", "D04", "D05", "D06"})
WALKING_WORDS = ("walk", "jog", "stair")


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One recorded trial, in g."""

    meta: dict[str, Any]
    acc_g: NDArray[np.float64]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.acc_g) / RATE_HZ

    @property
    def is_fall(self) -> bool | None:
        """Whether somebody falls; None: nobody says."""
        label = self.meta.get("label")
        return None if label is None else bool(label)

    @property
    def is_walk(self) -> bool:
        """Whether somebody walks, jogs or climbs stairs."""
        activity = str(self.meta.get("act", ""))
        return activity in WALKS or any(word in activity.lower() for word in WALKING_WORDS)

    @property
    def impact_s(self) -> float | None:
        """When the body struck."""
        impact_s = self.meta.get("t_imp")
        return float(impact_s) if impact_s is not None and isfinite(impact_s) else None


def read(path: Path) -> Iterator[Trial]:
    """Yield the trials of one file."""
    with np.load(path, allow_pickle=False) as archive:
        acc_g = archive["acc"] / COUNTS_PER_G
        offsets = archive["off"].tolist()
        metas = json.loads(str(archive["meta"]))
    for meta, start, end in zip(metas, offsets[:-1], offsets[1:], strict=True):
        yield Trial(meta=meta, acc_g=acc_g[start:end])
