"""What a client says of a file before it is sent: its name, and a media type that must agree with it."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

from video_pipeline.errors import RequestRefused
from video_pipeline.media.checks import EXTENSIONS
from video_pipeline.types import Container
from video_pipeline.uploads.limits import Limits

LONGEST_NAME = 255  # what file systems hold

#: They change the order in which letters are shown: `exe.mp4` may be `4pm.exe` (Unicode Technical Report 36, 2.6).
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Control characters, line and paragraph separators, halves of characters.
_FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})

#: What browsers, mimetypes and Uppy call the formats, besides the type they are served as.
_TYPES = {
    **{container.content_type: container for container in Container},
    "application/mp4": Container.MP4,
    **dict.fromkeys(("video/x-m4v", "video/3gpp", "video/3gpp2"), Container.MP4),
    "video/x-matroska": Container.MKV,
    **dict.fromkeys(("video/avi", "video/vnd.avi", "video/msvideo"), Container.AVI),
    **dict.fromkeys(("video/mpeg2", "video/x-mpeg"), Container.MPEG_PS),
    "application/ogg": Container.OGG,
    **dict.fromkeys(("video/x-ms-wmv", "video/x-ms-asx"), Container.ASF),
}


def extension_of(filename: str, mime_type: str, limits: Limits) -> str:
    """The extension of a file that may be sent, in lower case and without its dot.

    Raises:
        RequestRefused: the name cannot be a file's, its format is not accepted, or the media type is another format's.
    """
    _check_name(filename)
    extension = PurePosixPath(filename).suffix[1:].lower()
    container = EXTENSIONS.get(extension)
    if container is None or container not in limits.containers or not _is_taken(extension, limits):
        raise RequestRefused(f"The file's name has none of the extensions that are accepted: {_accepted(limits)}.")
    if _TYPES.get(media_type(mime_type)) is not container:
        raise RequestRefused(f"The media type does not agree with the file's name: .{extension} is {container.label}.")
    return extension


def media_type(mime_type: str) -> str:
    """A media type without its parameters."""
    return mime_type.partition(";")[0].strip().lower()


def _check_name(filename: str) -> None:
    if not filename.strip() or len(filename.encode(errors="replace")) > LONGEST_NAME:
        raise RequestRefused(f"A file's name has 1 to {LONGEST_NAME} bytes.")
    if "/" in filename or "\\" in filename:
        raise RequestRefused("A file's name has no folders in it: send the name alone.")
    if any(letter in _BIDIRECTIONAL or unicodedata.category(letter) in _FORBIDDEN for letter in filename):
        raise RequestRefused("The file's name has characters in it that cannot be seen; rename it.")


def _is_taken(extension: str, limits: Limits) -> bool:
    return limits.extensions is None or extension in limits.extensions


def _accepted(limits: Limits) -> str:
    known = (name for name, container in EXTENSIONS.items() if container in limits.containers)
    return ", ".join(f".{name}" for name in sorted(known) if _is_taken(name, limits))
