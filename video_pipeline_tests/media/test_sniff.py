from pathlib import Path

import pytest

from video_pipeline.media.sniff import impostor, sniff
from video_pipeline.types import Container
from video_pipeline_tests.samples import Samples


def written(folder: Path, content: bytes) -> Path:
    path = folder / "clip.mp4"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("sample", "container"),
    [
        ("phone", Container.MP4),
        ("quicktime", Container.MOV),
        ("matroska", Container.MKV),
        ("webm", Container.WEBM),
        ("avi", Container.AVI),
    ],
)
def test_a_container_shows_in_its_first_bytes(samples: Samples, sample: str, container: Container) -> None:
    assert sniff(samples[sample]) is container
    assert impostor(samples[sample]) is None


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\0\0\0\x18ftyp3gp5", Container.MP4),
        (b"\0\0\0\x18ftypM4V ", Container.MP4),
        (b"\0\0\0\x08wide\0\0\x10\0mdat", Container.MOV),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"FLV\x01", None),
    ],
)
def test_other_beginnings(tmp_path: Path, head: bytes, container: Container | None) -> None:
    assert sniff(written(tmp_path, head)) is container


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "playlist"),
        (b"\xef\xbb\xbf\n#EXTM3U\n", "playlist"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "playlist"),
        (b'<?xml version="1.0"?>\n<!-- hi -->\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">', "playlist"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "playlist"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        (b"\0\0\0\x1cftypheic", "picture"),
        (b"PK\x03\x04\x14\0", "archive"),
        (b"ID3\x04\0\0", "no_video"),
        (b"Dear Sir or Madam,\n", "not_a_video"),
        ("Größe: 3 m\n".encode(), "not_a_video"),
        (("x" * 4095 + "ö").encode(), "not_a_video"),  # the head ends within a character
    ],
)
def test_what_is_no_video_is_told_by_name(tmp_path: Path, content: bytes, code: str) -> None:
    found = impostor(written(tmp_path, content))
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("content", [b"\x00\x01\x02\x03" * 10, b"\xff\xfe text", b"FLV\x01\x05\0\0\0\x09"])
def test_what_cannot_be_told_is_left_to_probing(tmp_path: Path, content: bytes) -> None:
    assert impostor(written(tmp_path, content)) is None
