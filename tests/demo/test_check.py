"""The demo's check, as whoever tries the project runs it: in a process of its own."""

import json
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

# It starts a whole Home Assistant, on a machine that may have other things to do.
pytestmark = pytest.mark.timeout(300)


def check(treadmill: str) -> tuple[int, dict[str, Any]]:
    """Run a check and return its exit status, and what it says on standard output."""
    command = [sys.executable, "-m", "simulator.demo", "--check", "--treadmill", treadmill]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    report: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, report


def test_a_walk_is_walked() -> None:
    """A program by action, a fall, a stop and a shutdown, on a treadmill without oddities."""
    status, report = check("fitshow")
    assert report["problems"] == []
    assert (status, report["result"]) == (0, "passed")
    assert report["start_gate"]["starts"] == 5
    assert report["belt"][-1][1] == 0
    assert report["stop_latency_s"] < 1
    fall = report["fall"]
    assert fall["armed_before"]
    assert 0 < fall["impact_to_stop_s"] < 1.7
    assert fall["restart_refused"]
    [alarm] = [push for push in report["pushes"] if push["title"] == "Anna may have fallen"]
    assert (alarm["phone"], alarm["critical"]) == ("Ben's phone", True)


def test_a_belt_that_runs_too_fast_fails() -> None:
    """A machine that reads km/h as mph is stopped, and that is no walk."""
    status, report = check("reads_mph_and_echoes")
    assert (status, report["result"]) == (1, "failed")
    assert report["problems"]
    assert report["belt"][-1][1] == 0
