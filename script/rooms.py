"""Runs a module that needs the inner rooms alone: `python -m script.rooms script.decode`.

The rooms import nothing of Home Assistant, but the package around them does, which takes a second:
a stand-in for the package lets them be entered by the side door.
"""

from pathlib import Path
import runpy
import sys
from types import ModuleType

if __name__ == "__main__":
    package = ModuleType("custom_components.retrowalk")
    package.__path__ = [str(Path(__file__).parent.parent / "custom_components/retrowalk")]
    sys.modules[package.__name__] = package
    _, module, *sys.argv[1:] = sys.argv
    runpy.run_module(module, run_name="__main__", alter_sys=True)
