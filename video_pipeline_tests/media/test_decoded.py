from pathlib import Path

import pytest

from video_pipeline.media.decoded import decoded
from video_pipeline.media.probe_child import facts_of
from video_pipeline.types import MediaFacts
from video_pipeline_tests.samples import Samples

SAID = """\
[in#0/mov @ 0x1] Input file #0 (file:x):
[in#0/mov @ 0x1]   Input stream #0:0 (video): 132 packets read (795933 bytes); 130 frames decoded; 2 decode errors;
[in#0/mov @ 0x1]   Input stream #0:1 (audio): 249 packets read (255 bytes); 248 frames decoded (253952 samples); 1 decode errors;
"""  # noqa: E501 - as ffmpeg prints it


@pytest.fixture(scope="module")
def facts(samples: Samples) -> MediaFacts:
    return facts_of(samples["phone"])


def clock(folder: Path, *milliseconds: float) -> Path:
    path = folder / "decoded.txt"
    path.write_text("# timecode format v2\n" + "".join(f"{stamp}\n" for stamp in milliseconds))
    return path


def test_frames_and_seconds_are_those_of_the_clock(tmp_path: Path, facts: MediaFacts) -> None:
    found = decoded("", clock(tmp_path, 0, 40, 80), facts)
    assert found.frames == 3
    assert found.seconds == pytest.approx(0.12)
    assert found.frame_seconds == pytest.approx(0.04)


def test_errors_of_all_streams_are_summed_up(tmp_path: Path, facts: MediaFacts) -> None:
    assert decoded(SAID, clock(tmp_path, 0, 40), facts).errors == 3


def test_a_title_cannot_fake_the_count(tmp_path: Path, facts: MediaFacts) -> None:
    title = "    title : Input stream #0:0 (video): 1 packets read (1 bytes); 1 frames decoded; 99 decode errors\n"
    assert decoded(title + SAID, clock(tmp_path, 0, 40), facts).errors == 3


def test_one_frame_lasts_as_long_as_the_rate_says(tmp_path: Path, facts: MediaFacts) -> None:
    assert decoded("", clock(tmp_path, 0), facts).seconds == pytest.approx(0.04)


def test_no_frame_at_all(tmp_path: Path, facts: MediaFacts) -> None:
    found = decoded("", clock(tmp_path), facts)
    assert (found.frames, found.seconds) == (0, None)


def test_a_picture_that_was_not_decoded(tmp_path: Path, facts: MediaFacts) -> None:
    assert decoded(SAID, tmp_path / "absent", facts).seconds is None
