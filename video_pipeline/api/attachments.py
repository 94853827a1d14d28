"""The name under which a browser saves a download: a stranger's text, made safe for a header and for a disk."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

LONGEST = 120
_UNWANTED = frozenset('/\\:*?"<>|;%')


def disposition(stem: str, extension: str) -> str:
    """A Content-Disposition that saves as `stem.extension`; RFC 6266, with RFC 8187 for what is not ASCII."""
    name = f"{_safe(stem) or 'video'}.{extension}"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = plain if not plain.startswith(".") else f"video{plain}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _safe(stem: str) -> str:
    """Without what separates folders, ends headers, or turns the direction of reading around to hide an extension."""
    visible = (letter for letter in stem if not unicodedata.category(letter).startswith(("C", "Zl", "Zp")))
    return "".join("_" if letter in _UNWANTED else letter for letter in visible).strip(" .")[:LONGEST]
