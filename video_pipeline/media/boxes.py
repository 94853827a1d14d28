"""The outermost boxes of an MP4 or MOV file (ISO/IEC 14496-12, section 4.2), without reading what is in them."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

MAX_BOXES = 10_000  # a fragmented file has two boxes a second
HEADER = struct.Struct(">I4s")
LONG_SIZE = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its four-letter type, where it begins, and how many bytes it says it has."""

    kind: str
    offset: int
    size: int


def outermost(path: Path) -> tuple[Box, ...]:
    """The boxes of a file in their order; what is no box ends the list."""
    with path.open("rb") as file:
        return tuple(islice(_walk(file, os.fstat(file.fileno()).st_size), MAX_BOXES))


def faststart(path: Path) -> bool | None:
    """Whether the index (`moov`) stands before the media (`mdat`), so that playing starts at once.

    None where one of them is missing.
    """
    first: dict[str, int] = {}
    for box in outermost(path):
        first.setdefault(box.kind, box.offset)
    if "moov" not in first or "mdat" not in first:
        return None
    return first["moov"] < first["mdat"]


def _walk(file: IO[bytes], end: int) -> Iterator[Box]:
    offset = 0
    while offset + HEADER.size <= end:
        file.seek(offset)
        size, kind = HEADER.unpack(file.read(HEADER.size))
        if size == 1:  # the size is in 64 bits behind the type
            long_size = file.read(LONG_SIZE.size)
            size = LONG_SIZE.unpack(long_size)[0] if len(long_size) == LONG_SIZE.size else 0
        elif size == 0:  # up to the end of the file
            size = end - offset
        if size < HEADER.size:
            return
        yield Box(kind.decode("latin-1"), offset, size)
        offset += size
