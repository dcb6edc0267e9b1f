"""How well falls were told from daily activities, beside what others do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from script.falls_data import RATE_HZ, Trial

ARMED_FROM_S = 1.0
PEAK_G = 2.5
FREE_FALL_G = 0.6
FREE_FALL_BEFORE_S = 1.0
STILL_FROM_S, STILL_TO_S, STILL_G = 1.0, 3.0, 0.1
TURNED_DEG = 45.0

PUBLISHED = """\
Published, in the laboratory unless said otherwise (Se / Sp in %):
  SisFall threshold (Sucerquia 2017)              accuracy 96
  KFall threshold / SVM / ConvLSTM                95.5 / 83.4, 99.77 / 94.87, 99.32 / 99.01
  smartwatch app (JMIR 2022)                      77.0 / 98.9
  13 algorithms on real falls (Bagala 2012)       57 +- 27 / 83, and 3 to 85 false alarms a day
  FARSEEING, real falls (Palmerini 2020)          above 80, at 0.56 false alarms an hour\
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one algorithm found: for each trial when, or None."""

    name: str
    found_s: Sequence[float | None]


def peak(trial: Trial) -> float | None:
    """Return when |a| first exceeds 2.5 g: the simple threshold."""
    size_g = np.linalg.norm(trial.acc_g, axis=1)
    return next((index / RATE_HZ for index in _peaks(size_g)), None)


def state_machine(trial: Trial) -> float | None:
    """Return when the classic sequence is complete: free fall, impact, stillness, turned."""
    size_g = np.linalg.norm(trial.acc_g, axis=1)
    for index in _peaks(size_g):
        falling = size_g[max(0, index - round(FREE_FALL_BEFORE_S * RATE_HZ)) : index]
        begin, end = (index + round(s * RATE_HZ) for s in (STILL_FROM_S, STILL_TO_S))
        if falling.min(initial=1.0) > FREE_FALL_G or end > len(size_g):
            continue
        if size_g[begin:end].std() > STILL_G:
            continue
        before = trial.acc_g[max(0, index - 3 * RATE_HZ) : index - RATE_HZ // 2].mean(axis=0)
        after = trial.acc_g[begin:end].mean(axis=0)
        cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
        if np.degrees(np.arccos(np.clip(cosine, -1, 1))) >= TURNED_DEG:
            return float(end / RATE_HZ)
    return None


def _peaks(size_g: NDArray[np.float64]) -> list[int]:
    first = round(ARMED_FROM_S * RATE_HZ)
    return [int(index) + first for index in np.flatnonzero(size_g[first:] > PEAK_G)]


def show(title: str, trials: Sequence[Trial], rows: Sequence[Row]) -> None:
    """Print the table of one file."""
    falls = [trial.is_fall for trial in trials]
    hours = sum(trial.seconds for trial in trials if trial.is_fall is False) / 3600
    count = f"{falls.count(True)} falls, {falls.count(False)} daily activities in {hours:.2f} h"
    print(f"{title}: {count if any(fall is not None for fall in falls) else 'no labels'}")
    print(f"  {'':36}{'Se':>7}{'Sp':>7}{'FA/h':>8}{'walks':>9}{'latency median, p95':>22}")
    for row in rows:
        print(f"  {row.name:36}{_figures(trials, row.found_s, hours)}")
    print()


def _figures(trials: Sequence[Trial], found_s: Sequence[float | None], hours: float) -> str:
    falls = [at for trial, at in zip(trials, found_s, strict=True) if trial.is_fall]
    others = [at for trial, at in zip(trials, found_s, strict=True) if trial.is_fall is False]
    walks = [at for trial, at in zip(trials, found_s, strict=True) if trial.is_walk]
    alarms = len(others) - others.count(None)
    latencies_s = [
        at - trial.impact_s
        for trial, at in zip(trials, found_s, strict=True)
        if at is not None and trial.is_fall and trial.impact_s is not None
    ]
    latency = "-"
    if latencies_s:
        median_s, p95_s = np.percentile(latencies_s, [50, 95])
        latency = f"{median_s:.2f} s, {p95_s:.2f} s"
    return (
        f"{_share(len(falls) - falls.count(None), len(falls)):>7}"
        f"{_share(others.count(None), len(others)):>7}"
        f"{f'{alarms / hours:.1f}' if hours else '-':>8}"
        f"{f'{len(walks) - walks.count(None)} of {len(walks)}':>9}"
        f"{latency:>22}"
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"
