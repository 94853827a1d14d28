"""What is sent as video and is none, by how it begins: what its sender is told."""

from __future__ import annotations

import re
from dataclasses import dataclass

from video_pipeline.types import Finding


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
_DOCUMENT = "The file is a document, not a video."
_PAGE = "The file is a web page, not a video: whatever saved it was given a page instead of the file."
_PROGRAM = "The file is a program, not a video."

# Text may begin with a mark of its encoding, an XML declaration and comments. The groups are atomic: what a hostile
# file repeats is looked at once, however it ends.
_TEXT_START = rb"^(?:\xef\xbb\xbf)?\s*(?><\?xml[^>]*>\s*)?(?>(?:(?><!--.*?-->)\s*)*)"

#: The first that matches is told.
IMPOSTORS = (
    _impostor(_TEXT_START + rb"#EXTM3U", "playlist", _PLAYLIST),
    _impostor(_TEXT_START + rb"ffconcat\s+version", "playlist", _PLAYLIST),
    _impostor(_TEXT_START + rb"v=0\r?\n[a-z]=", "playlist", _PLAYLIST),  # SDP, RFC 8866
    _impostor(_TEXT_START + rb"\[(?:playlist|reference)\]", "playlist", _PLAYLIST),  # PLS, and old ASX
    _impostor(
        _TEXT_START + rb"<(?:\w+:)?(?:MPD|CompositionPlaylist|AssetMap|PackingList|SmoothStreamingMedia|ASX|smil)\b",
        "playlist",
        _PLAYLIST,
    ),
    _impostor(_TEXT_START + rb"(?:<!DOCTYPE\s+svg\b[^>]*>\s*)?<(?:\w+:)?svg\b", "picture", _PICTURE),
    _impostor(_TEXT_START + rb"<(?:!DOCTYPE\s+html|html|head|body)\b", "not_a_video", _PAGE),
    _impostor(rb"^(?:\xff\xd8\xff|\x89PNG|GIF8|RIFF.{4}WEBP|BM.{4}\0\0\0\0|II\*\0|MM\0\*|8BPS)", "picture", _PICTURE),
    _impostor(rb"^\0\0\0\x0c(?:jP  |JXL )", "picture", _PICTURE),
    _impostor(rb"^.{4}ftyp(?:avi[fs]|hei[cxms]|hev[cxms]|mif1|msf1|crx )", "picture", _PICTURE),
    _impostor(rb"^(?:PK\x03\x04|7z\xbc\xaf|Rar!|\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ|\x28\xb5\x2f\xfd)", "archive", _ARCHIVE),
    _impostor(rb"^.{257}ustar", "archive", _ARCHIVE),
    _impostor(rb"^(?:ID3|RIFF.{4}(?:WAVE|RMID)|RF64|fLaC|FORM.{4}AIF[FC]|caff\0|#!AMR|MThd)", "no_video", _SOUND),
    _impostor(rb"^\xff[\xf0-\xf3\xf8-\xfb]", "no_video", _SOUND),  # MPEG audio and AAC, bare
    _impostor(
        rb"^OggS(?!.{0,4000}(?:\x80theora|OVP80|BBCD|\x01video)).{20,600}?(?:\x01vorbis|OpusHead|\x7fFLAC|Speex  )",
        "no_video",
        _SOUND,
    ),
    _impostor(rb"^(?:%PDF|%!PS|\{\\rtf|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1)", "not_a_video", _DOCUMENT),
    _impostor(rb"^(?:\x7fELF|MZ.{58}.{0,2000}?PE\0\0|#!\s*/)", "not_a_video", _PROGRAM),
)

TEXT = Finding("not_a_video", "The file holds text, not video.")
EMPTY = Finding("empty_file", "The file is empty: not one byte of it arrived. Upload it again.")
UNKNOWN = Finding("not_a_video", "The file is not a video in a format that is known. Export it as MP4.")
