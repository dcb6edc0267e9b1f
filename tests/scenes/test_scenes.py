"""Each scene of the table is played, and answered as the table says."""

import pytest

from custom_components.retrowalk.safety.alert_messages import AlertKind
from custom_components.retrowalk.safety.evidence import Response

from .stage import NOTES, Stage
from .table import SCENES, Scene

URGENCY = (None, *AlertKind)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_scene(scene: Scene) -> None:
    """The gravest response, the evidence, who is asked, and in time; the belt comes to rest."""
    stage = Stage(scene.worn)
    scene.play(stage)
    told = [one for one in stage.decisions if one.evidence not in NOTES]
    assert {one.evidence for one in told} <= scene.evidence
    assert max((one.response for one in told), default=Response.NONE) is scene.response
    assert max((one.alert for one in told), key=URGENCY.index, default=None) is scene.asks
    if stage.gravest is not None:
        assert stage.gravest.at_s - stage.onset_s <= scene.within_s
    if scene.response >= Response.PAUSE:
        stage.act(10)
        assert stage.belt.speed_kmh == 0


def test_each_fall_has_its_near_miss() -> None:
    """And each near miss is one of a scene in the table."""
    names = [scene.name for scene in SCENES]
    for scene in SCENES:
        twins = [one for one in SCENES if one.name.startswith(scene.twin)]
        assert twins, scene.name
        assert all((one.response > 0) is not (scene.response > 0) for one in twins)
    assert len(set(names)) == len(names)
