"""The recorded trials among the fixtures: see tests/fixtures/README.md."""

from pathlib import Path

from script.falls_data import Trial, read

FOLDER = Path(__file__).parent.parent / "fixtures/falls"


def file_of(placement: str) -> Path:
    """Return the file of the trials recorded at `placement`."""
    return FOLDER / f"umafall_{placement}.npz"


def trials(placement: str, *, walks: bool | None = None) -> list[Trial]:
    """Return the trials recorded at `placement`: all, or the walks alone, or the others alone."""
    found = list(read(file_of(placement)))
    return [trial for trial in found if walks is None or trial.is_walk is walks]
