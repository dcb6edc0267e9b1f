"""Programs from YAML: what stands in a file is checked, and an error names line and field."""

from collections.abc import Callable, Mapping, Sequence
import math
from pathlib import Path
from types import MappingProxyType
from typing import Any

import voluptuous as vol
import yaml  # type: ignore[import-untyped]

from .errors import ProgramRefused
from .model import MPH_IN_KMH, WALKS, ZERO, Basis, Phase, PhaseKind, Program, Span

BUILT_IN = Path(__file__).with_name("programs.yaml")
CAP = "cap"

# Far outside every program: these catch slips of the pen.
MIN_MINUTES = 0.1
MAX_MINUTES = 120
MAX_ROUNDS = 60
MAX_MPH = 6
MAX_INCLINE_PERCENT = 15


class ProgramFileError(Exception):
    """Programs that cannot be used: which file, line (from 1) and field, and why."""

    def __init__(self, *, name: str, line: int, field: str, problem: str) -> None:
        """Say `problem` of `field`, which is empty for the file as a whole."""
        super().__init__(f"{name}, line {line}: {field or 'the file'}: {problem}")
        self.name = name
        self.line = line
        self.field = field
        self.problem = problem


def _number(low: float, high: float) -> vol.Schema:
    return vol.Schema(vol.All(vol.Coerce(float), vol.Range(min=low, max=high)))


def _span(low: float, high: float, unit: float = 1.0) -> Callable[[Any], Span]:
    """Accept a number, or [from, to], where "cap" as the end leaves it to the walker's cap."""
    number = _number(low, high)

    def validate(value: Any) -> Span:
        first, last = value if isinstance(value, list) and len(value) == 2 else (value, value)
        span = Span(low=number(first), high=math.inf if last == CAP else number(last))
        if span.low > span.high:
            raise vol.Invalid("begins above its end")
        return Span(low=span.low * unit, high=span.high * unit)

    return validate


_MINUTES = _number(MIN_MINUTES, MAX_MINUTES)
_COUNT = vol.All(vol.Coerce(int), vol.Range(min=1, max=MAX_ROUNDS))
_FLAG = vol.All(vol.In(("true", "false")), lambda value: value == "true")
_TEXT = vol.All(str, vol.Length(min=1))

_STAND = vol.Schema({vol.Required("do"): PhaseKind.STAND.value, vol.Required("minutes"): _MINUTES})
_WALK = vol.Schema(
    {
        vol.Required("do"): vol.In([str(kind) for kind in (*WALKS, PhaseKind.STAND)]),
        vol.Required("minutes"): _MINUTES,
        vol.Required("mph"): _span(0.1, MAX_MPH, MPH_IN_KMH),
        vol.Optional("incline_percent", default="0"): _span(0, MAX_INCLINE_PERCENT),
    }
)


def _phase(value: Any) -> Phase:
    """Make a phase of a step that is no round."""
    if isinstance(value, dict) and value.get("do") == PhaseKind.STAND:
        step = _STAND(value)
    else:
        step = _WALK(value)
    return Phase(
        kind=PhaseKind(step["do"]),
        duration_s=step["minutes"] * 60,
        speed_kmh=step.get("mph", ZERO),
        inclination_percent=step.get("incline_percent", ZERO),
    )


_ROUNDS = vol.Schema(
    {vol.Required("rounds"): _COUNT, vol.Required("steps"): vol.All([_phase], vol.Length(min=1))}
)


def _phases(value: Any) -> Sequence[Phase]:
    """Make the phases of a step, rounds written out."""
    if isinstance(value, dict) and "rounds" in value:
        rounds = _ROUNDS(value)
        return list(rounds["steps"] * rounds["rounds"])
    return [_phase(value)]


def _steps(value: Sequence[Sequence[Phase]]) -> tuple[Phase, ...]:
    """Put the phases of all steps in a row."""
    steps = tuple(phase for phases in value for phase in phases)
    if not steps or steps[0].direction is None:
        raise vol.Invalid("must begin with a walk")
    return steps


_FILE = vol.Schema(
    {
        _TEXT: {
            vol.Required("basis"): vol.Coerce(Basis),
            vol.Required("source"): _TEXT,
            vol.Required("steps"): vol.All([_phases], _steps),
            vol.Optional("speed_prescribed"): _FLAG,
            vol.Optional("helper_needed"): _FLAG,
            vol.Optional("opens_after_clean_sessions"): _COUNT,
        }
    }
)


def _refuse_twins(root: yaml.Node) -> None:
    """Raise an error for a key that stands twice: YAML would drop the first in silence."""
    to_see, seen = [root], set()
    while to_see:
        node = to_see.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            to_see.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            keys = set()
            for key, value in node.value:
                if str(key.value) in keys:
                    raise yaml.MarkedYAMLError(
                        problem=f"{key.value} stands twice", problem_mark=key.start_mark
                    )
                keys.add(str(key.value))
                to_see.append(value)


def _line(node: yaml.Node | None, path: Sequence[Any]) -> int:
    """Return the line (from 1) of what `path` leads to, or of the nearest that is there."""
    line = 1
    for step in (None, *path):
        match node:
            case yaml.MappingNode() if step is not None:
                found = [(key, value) for key, value in node.value if key.value == str(step)]
                if not found:
                    return line
                line = found[0][0].start_mark.line + 1
                node = found[0][1]
            case yaml.SequenceNode() if step is not None:
                node = node.value[step]
                line = node.start_mark.line + 1
    return line


def _field(path: Sequence[Any]) -> str:
    """Write a path as `daily_two.steps[0].minutes`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]


def load_programs(text: str, name: str) -> Mapping[str, Program]:
    """Return the programs in a file's text by their id, or raise ProgramFileError."""
    try:
        loader = yaml.BaseLoader(text)  # leaves every scalar a text
        node = loader.get_single_node()
        _refuse_twins(node)
        programs = _FILE(loader.construct_document(node) if node else None)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = error.problem or "cannot be read"
        raise ProgramFileError(name=name, line=line, field="", problem=problem) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ProgramFileError(name=name, line=1, field="", problem="cannot be read") from error
    except vol.Invalid as error:
        raise ProgramFileError(
            name=name, line=_line(node, error.path), field=_field(error.path), problem=error.msg
        ) from error
    return MappingProxyType(
        {program_id: Program(id=program_id, **fields) for program_id, fields in programs.items()}
    )


def load_built_in() -> Mapping[str, Program]:
    """Return the ten built-in programs; reads a file, so not for the event loop."""
    return load_programs(BUILT_IN.read_text(encoding="utf-8"), BUILT_IN.name)


def find_program(programs: Mapping[str, Program], program_id: str) -> Program:
    """Return a program by its id, or raise ProgramRefused."""
    if program_id not in programs:
        raise ProgramRefused(
            "unknown_program", program=program_id, programs=", ".join(sorted(programs))
        )
    return programs[program_id]
