"""`script/evaluate-falls`: its lines, its table, and the recorded trials of the fixtures."""

import json
from pathlib import Path

import numpy as np
import pytest

from custom_components.retrowalk.safety.evidence import Evidence, Response
from custom_components.retrowalk.safety.thresholds import Placement
from script import evaluate_falls
from script.falls_data import Trial
from script.falls_table import peak, state_machine

from .recorded import file_of, trials
from .signals import Curve, falling, standing, walking


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """Run the command."""
    monkeypatch.setattr("sys.argv", ["evaluate-falls", *arguments])
    evaluate_falls.main()


def trial(*curves: Curve) -> Trial:
    """Return a trial of these curves."""
    return Trial(meta={"trial": "1"}, acc_g=np.array([one for curve in curves for one in curve]))


@pytest.mark.parametrize(
    ("placement", "channel", "evidence"),
    [
        ("waist", "impact", {Evidence.FALL}),
        ("pocket", "impact", {Evidence.FALL}),
        ("ankle", "all", {Evidence.LIMB_FALL, Evidence.STEPS_LOST}),
    ],
)
def test_recorded_falls_and_activities(
    placement: str, channel: str, evidence: set[Evidence]
) -> None:
    """Each recorded fall is stopped, and what is none is not."""
    for one in trials(placement):
        told = evaluate_falls.told(evaluate_falls.replay(one, Placement(placement), channel))
        if one.is_fall:
            assert told is not None
            assert told.evidence in evidence
            assert one.impact_s is not None
            assert -0.5 < told.at_s - one.impact_s < (1.5 if channel == "impact" else 4.0)
        elif one.is_walk or channel == "impact":
            assert told is None or told.response < Response.STOP


def test_a_line_for_each_trial(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In order, with what was decided and when."""
    run(monkeypatch, "--json", str(file_of("waist")), str(file_of("wrist")))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 21
    assert set(lines[0]) == {"file", "trial", "suspected_s", "evidence", "response"}
    waist = [line for line in lines if line["file"] == str(file_of("waist"))]
    for line, one in zip(waist, trials("waist"), strict=True):
        assert line["trial"] == one.meta["trial"]
        assert (line["response"] == "stop") is bool(one.is_fall)
        assert (line["suspected_s"] is not None) is bool(one.is_fall)
    wrists = [line["response"] for line in lines if "wrist" in line["file"]]
    assert set(wrists) <= {"none", "slow"}  # a wrist alone never stops


def test_no_labels_are_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`meta` may hold nothing but the trial; the placement is then the waist, or as told."""
    acc = (np.array([*standing(4), *falling(), *standing(5)]) * 2048).astype(np.int16)
    offsets = np.array([0, 425, len(acc)])
    meta = json.dumps([{"trial": "one"}, {"trial": "two"}])
    np.savez(tmp_path / "some.npz", acc=acc, off=offsets, meta=np.array(meta))
    run(monkeypatch, "--called-from", str(tmp_path), "--json", "some.npz")
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first == {
        "file": "some.npz",
        "trial": "one",
        "suspected_s": pytest.approx(5.65, abs=0.05),
        "evidence": "fall",
        "response": "stop",
    }
    assert second["suspected_s"] is None
    assert (second["evidence"], second["response"]) == (None, "none")
    run(monkeypatch, "--placement", "ankle", "--json", str(tmp_path / "some.npz"))
    assert json.loads(capsys.readouterr().out.splitlines()[0])["response"] == "slow"
    run(monkeypatch, str(tmp_path / "some.npz"))
    assert "no labels" in capsys.readouterr().out


def test_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the simple algorithms, and the published figures."""
    run(monkeypatch, str(file_of("waist")))
    table = capsys.readouterr().out
    assert "8 falls, 10 daily activities" in table
    ours = next(line for line in table.splitlines() if line.startswith("  Retrowalk  "))
    assert ours.split()[1:7] == ["100.0", "100.0", "0.0", "0", "of", "5"]
    assert "Bagala 2012" in table


@pytest.mark.parametrize(
    ("name", "placement"),
    [
        ("umafall_rightpocket_dev.npz", Placement.POCKET),
        ("/data/WEDA_Wrist.npz", Placement.WRIST),
        ("some.npz", Placement.WAIST),
    ],
)
def test_the_placement_is_in_the_name(name: str, placement: Placement) -> None:
    """Or it is the waist."""
    assert evaluate_falls.guessed_placement(name) is placement


def test_the_simple_algorithms() -> None:
    """They are no straw men: a clear fall is found by both."""
    fall = trial(standing(4), falling())
    assert peak(fall) == pytest.approx(4.42, abs=0.03)
    assert state_machine(fall) == pytest.approx(7.42, abs=0.05)
    for none in (trial(walking(10)), trial(standing(4), falling(2.0))):
        assert peak(none) is None
        assert state_machine(none) is None
    assert state_machine(trial(standing(4), falling()[20:])) is None  # no free fall
    assert state_machine(trial(standing(4), falling()[:25], walking(9))) is None  # not still
    assert state_machine(trial(standing(4), falling()[:25], standing(9))) is None  # not turned
    assert state_machine(trial(standing(4), falling()[:60])) is None  # ends too early
