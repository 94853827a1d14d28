from fractions import Fraction
from pathlib import Path

import av
import pytest

from video_pipeline.media.choices import Orientation
from video_pipeline.media.timing import Timing, observe
from video_pipeline_tests.samples import Samples, ffmpeg


def seen(path: Path, max_pixels: int = 10**9) -> Timing:
    with av.open(str(path)) as opened:
        sound = next(iter(opened.streams.audio), None)
        return observe(opened, opened.streams.video[0], sound, max_pixels=max_pixels)


@pytest.mark.parametrize(("counterclockwise", "clockwise"), [(0, 0), (90, 270), (180, 180), (-90, 90), (270, 90)])
def test_rotation_is_clockwise(samples: Samples, tmp_path: Path, counterclockwise: int, clockwise: int) -> None:
    path = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", str(counterclockwise), "-i", str(samples["small"]), "-c", "copy", str(path))
    assert seen(path).orientation == Orientation(clockwise, mirrored=False)


@pytest.mark.parametrize(("sample", "rotation"), [("mirrored", 0), ("mirrored_180", 180), ("mirrored_270", 270)])
def test_a_mirror_is_no_turn(samples: Samples, sample: str, rotation: int) -> None:
    assert seen(samples[sample]).orientation == Orientation(rotation, mirrored=True)


def test_a_picture_too_large_is_not_decoded(samples: Samples) -> None:
    assert seen(samples["rotated"], max_pixels=100).orientation == Orientation()


@pytest.mark.parametrize(
    "sample", ["phone", "matroska", "webm", "avi", "blink", "late", "fragmented", "resting", "fps_59_94_mkv"]
)
def test_an_even_rate_stays_even_whatever_a_container_rounds(samples: Samples, sample: str) -> None:
    assert not seen(samples[sample]).variable_frame_rate


def test_a_screen_recording_is_uneven(samples: Samples) -> None:
    assert seen(samples["uneven"]).variable_frame_rate


def test_the_usual_distance_between_two_frames(samples: Samples) -> None:
    assert seen(samples["phone"]).frame_seconds == Fraction(1, 25)
    rounded = seen(samples["fps_59_94_mkv"])
    assert (rounded.frame_seconds, rounded.precision_seconds) == (Fraction(1985, 119_000), Fraction(1, 119_000))


@pytest.mark.parametrize("sample", ["top_first", "bottom_first"])
def test_fields_are_seen_in_the_first_frame(samples: Samples, sample: str) -> None:
    assert seen(samples[sample]).interlaced
    assert not seen(samples["phone"]).interlaced


def test_the_end_is_looked_for_where_no_header_tells(samples: Samples) -> None:
    endless = seen(samples["endless"])
    assert endless.picture_seconds == pytest.approx(7, abs=0.01)
    assert endless.file_seconds == pytest.approx(7, abs=0.01)
    assert seen(samples["webm"]).file_seconds is None


def test_sound_that_goes_on_counts_for_the_file_alone(samples: Samples, tmp_path: Path) -> None:
    path = tmp_path / "live.mkv"
    ffmpeg("-i", str(samples["sound_longer"]), "-c", "copy", "-live", "1", str(path))
    found = seen(path)
    assert found.picture_seconds == pytest.approx(2, abs=0.05)
    assert found.file_seconds == pytest.approx(4, abs=0.05)


@pytest.mark.parametrize("sample", ["from_10_s", "from_1_h", "from_transport"])
def test_a_duration_that_may_count_from_zero_is_measured(samples: Samples, sample: str) -> None:
    found = seen(samples[sample])
    assert found.picture_seconds == pytest.approx(2, abs=0.01)
    assert found.file_seconds == pytest.approx(2, abs=0.05)


def test_a_start_that_nobody_sees_costs_no_reading(samples: Samples, tmp_path: Path) -> None:
    path = tmp_path / "soon.mkv"
    ffmpeg("-i", str(samples["small"]), "-c", "copy", "-output_ts_offset", "0.08", str(path))
    assert seen(path).file_seconds is None


def test_a_stream_of_one_frame(samples: Samples, tmp_path: Path) -> None:
    path = tmp_path / "one.mp4"
    ffmpeg("-i", str(samples["small"]), "-frames:v", "1", "-c", "copy", str(path))
    found = seen(path)
    assert (found.frame_seconds, found.variable_frame_rate, found.file_seconds) == (Fraction(0), False, None)
    assert seen(samples["one_frame_live"]).picture_seconds == pytest.approx(0.04)


def zeroed(samples: Samples, path: Path, *, length: int | None = None) -> Path:
    """A video whose media are gone, or zeros."""
    content = samples["fast"].read_bytes()
    start = content.index(b"mdat") + 4
    path.write_bytes(content[:start] + bytes(len(content) - start if length is None else length))
    return path


def test_media_that_does_not_decode(samples: Samples, tmp_path: Path) -> None:
    found = seen(zeroed(samples, tmp_path / "zeroed.mp4"))
    assert (found.orientation, found.interlaced) == (Orientation(), False)


def test_media_that_is_gone(samples: Samples, tmp_path: Path) -> None:
    found = seen(zeroed(samples, tmp_path / "gone.mp4", length=0))
    assert (found.frame_seconds, found.variable_frame_rate, found.file_seconds) == (Fraction(0), False, None)
