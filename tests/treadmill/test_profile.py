"""Machines are recognised by what they call themselves."""

import pytest

from custom_components.retrowalk.treadmill.profile import BY_KEY, PROFILES, recognise, recognised_by


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("CITYSPORTS-Linker",), "citysports"),
        (("FS-0099C3",), "fitshow"),
        (("KS-MC21-1234",), "kingsmith_mc21"),
        (("WalkingPad MC11",), "kingsmith_mc11"),
        (("KS-HD-Z1D",), "kingsmith"),
        (("T318_01",), "t318"),
        (("HORIZON 7.4AT 55FD",), "horizon"),
        (("TM11GY",), "horizon"),
        (("iConsole+0042",), "slow_control"),
        (("YPOO-U3",), "merach"),
        ((None, "Mobvoi", None), "coarse_steps"),
        (("Sole F85",), "generic"),
        ((None, ""), "generic"),
    ],
)
def test_recognise(names: tuple[str | None, ...], key: str) -> None:
    """By advertised name, model or maker."""
    assert recognise(*names).key == key


def test_keys_differ() -> None:
    """A key names one profile."""
    assert len(BY_KEY) == len(PROFILES) + 1


def test_by_which_name() -> None:
    """Diagnostics say what a machine was recognised by."""
    names = {"name": "Pad", "model": None, "maker": "Horizon Fitness"}
    assert recognised_by(recognise(*names.values()), names) == "maker"
