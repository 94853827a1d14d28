import io
import json
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from video_pipeline.media.geometry import Size
from video_pipeline.media.profiles import SCENE_CUTS
from video_pipeline.media.scenes import as_json, detect
from video_pipeline.types import SceneCut

SIZE = Size(32, 18)
RED, GREEN, BLUE = (0, 0, 255), (0, 255, 0), (255, 0, 0)


def frames(*shots: tuple[tuple[int, int, int], int]) -> bytes:
    """Raw frames: each shot a colour and how many frames it lasts."""
    return b"".join(np.full((count, SIZE.height, SIZE.width, 3), colour, np.uint8).tobytes() for colour, count in shots)


def found(raw: bytes, rate: Fraction = Fraction(25)) -> tuple[SceneCut, ...]:
    return detect(io.BytesIO(raw), size=SIZE, frame_rate=rate, profile=SCENE_CUTS)


def test_a_video_without_a_cut_is_one_scene() -> None:
    assert found(frames((RED, 50))) == (SceneCut(0.0, 2.0),)


def test_a_scene_begins_with_the_first_frame_that_differs() -> None:
    assert found(frames((RED, 25), (BLUE, 50), (RED, 25))) == (
        SceneCut(0.0, 1.0),
        SceneCut(1.0, 3.0),
        SceneCut(3.0, 4.0),
    )


def test_times_are_right_at_rates_that_are_no_whole_numbers() -> None:
    first, second = found(frames((RED, 30), (BLUE, 30)), Fraction(30000, 1001))
    assert first.end_seconds == second.start_seconds == pytest.approx(1.001)
    assert second.end_seconds == pytest.approx(2.002)


def test_a_flash_is_no_scene() -> None:
    scenes = found(frames((RED, 50), (GREEN, 2), (RED, 50)))
    assert all(scene.end_seconds - scene.start_seconds >= SCENE_CUTS.min_scene_seconds for scene in scenes)
    assert [earlier.end_seconds for earlier, _ in pairwise(scenes)] == [
        later.start_seconds for _, later in pairwise(scenes)
    ]


def test_half_a_frame_at_the_end_is_none() -> None:
    assert found(frames((RED, 25)) + b"half") == (SceneCut(0.0, 1.0),)


def test_nothing_has_no_scenes() -> None:
    assert found(b"") == ()


def test_the_artifact_tells_what_made_it() -> None:
    stored = json.loads(as_json((SceneCut(0.0, 1.5),), SCENE_CUTS))
    assert stored == {
        "detector": "content",
        "threshold": 27.0,
        "scenes": [{"start_seconds": 0.0, "end_seconds": 1.5}],
    }
