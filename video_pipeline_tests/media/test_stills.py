from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from video_pipeline.errors import MediaToolFailed
from video_pipeline.media.geometry import Size
from video_pipeline.media.plan import Candidates, Tiles
from video_pipeline.media.profiles import POSTER, STORYBOARD
from video_pipeline.media.stills import Frame, choose, index, is_black, raw_frames, read_jpeg, sheet, write_jpeg

SIZE = Size(4, 2)


def grey(level: int, size: Size = SIZE) -> Frame:
    return np.full((size.height, size.width, 3), level, np.uint8)


def candidates(*seconds: int) -> Candidates:
    return Candidates(POSTER, SIZE, tuple(sorted(seconds)), seconds)


def test_frames_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "frames.raw"
    path.write_bytes(grey(1).tobytes() + grey(2).tobytes() + b"half a frame")
    frames = raw_frames(path, SIZE)
    assert frames.shape == (2, 2, 4, 3)
    assert [int(frame.mean()) for frame in frames] == [1, 2]


@pytest.mark.parametrize(("level", "black"), [(0, True), (32, True), (33, False), (255, False)])
def test_black_is_what_nearly_shows_nothing(level: int, black: bool) -> None:
    assert is_black(grey(level), POSTER) is black


def test_a_light_in_the_night_is_not_black() -> None:
    night = grey(0, Size(100, 100))
    night[:, :3] = 200
    assert not is_black(night, POSTER)


def test_the_preferred_second_makes_the_poster() -> None:
    assert choose(np.stack([grey(200), grey(200)]), candidates(1, 0)) == 1


def test_a_black_second_gives_way_to_the_next_in_preference() -> None:
    assert choose(np.stack([grey(0), grey(0), grey(200)]), candidates(1, 0, 2)) == 2


def test_a_video_that_ended_before_has_fewer_to_choose_from() -> None:
    assert choose(np.stack([grey(200)]), candidates(1, 0, 2)) == 0


def test_where_all_is_black_the_poster_is_black() -> None:
    assert choose(np.stack([grey(0), grey(0)]), candidates(1, 0)) == 1


def test_a_sheet_reads_like_a_page() -> None:
    laid = sheet(np.stack([grey(level) for level in (10, 20, 30, 40, 50)]), columns=3)
    assert laid.shape == (4, 12, 3)
    levels = [[int(laid[row * 2, column * 4, 0]) for column in range(3)] for row in range(2)]
    assert levels == [[10, 20, 30], [40, 50, 0]]


def test_a_sheet_of_few_tiles_is_no_wider_than_they_are() -> None:
    assert sheet(np.stack([grey(1), grey(2)]), columns=10).shape == (2, 8, 3)


def test_an_index_says_where_each_span_is() -> None:
    tiles = Tiles(STORYBOARD, Size(160, 90), 12, Fraction(3, 2))
    cues = index(12, tiles, end_seconds=3661.25, picture="sheet.jpg").split("\n\n")
    assert cues[0] == "WEBVTT"
    assert cues[1] == "00:00:00.000 --> 00:00:01.500\nsheet.jpg#xywh=0,0,160,90"
    assert cues[2] == "00:00:01.500 --> 00:00:03.000\nsheet.jpg#xywh=160,0,160,90"
    assert cues[12] == "00:00:16.500 --> 01:01:01.250\nsheet.jpg#xywh=160,90,160,90\n"


def test_a_picture_can_be_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "grey.jpg"
    write_jpeg(grey(128, Size(64, 32)), path, quality=85)
    read = read_jpeg(path)
    assert read is not None
    assert read.shape == (32, 64, 3)
    assert read.mean() == pytest.approx(128, abs=2)


def test_what_is_no_picture_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "text.jpg"
    path.write_text("no picture")
    assert read_jpeg(path) is None


def test_a_picture_larger_than_jpeg_can_be(tmp_path: Path) -> None:
    with pytest.raises(MediaToolFailed, match=r"large\.jpg"):
        write_jpeg(grey(0, Size(70_000, 1)), tmp_path / "large.jpg", quality=85)
