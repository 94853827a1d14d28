from pathlib import Path

import pytest

from video_pipeline.errors import MediaRefused
from video_pipeline.media.sniff import HEAD_BYTES, MXF_PARTITION, identify, impostor, sniff
from video_pipeline.types import Container
from video_pipeline_tests.samples import Samples


def written(folder: Path, content: bytes) -> Path:
    path = folder / "clip.mp4"
    path.write_bytes(content)
    return path


def packets(size: int, *, before: int) -> bytes:
    """Packets of a transport stream as they lie in a file of packets of `size` bytes, `before` of them time."""
    return (bytes(before) + b"\x47\x01\x00\x10" + bytes(size - before - 4)) * 20


@pytest.mark.parametrize(
    ("sample", "container"),
    [
        ("phone", Container.MP4),
        ("quicktime", Container.MOV),
        ("matroska", Container.MKV),
        ("webm", Container.WEBM),
        ("avi", Container.AVI),
        ("broadcast", Container.MPEG_TS),
        ("camcorder", Container.MPEG_TS),
        ("disc", Container.MPEG_PS),
        ("flash", Container.FLV),
        ("theora", Container.OGG),
        ("windows_media", Container.ASF),
        ("broadcaster", Container.MXF),
    ],
)
def test_a_container_shows_in_its_first_bytes(samples: Samples, sample: str, container: Container) -> None:
    assert sniff(samples[sample]) is container
    assert impostor(samples[sample]) is None
    assert identify(samples[sample]) is container


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\0\0\0\x18ftyp3gp5", Container.MP4),
        (b"\0\0\0\x18ftypM4V ", Container.MP4),
        (b"\0\0\0\x0cfreeabcd\0\0\0\x18ftypisom", Container.MP4),
        (b"\0\0\0\x0cskipabcd\0\0\0\x18ftypqt  ", Container.MOV),
        (b"\0\0\0\x08wide\0\0\x10\0mdat", Container.MOV),
        (b"\0\0\0\x10moov\0\0\0\x08mvhd", Container.MOV),
        (b"\0\0\0\x0cstypmsdh\0\0\0\x08moof", Container.MP4),
        (b"\0\0\0\x08sidx\0\0\0\x08moof", Container.MP4),
        (b"RIFF\0\0\0\0AVIX", Container.AVI),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"RIFF\0\0\0\0CDXA", None),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", Container.WEBM),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x13\x42\x82\x01\0\0\0\0\0\0\x04webm", Container.WEBM),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", Container.MKV),
        (packets(188, before=0), Container.MPEG_TS),
        (packets(188, before=0)[100:], Container.MPEG_TS),
        (packets(192, before=4), Container.MPEG_TS),
        (packets(204, before=0), Container.MPEG_TS),
        (b"HTTP/1.0 200 OK\r\n\r\n" + packets(188, before=0), Container.MPEG_TS),
        (b"\x47\0\0\0" * 500, None),  # no packet of a transport stream has neither payload nor adaptation
        (packets(188, before=0)[: 4 * 188], None),
        (bytes(1000) + MXF_PARTITION + bytes(100), Container.MXF),
        (b"\x00\x00\x01\xb3\x14\x00\xf0\x13", None),  # MPEG video without a container
    ],
)
def test_other_beginnings(tmp_path: Path, head: bytes, container: Container | None) -> None:
    assert sniff(written(tmp_path, head)) is container


def test_what_is_no_video_is_not_identified(tmp_path: Path) -> None:
    with pytest.raises(MediaRefused, match="playlist"):
        identify(written(tmp_path, b"#EXTM3U\n"))


def test_what_is_nothing_is_not_identified(tmp_path: Path) -> None:
    with pytest.raises(MediaRefused) as refusal:
        identify(written(tmp_path, bytes(range(256)) * 16))
    assert refusal.value.reason.code == "not_a_video"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"Dear Sir or Madam,\n", "not_a_video"),
        ("Größe: 3 m\n".encode(), "not_a_video"),
        (("x" * (HEAD_BYTES - 1) + "ö").encode(), "not_a_video"),  # the head ends within a character
        (b"G" * HEAD_BYTES, "not_a_video"),  # the letter that packets of a transport stream begin with
    ],
)
def test_nothing_and_text_are_told(tmp_path: Path, content: bytes, code: str) -> None:
    found = impostor(written(tmp_path, content))
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("content", [b"\x00\x01\x02\x03" * 10, b"\xff\xfe text", b"FLV\x01\x05\0\0\0\x09"])
def test_nothing_is_said_of_what_is_not_known(tmp_path: Path, content: bytes) -> None:
    assert impostor(written(tmp_path, content)) is None
