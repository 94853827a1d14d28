"""What a file is, by its first bytes; names and claimed types are not asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from video_pipeline.types import Container, Finding

HEAD_BYTES = 4096

# Boxes that a QuickTime file from before `ftyp` (2001) begins with.
QUICKTIME_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
EBML = b"\x1a\x45\xdf\xa3"
EBML_DOCTYPE = re.compile(rb"\x42\x82[\x81-\x90](webm|matroska)")


@dataclass(frozen=True, slots=True)
class Impostor:
    """Something that is sent as video and is none: how it begins, and what its sender is told."""

    pattern: re.Pattern[bytes]
    finding: Finding


def _impostor(pattern: bytes, code: str, sentence: str) -> Impostor:
    return Impostor(re.compile(pattern, re.IGNORECASE | re.DOTALL), Finding(code, sentence))


_PLAYLIST = "The file is a playlist that points at other files, not a video. Upload the videos themselves."
_PICTURE = "The file is a picture, not a video."
_ARCHIVE = "The file is an archive. Unpack it and upload the video that is in it."
_SOUND = "The file has sound, but no picture."
_START = rb"^(?:\xef\xbb\xbf)?\s*"

IMPOSTORS = (
    _impostor(_START + rb"#EXTM3U", "playlist", _PLAYLIST),
    _impostor(_START + rb"ffconcat\s+version", "playlist", _PLAYLIST),
    _impostor(_START + rb"v=0\r?\n[a-z]=", "playlist", _PLAYLIST),  # SDP, RFC 8866
    _impostor(_START + rb"(?:<\?xml.{0,1000}?)?<(?:\w+:)?(?:MPD|CompositionPlaylist)\b", "playlist", _PLAYLIST),
    _impostor(rb"^(?:\xff\xd8\xff|\x89PNG|GIF8|RIFF.{4}WEBP)", "picture", _PICTURE),
    _impostor(rb"^.{4}ftyp(?:avif|avis|heic|heix|mif1|msf1)", "picture", _PICTURE),
    _impostor(rb"^(?:PK\x03\x04|7z\xbc\xaf|Rar!|\x1f\x8b)", "archive", _ARCHIVE),
    _impostor(rb"^(?:ID3|RIFF.{4}WAVE|fLaC|.{4}ftypM4A )", "no_video", _SOUND),
)

_TEXT = Finding("not_a_video", "The file holds text, not video.")
_EMPTY = Finding("empty_file", "The file is empty: not one byte of it arrived. Upload it again.")


def sniff(path: Path) -> Container | None:
    """The container that a file's first bytes say it is, or None where it is none that the product knows."""
    return _container(_head(path))


def impostor(path: Path) -> Finding | None:
    """What a file is instead of video, where its first bytes tell; None where nothing speaks against video."""
    head = _head(path)
    if not head:
        return _EMPTY
    for known in IMPOSTORS:
        if known.pattern.match(head):
            return known.finding
    return _TEXT if _container(head) is None and _is_text(head) else None


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _container(head: bytes) -> Container | None:
    if head[4:8] == b"ftyp":
        return Container.MOV if head[8:12] == b"qt  " else Container.MP4
    if head[4:8] in QUICKTIME_BOXES:
        return Container.MOV
    if head.startswith(EBML):
        doctype = EBML_DOCTYPE.search(head)
        return Container.WEBM if doctype and doctype[1] == b"webm" else Container.MKV
    if head.startswith(b"RIFF") and head[8:12] in {b"AVI ", b"AVIX"}:
        return Container.AVI
    return None


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else the head merely ends within a character
            return False
        text = head[: error.start].decode("utf-8")
    return all(character.isprintable() or character.isspace() for character in text)
