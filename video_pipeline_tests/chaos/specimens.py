"""The files of a round, whose bytes follow from its name: no two rounds send the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from video_pipeline_tests.chaos.plan import Kind, Plan, Upload
from video_pipeline_tests.samples.making import AAC, H264, VP8, ffmpeg, picture, sine

#: A title of this length is in every file, and is replaced by another of the same length.
_TITLE = b"title-that-each-file-has-for-itself"
_TITLED = ("-metadata", f"title={_TITLE.decode()}")
_MKV = ("-write_crc32", "0", *_TITLED)  # else the checksum of what holds the title would tell
_SMALL = (*picture("320x180", 1.5), *sine(1.5), *AAC, "-shortest")
_COMMANDS = {
    Kind.MP4: (*_SMALL, *H264, *_TITLED),
    Kind.MKV: (*_SMALL, *H264, *_MKV),
    Kind.WEBM: (*picture("320x180", 1.5), *VP8, *_MKV),
    Kind.LONG: (*picture("1280x720", 12), *sine(12), *AAC, *H264, *_TITLED),
}
_LARGE_BYTES = 12 * 1024**2
"""More than two parts of the smallest size that S3 allows."""


def _padded(content: bytes, title: bytes) -> bytes:
    """A box at the end that players skip, filled with what no compression makes smaller."""
    filling = random.Random(title).randbytes(_LARGE_BYTES)  # noqa: S311
    return content + (len(filling) + 8).to_bytes(4, "big") + b"free" + filling


def _truncated(content: bytes, title: bytes) -> bytes:
    """The first half, which lacks the index; the title, which it lacks too, is in a box of its own."""
    brand = int.from_bytes(content[:4], "big")
    box = (len(title) + 8).to_bytes(4, "big") + b"free" + title
    return content[:brand] + box + content[brand : len(content) // 2]


def _holed(content: bytes, _: bytes) -> bytes:
    """Zeros where half of the media should be, as after a transfer that went wrong."""
    quarter = len(content) // 4
    return content[:quarter] + bytes(2 * quarter) + content[3 * quarter :]


_EDITS: dict[Kind, Callable[[bytes, bytes], bytes]] = {
    Kind.LARGE: _padded,
    Kind.TRUNCATED: _truncated,
    Kind.TEXT: lambda _, title: b"#EXTM3U\nfile:///etc/hostname\n" + title,
    Kind.HOLES: _holed,
}


class Specimens:
    """Makes files in a folder; what several of them are made from is made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)

    def file(self, plan: Plan, upload: Upload) -> Path:
        """The file that is sent, under a name that no other upload has."""
        parent = upload.kind if upload.kind in _COMMANDS else Kind.MP4
        path = self._folder / f"{plan.name.replace(':', '-')}-{upload.number:02}.{_extension(parent)}"
        title = f"{plan.name}-{upload.bytes_of}".encode().rjust(len(_TITLE), b".")
        content = self._parent(parent).replace(_TITLE, title)
        edit = _EDITS.get(upload.kind)
        path.write_bytes(edit(content, title) if edit else content)
        return path

    def _parent(self, kind: Kind) -> bytes:
        path = self._folder / f"parent-{kind}.{_extension(kind)}"
        if not path.exists():
            ffmpeg(*_COMMANDS[kind], str(path))
        return path.read_bytes()


def _extension(kind: Kind) -> str:
    return Kind.MP4 if kind is Kind.LONG else kind
