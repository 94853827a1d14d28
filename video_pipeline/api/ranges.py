"""Which bytes a request wants: the Range header of RFC 9110, section 14, as far as players use it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Digits beyond those of 2^63 - 1 mean nothing, and long ones cost Python time.
_SINGLE = re.compile(r"bytes=(?P<first>[0-9]{0,19})-(?P<last>[0-9]{0,19})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `first` up to and including `last`."""

    first: int
    last: int

    @property
    def size_bytes(self) -> int:
        """How many bytes these are."""
        return self.last - self.first + 1


class Unsatisfiable(ValueError):
    """The range begins behind the end."""


def parse(header: str | None, size_bytes: int) -> Span | None:
    """The one span that is wanted of so many bytes; None means all of them.

    A header that is not understood is ignored, and so are several ranges at once, as the RFC allows: no player wants
    them, and they let a small request cost a lot.

    Raises:
        Unsatisfiable: none of the bytes that are wanted exists.
    """
    match = _SINGLE.fullmatch(header.strip()) if header else None
    if match is None or not (match["first"] or match["last"]):
        return None
    if not match["first"]:
        return _suffix(int(match["last"]), size_bytes)
    first, last = int(match["first"]), int(match["last"] or size_bytes)
    if match["last"] and last < first:
        return None
    if first >= size_bytes:
        raise Unsatisfiable
    return Span(first, min(last, size_bytes - 1))


def _suffix(length: int, size_bytes: int) -> Span:
    if length == 0 or size_bytes == 0:
        raise Unsatisfiable
    return Span(max(size_bytes - length, 0), size_bytes - 1)
