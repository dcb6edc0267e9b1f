"""What is kept before and after a decision, and that a guard decides the same when it hears it."""

import json
from pathlib import Path
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.retrowalk.belt import BeltMotion
from custom_components.retrowalk.safety import ring
from custom_components.retrowalk.safety.evidence import Evidence, Phase, Response
from custom_components.retrowalk.safety.incident import AFTER_S, Incident
from custom_components.retrowalk.safety.ring import BEFORE_S, RingGuard
from custom_components.retrowalk.safety.thresholds import Placement
from custom_components.retrowalk.samples import MotionSample, StepSample
from script import replay

from .guard_scene import Scene
from .signals import falling, standing, walking

ADDRESS = "AA:BB:CC:DD:EE:FF"
WORN = {ADDRESS: Placement.CHEST, "pod": Placement.FOOT}


class RingScene(Scene):
    """A scene whose guard keeps what it heard."""

    def __init__(self) -> None:
        """Wear a strap and a pod."""
        super().__init__(WORN)
        self.incidents: list[Incident] = []
        self.guard = RingGuard(
            self.clock.now_s, WORN, self.decisions.append, on_incident=self.incidents.append
        )
        self.belt(BeltMotion.STOPPED)

    def walk(self, seconds: float) -> None:
        """Start, and walk."""
        self.start()
        self.move(walking(seconds), wearable_id=ADDRESS)

    def told(self) -> list[dict[str, Any]]:
        """Return the incidents as a download has them."""
        told: list[dict[str, Any]] = json.loads(
            json.dumps([incident.as_dict() for incident in self.incidents], allow_nan=False)
        )
        return told


def fallen(walked_s: float = 60) -> RingScene:
    """Return a walk, a fall, and a minute of lying."""
    scene = RingScene()
    scene.walk(walked_s)
    scene.move(falling(), standing(60, up=(0, 1, 0)), wearable_id=ADDRESS)
    return scene


@pytest.mark.parametrize("walked_s", [20, 60])
def test_the_same_is_decided_again(walked_s: float) -> None:
    """Whether the session's beginning is among what was kept or not."""
    scene = fallen(walked_s)
    [incident] = scene.told()
    decisions = replay.Replay(incident).run()
    assert replay.same(incident, decisions)
    assert decisions[0].evidence is Evidence.FALL
    assert decisions[-1].evidence is Evidence.LYING_STILL


def test_half_a_minute_before_and_after_is_kept() -> None:
    """Counted from the first of the gravest decisions."""
    scene = fallen()
    [incident] = scene.incidents
    decided_s = incident.decisions[0].at_s
    assert decided_s - incident.heard[0].at_s == pytest.approx(BEFORE_S, abs=0.05)
    assert incident.heard[-1].at_s - decided_s == pytest.approx(AFTER_S, abs=0.05)


def test_a_graver_decision_has_its_own_half_minute() -> None:
    """Steps late, then lost."""
    scene = RingScene()
    scene.walk(20)
    scene.move(standing(60), wearable_id=ADDRESS)
    [incident] = scene.incidents
    late, lost = incident.decisions
    assert (late.response, lost.response) == (Response.SLOW, Response.STOP)
    assert incident.heard[-1].at_s - lost.at_s == pytest.approx(AFTER_S, abs=0.05)


def test_the_next_decision_is_another_incident() -> None:
    """Once the first is over."""
    scene = fallen()
    scene.guard.on_phase(Phase.PAUSED)
    scene.belt(BeltMotion.STOPPED)
    scene.move(standing(60), wearable_id=ADDRESS)
    scene.guard.on_fall("pod")
    assert len(scene.incidents) == 2
    assert scene.told()[1]["heard"][-1]["fell"] is True
    again = replay.Replay(scene.told()[1]).run()
    assert [one.evidence for one in again] == [Evidence.FALL]


def test_what_is_only_noted_is_not_kept() -> None:
    """A walk leaves nothing behind."""
    scene = RingScene()
    scene.walk(60)
    assert scene.incidents == []


def test_nothing_heard_is_kept_too() -> None:
    """A sensor that spoke once and fell silent."""
    scene = RingScene()
    scene.start()
    scene.guard.on_step("pod", StepSample(scene.clock.now_s(), 100.0))
    scene.wait(60)
    [told] = scene.told()
    assert [one["evidence"] for one in told["decisions"]][:1] == ["sensor_silent"]
    assert replay.same(told, replay.Replay(told).run())


def test_it_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against a flood, before a decision and after it."""
    monkeypatch.setattr(ring, "MOST_BEFORE", 500)
    monkeypatch.setattr(ring, "MOST_KEPT", 800)
    scene = fallen()
    assert all(len(incident.heard) <= 800 for incident in scene.incidents)
    assert len(scene.incidents[0].heard) == 800


def test_no_address_is_told() -> None:
    """Wearables go by number."""
    told = json.dumps(fallen().told())
    assert ADDRESS not in told
    assert "pod" not in told


@given(
    st.lists(
        st.one_of(
            st.builds(MotionSample, *[st.floats()] * 4),
            st.builds(MotionSample, st.floats(1000, 1100), *[st.floats(-4, 4)] * 3),
            st.builds(StepSample, st.floats(), st.none() | st.floats()),
            st.sampled_from(Phase),
            st.sampled_from(BeltMotion),
            st.floats(0, 10),
        ),
        max_size=40,
    )
)
def test_nothing_raises(events: list[object]) -> None:
    """Whatever is heard, it is told as JSON, and can be replayed."""
    scene = RingScene()
    for event in events:
        match event:
            case MotionSample():
                scene.guard.on_motion(ADDRESS, event)
            case StepSample():
                scene.guard.on_step("pod", event)
            case Phase():
                scene.guard.on_phase(event)
            case BeltMotion():
                scene.belt(event)
            case float():
                scene.wait(event)
    scene.guard.on_fall("pod")
    for told in scene.told():
        assert replay.Replay(told).run()


def run(
    monkeypatch: pytest.MonkeyPatch, folder: Path, incidents: list[dict[str, Any]] | None
) -> None:
    """Run the command on a download with these incidents."""
    runtime = {} if incidents is None else {"incidents": incidents}
    (folder / "walker.json").write_text(json.dumps({"data": {"runtime": runtime}}))
    arguments = ["replay", "--called-from", str(folder), "walker.json"]
    monkeypatch.setattr("sys.argv", arguments)
    replay.main()


def test_the_command_shows_the_same_decision(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Then and now."""
    incidents = [{"at": "2026-11-22T10:00:00", **told} for told in fallen().told()]
    run(monkeypatch, tmp_path, incidents)
    shown = capsys.readouterr().out
    assert "then     30" in shown
    assert "now      30" in shown
    assert "turn_deg" in shown
    assert shown.endswith("  the same\n")


def test_the_command_fails_where_it_is_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """So that a false alarm can become a test."""
    [told] = fallen().told()
    told["decisions"][0]["evidence"] = "sank"
    with pytest.raises(SystemExit, match="1"):
        run(monkeypatch, tmp_path, [{"at": "now", **told}])
    assert "NOT THE SAME" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("incidents", "says"),
    [(None, "no diagnostics download of a walker"), ([], "nothing to replay")],
)
def test_the_command_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, incidents: list[Any] | None, says: str
) -> None:
    """In a sentence."""
    with pytest.raises(SystemExit, match=says):
        run(monkeypatch, tmp_path, incidents)
