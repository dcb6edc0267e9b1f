"""The environment is the one that Home Assistant prescribes."""

from importlib.metadata import distributions
from importlib.resources import files
import sys

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def test_python_is_new_enough() -> None:
    """Home Assistant refuses an older one."""
    assert sys.version_info >= (3, 14, 2)


def test_pins_of_home_assistant_hold() -> None:
    """Whatever is installed here is what would be installed beside Home Assistant."""
    installed = {canonicalize_name(found.name): found.version for found in distributions()}
    lines = (files("homeassistant") / "package_constraints.txt").read_text().splitlines()
    constraints = [Requirement(line) for line in lines if line and not line.startswith("#")]
    held = [pin for pin in constraints if canonicalize_name(pin.name) in installed]
    assert {"bleak", "habluetooth", "numpy"} <= {pin.name for pin in held}
    assert not [
        pin for pin in held if not pin.specifier.contains(installed[canonicalize_name(pin.name)])
    ]
