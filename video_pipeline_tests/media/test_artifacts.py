from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from video_pipeline.media.artifacts import finish
from video_pipeline.media.geometry import Size
from video_pipeline.media.graph import POSTER_FRAMES, STORYBOARD_FRAMES
from video_pipeline.media.plan import Candidates, Detection, Encode, Plan, Tiles
from video_pipeline.media.profiles import POSTER, PROXY, STORYBOARD
from video_pipeline.types import ArtifactKind, Output, SceneCut

SIZE = Size(16, 16)


@pytest.fixture
def plan() -> Plan:
    return Plan(
        seconds=3.0,
        encodes={Output.PROXY: Encode(PROXY, SIZE, Fraction(10))},
        poster=Candidates(POSTER, SIZE, seconds=(0, 1, 2), preferred=(1, 0, 2)),
        storyboard=Tiles(STORYBOARD, SIZE, 3, Fraction(1)),
        detection=Detection(SIZE, Fraction(25)),
        audio=True,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a command leaves of a video that ended after two of three seconds, the second of them black."""
    frames = [np.full((16, 16, 3), level, np.uint8).tobytes() for level in (200, 0)]
    (tmp_path / POSTER_FRAMES).write_bytes(b"".join(frames))
    (tmp_path / STORYBOARD_FRAMES).write_bytes(b"".join(frames))
    return tmp_path


def test_every_artifact_of_the_plan_is_there_and_nothing_else(plan: Plan, folder: Path) -> None:
    made = finish(plan, folder, (SceneCut(0.0, 2.0),), end_seconds=2.0)
    assert set(made) == {Output.PROXY, Output.POSTER, Output.STORYBOARD, Output.SCENE_CUTS, Output.AUDIO}
    kinds = {kind for rendition in made.values() for kind in rendition.files}
    assert kinds == set(ArtifactKind) - {ArtifactKind.WEB}
    assert {path.name for path in folder.iterdir()} == {
        "poster.jpg",
        "storyboard.jpg",
        "storyboard.vtt",
        "scene_cuts.json",
    }


def test_numbers_about_each(plan: Plan, folder: Path) -> None:
    made = finish(plan, folder, (SceneCut(0.0, 2.0),), end_seconds=2.0)
    assert made[Output.PROXY].facts == {"width": 16, "height": 16, "frame_rate": 10.0}
    assert made[Output.POSTER].facts == {"width": 16, "height": 16, "second": 0, "black": False}
    assert made[Output.STORYBOARD].facts["tiles"] == 2
    assert made[Output.SCENE_CUTS].facts == {"scenes": 1}
    assert made[Output.AUDIO].facts == {"sample_rate": 16_000, "channels": 1}


@pytest.mark.parametrize(("end_seconds", "tiles"), [(1.0004, 1), (1.5, 2), (2.0, 2), (9.0, 2), (0.0001, 1)])
def test_no_tile_begins_behind_the_end(plan: Plan, folder: Path, end_seconds: float, tiles: int) -> None:
    made = finish(plan, folder, (), end_seconds=end_seconds)
    assert made[Output.STORYBOARD].facts["tiles"] == tiles


def test_an_index_ends_with_what_was_decoded(plan: Plan, folder: Path) -> None:
    made = finish(plan, folder, (), end_seconds=1.9)
    index = made[Output.STORYBOARD].files[ArtifactKind.STORYBOARD_INDEX].read_text()
    assert "00:00:01.000 --> 00:00:01.900\nstoryboard.jpg#" in index
