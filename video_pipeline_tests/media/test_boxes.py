import struct
from pathlib import Path

import pytest

from video_pipeline.media.boxes import Box, faststart, outermost
from video_pipeline_tests.samples import Samples, bunny


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def written(folder: Path, content: bytes) -> Path:
    path = folder / "boxes.mp4"
    path.write_bytes(content)
    return path


def test_boxes_follow_each_other(tmp_path: Path) -> None:
    path = written(tmp_path, box(b"ftyp", b"isom") + box(b"free") + box(b"mdat", b"123"))
    assert outermost(path) == (Box("ftyp", 0, 12), Box("free", 12, 8), Box("mdat", 20, 11))


def test_a_box_may_say_its_size_in_64_bits_or_not_at_all(tmp_path: Path) -> None:
    long_box = struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234"
    open_box = struct.pack(">I4s", 0, b"free") + b"12"
    assert outermost(written(tmp_path, long_box + open_box)) == (Box("mdat", 0, 20), Box("free", 20, 10))


@pytest.mark.parametrize("size", [2, 7])
def test_a_size_that_cannot_be_ends_the_list(tmp_path: Path, size: int) -> None:
    broken = struct.pack(">I4s", size, b"free")
    assert outermost(written(tmp_path, box(b"ftyp") + broken + box(b"moov"))) == (Box("ftyp", 0, 8),)


def test_a_file_that_ends_within_a_header(tmp_path: Path) -> None:
    assert outermost(written(tmp_path, box(b"ftyp") + struct.pack(">I4s", 1, b"mdat") + b"12")) == (Box("ftyp", 0, 8),)


def test_a_file_of_nothing_but_headers_is_not_walked_for_ever(tmp_path: Path) -> None:
    assert len(outermost(written(tmp_path, box(b"free") * 20_000))) == 10_000


def test_an_index_behind_the_media_is_no_faststart(samples: Samples) -> None:
    assert faststart(bunny()) is False
    assert faststart(samples["fast"]) is True


def test_without_an_index_there_is_no_answer(tmp_path: Path) -> None:
    assert faststart(written(tmp_path, box(b"ftyp") + box(b"mdat"))) is None
