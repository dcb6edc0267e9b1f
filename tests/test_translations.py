"""Every key that the code speaks has its words: entities, refusals, actions and their fields."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
import json
from pathlib import Path
import re
from typing import Any, override

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.helpers.entity import EntityDescription
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components import retrowalk
from custom_components.retrowalk import binary_sensor, button, event, number, select, sensor, switch
from custom_components.retrowalk.actions import ACTIONS
from custom_components.retrowalk.alerting import FallEvent
from custom_components.retrowalk.belt import AskKind
from custom_components.retrowalk.const import Kind
from custom_components.retrowalk.program.library import load_built_in
from custom_components.retrowalk.program.states import Cue, Reason
from custom_components.retrowalk.safety.alert_messages import AlertKind
from custom_components.retrowalk.safety.evidence import WhyNot
from custom_components.retrowalk.walker_runtime import FREE_WALK

PACKAGE = Path(retrowalk.__file__).parent
TEXTS: dict[str, Any] = json.loads((PACKAGE / "translations/en.json").read_text())
ICONS: dict[str, Any] = json.loads((PACKAGE / "icons.json").read_text())
SERVICES = load_yaml_dict(str(PACKAGE / "services.yaml"))

ENTITIES: dict[str, Mapping[Any, Sequence[EntityDescription]]] = {
    "binary_sensor": binary_sensor.BINARY_SENSORS,
    "button": button.BUTTONS,
    "event": event.EVENTS,
    "number": number.NUMBERS,
    "select": select.SELECTS,
    "sensor": sensor.SENSORS,
    "switch": switch.SWITCHES,
}
PROGRAMS = {*load_built_in(), FREE_WALK}
ATTRIBUTES: dict[tuple[str, str, str], type[StrEnum]] = {
    ("binary_sensor", "fall_alerts_armed", "why_not"): WhyNot,
    ("event", "cue", "event_type"): Cue,
    ("event", "fall", "event_type"): FallEvent,
    ("sensor", "alert", "kind"): AlertKind,
    ("sensor", "session", "reason"): Reason,
    ("sensor", "session", "asks"): AskKind,
}
REFUSALS = {"refused", "failed", "Refused", "ProgramRefused", "RequestRefused"}


def descriptions(platform: str) -> dict[str, EntityDescription]:
    """Return the descriptions of a platform by their keys."""
    return {each.key: each for kind in ENTITIES[platform].values() for each in kind}


@pytest.mark.parametrize("platform", ENTITIES)
def test_entities(platform: str) -> None:
    """Each has a name and an icon, and no other has."""
    keys = descriptions(platform).keys()
    assert TEXTS["entity"][platform].keys() == keys
    assert ICONS["entity"][platform].keys() == keys
    assert all(text["name"] for text in TEXTS["entity"][platform].values())
    assert all(icon["default"].startswith("mdi:") for icon in ICONS["entity"][platform].values())


def test_states() -> None:
    """Each state that a sensor can have has a word."""
    texts = TEXTS["entity"]["sensor"]
    for key, description in descriptions("sensor").items():
        assert isinstance(description, SensorEntityDescription)
        if description.options:
            assert texts[key]["state"].keys() == set(description.options), key
    assert texts["program"]["state"].keys() == PROGRAMS
    assert TEXTS["entity"]["select"]["program"]["state"].keys() == PROGRAMS


@pytest.mark.parametrize(("platform", "key", "attribute"), ATTRIBUTES)
def test_attributes(platform: str, key: str, attribute: str) -> None:
    """What stands beside a state has its words too."""
    text = TEXTS["entity"][platform][key]["state_attributes"][attribute]
    assert text["name"]
    assert text["state"].keys() == set(ATTRIBUTES[platform, key, attribute])


def test_actions() -> None:
    """Each action and each field has name and description, and the fields are those it takes."""
    assert SERVICES.keys() == ACTIONS.keys() == TEXTS["services"].keys() == ICONS["services"].keys()
    for name, (schema, _, _) in ACTIONS.items():
        text = TEXTS["services"][name]
        fields = SERVICES[name].get("fields", {})
        assert fields.keys() == {str(field) for field in schema} == text["fields"].keys(), name
        for each in (text, *text["fields"].values()):
            assert each["name"]
            assert each["description"]


def test_choices() -> None:
    """Each choice that an action's field offers has a word."""
    for action in SERVICES.values():
        for field in action.get("fields", {}).values():
            choice = field["selector"].get("select")
            if choice:
                texts = TEXTS["selector"][choice["translation_key"]]["options"]
                assert texts.keys() == set(choice["options"])
    assert TEXTS["selector"]["program"]["options"].keys() == PROGRAMS


class Refusals(ast.NodeVisitor):
    """Finds each refusal in a module: patterns of its key, and what is put into its sentence."""

    def __init__(self, module: ast.Module) -> None:
        """Look through `module`."""
        self.found: list[tuple[set[str], set[str]]] = []
        self._values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self._values.setdefault(node.targets[0].id, []).append(node.value)
        self.visit(module)

    @override
    def visit_Call(self, node: ast.Call) -> None:
        """Take a call that makes a refusal with a key of its own."""
        name = getattr(node.func, "id", None)
        if name in REFUSALS and node.args and (keys := set(self._patterns(node.args[0]))):
            self.found.append((keys, {word.arg for word in node.keywords if word.arg}))
        self.generic_visit(node)

    def _patterns(self, node: ast.expr) -> Iterator[str]:
        """Yield a pattern for each key that an expression can be."""
        match node:
            case ast.Constant(value=str(key)):
                yield key
            case ast.IfExp(body=body, orelse=orelse):
                yield from (*self._patterns(body), *self._patterns(orelse))
            case ast.JoinedStr(values=parts):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else f"(?:{'|'.join(Kind)})"
                    for part in parts
                )
            case ast.Name(id=name):
                for value in self._values.get(name, ()):
                    yield from self._patterns(value)


def refusals() -> list[tuple[str, set[str], set[str]]]:
    """Return every refusal in the code: where, its possible keys, and its placeholders."""
    texts: Mapping[str, Any] = TEXTS["exceptions"]
    found: list[tuple[str, set[str], set[str]]] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        where = str(path.relative_to(PACKAGE))
        for patterns, words in Refusals(ast.parse(path.read_text())).found:
            for pattern in patterns:
                keys = {key for key in texts if re.fullmatch(pattern, key)}
                found.append((f"{where}: {pattern}", keys, words))
    return found


def test_refusals() -> None:
    """Each refusal has a sentence, with nothing in braces that it does not bring."""
    for where, keys, words in refusals():
        assert keys, where
        for key in keys:
            wanted = set(re.findall(r"{(\w+)}", TEXTS["exceptions"][key]["message"]))
            assert wanted <= words, (where, key)


def test_no_sentence_is_idle() -> None:
    """Each sentence belongs to a refusal."""
    used = {key for _, keys, _ in refusals() for key in keys}
    assert TEXTS["exceptions"].keys() == used
