from pathlib import Path

import av
import pytest

from video_pipeline.media.timing import Timing, observe
from video_pipeline_tests.samples import Samples, ffmpeg


def seen(path: Path, max_pixels: int = 10**9) -> Timing:
    with av.open(str(path)) as opened:
        return observe(opened, opened.streams.video[0], max_pixels=max_pixels)


@pytest.mark.parametrize(("counterclockwise", "clockwise"), [(0, 0), (90, 270), (180, 180), (-90, 90), (270, 90)])
def test_rotation_is_clockwise(samples: Samples, tmp_path: Path, counterclockwise: int, clockwise: int) -> None:
    path = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", str(counterclockwise), "-i", str(samples["small"]), "-c", "copy", str(path))
    assert seen(path).rotation == clockwise


def test_a_picture_too_large_is_not_decoded(samples: Samples) -> None:
    assert seen(samples["rotated"], max_pixels=100).rotation == 0


@pytest.mark.parametrize("sample", ["phone", "matroska", "webm", "avi", "blink", "late"])
def test_an_even_rate_stays_even_whatever_a_container_rounds(samples: Samples, sample: str) -> None:
    assert not seen(samples[sample]).variable_frame_rate


def test_a_screen_recording_is_uneven(samples: Samples) -> None:
    assert seen(samples["uneven"]).variable_frame_rate


def test_the_end_is_looked_for_where_no_header_tells(samples: Samples) -> None:
    assert seen(samples["endless"]).end_seconds == pytest.approx(7, abs=0.01)
    assert seen(samples["webm"]).end_seconds is None


def test_a_stream_of_one_frame(samples: Samples, tmp_path: Path) -> None:
    path = tmp_path / "one.mp4"
    ffmpeg("-i", str(samples["small"]), "-frames:v", "1", "-c", "copy", str(path))
    assert seen(path) == Timing(rotation=0, variable_frame_rate=False, end_seconds=None)


def test_media_that_does_not_decode(samples: Samples, tmp_path: Path) -> None:
    content = samples["fast"].read_bytes()
    start = content.index(b"mdat") + 4
    path = tmp_path / "zeroed.mp4"
    path.write_bytes(content[:start] + bytes(len(content) - start))
    assert seen(path) == Timing()


def test_media_that_is_gone(samples: Samples, tmp_path: Path) -> None:
    content = samples["fast"].read_bytes()
    path = tmp_path / "gone.mp4"
    path.write_bytes(content[: content.index(b"mdat") + 4])
    assert seen(path) == Timing()
