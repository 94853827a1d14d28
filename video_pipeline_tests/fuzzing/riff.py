"""AVI by its chunks."""

from __future__ import annotations

import struct

from video_pipeline_tests.fuzzing.pieces import Format, Piece, fields

LARGEST = 2**32 - 1
_HOLDERS = frozenset({b"RIFF", b"LIST"})
_TYPE = 4  # letters that say what a list is of


def _parse(data: bytes) -> list[Piece]:
    pieces, offset = [], 0
    while offset + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, offset)
        body = data[offset + 8 : offset + 8 + size]
        is_holder = kind in _HOLDERS
        content = body[:_TYPE] if is_holder else body
        pieces.append(Piece(kind, content, _parse(body[_TYPE:]) if is_holder else None))
        offset += 8 + size + size % 2
    return pieces


def _header(piece: Piece, size: int) -> bytes:
    told = size + piece.excess if piece.says is None else piece.says
    return piece.kind + struct.pack("<I", min(max(0, told), LARGEST))


AVI = Format(
    parse=_parse,
    header=_header,
    order="little",
    fields={
        "table": {b"idx1": fields(0, 4, 8, 12, 24, 28), b"avih": fields(16, 24), b"strh": fields(0, 4, 32, 44)},
        "clock": {b"avih": fields(0), b"strh": fields(20, 24)},  # scale and rate
        "duration": {b"avih": fields(16), b"strh": fields(28, 32)},
        "dimension": {b"avih": fields(32, 36), b"strf": fields(4, 8)},
        "edit": {b"strh": fields(28)},
        "sound": {b"strf": fields(0, 2, 12, 14, width=2) + fields(4, 8)},
    },
    private=frozenset({b"strf", b"strh"}),
    media=frozenset({b"00dc", b"01wb"}),
    alignment=2,
)
