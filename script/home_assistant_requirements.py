"""Print what the integrations that the demo and the tests load will want installed.

Usage: python script/home_assistant_requirements.py FOLDER   (of the `homeassistant` package)

Home Assistant would install these at its first start, one by one. Read from the manifests
beforehand they stand in the lock file, and a start needs no network.
"""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import sys
from typing import Any

RETROWALK = Path(__file__).parent.parent / "custom_components/retrowalk"

# What every Home Assistant loads beside the entity platforms, by the names of bootstrap.py.
LOADED_ALWAYS = {"CORE_INTEGRATIONS", "STAGE_1_INTEGRATIONS", "DEFAULT_INTEGRATIONS"}

# What the demo adds; the last three are set up by Home Assistant's on-boarding.
LOADED_BY_DEMO = {"default_config", "google_translate", "met", "radio_browser"}

# A manifest with such a key loads an integration, as in requirements.py.
LOADED_BY_KEY = {
    "dhcp": "dhcp",
    "homekit": "zeroconf",
    "mqtt": "mqtt",
    "ssdp": "ssdp",
    "zeroconf": "zeroconf",
}


def loaded_always(bootstrap: Path) -> Iterator[str]:
    """Yield the domains in bootstrap's sets, read as text: importing it needs them installed."""
    for statement in ast.parse(bootstrap.read_text()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if name in LOADED_ALWAYS:
                constants = (node for node in ast.walk(statement) if isinstance(node, ast.Constant))
                yield from (str(constant.value) for constant in constants)


def named_by(manifest: dict[str, Any]) -> set[str]:
    """Return the domains that an integration brings with it."""
    by_key = {domain for key, domain in LOADED_BY_KEY.items() if key in manifest}
    return by_key.union(manifest.get("dependencies", ()), manifest.get("after_dependencies", ()))


def requirements(homeassistant: Path) -> set[str]:
    """Return the requirements of all integrations that get loaded."""
    paths = [RETROWALK / "manifest.json", *homeassistant.glob("components/*/manifest.json")]
    manifests = {path.parent.name: json.loads(path.read_text()) for path in paths}
    waiting = {"retrowalk", *LOADED_BY_DEMO, *loaded_always(homeassistant / "bootstrap.py")}
    waiting |= {name for name, its in manifests.items() if its.get("integration_type") == "entity"}
    done: set[str] = set()
    while waiting:
        done.add(domain := waiting.pop())
        waiting |= named_by(manifests[domain]) - done
    return {needed for domain in done for needed in manifests[domain].get("requirements", ())}


if __name__ == "__main__":
    print(*sorted(requirements(Path(sys.argv[1]))), sep="\n")
