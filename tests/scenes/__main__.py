"""Prints what the guard does in each scene, and how soon: `python -m tests.scenes`."""

# ruff: noqa: T201

from .stage import Stage
from .table import SCENES

for scene in SCENES:
    stage = Stage(scene.worn)
    scene.play(stage)
    gravest = stage.gravest
    print(f"{scene.name:45} {scene.response.name:6}", end="")
    if gravest is None:
        print("nothing")
        continue
    told = " ".join(f"{one.evidence} {one.at_s - stage.onset_s:+.2f}" for one in stage.decisions)
    print(f"{gravest.response.name:6} {told}")
