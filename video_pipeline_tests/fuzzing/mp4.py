"""MP4 by its boxes (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct

from video_pipeline_tests.fuzzing.pieces import Format, Piece, fields

LARGEST = 2**32 - 1

# Boxes that hold boxes, and how many bytes of their own stand before these.
_HOLDERS = {
    **dict.fromkeys((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"udta", b"mvex"), 0),
    **dict.fromkeys((b"moof", b"traf", b"mfra"), 0),
    b"meta": 4,
    b"stsd": 8,
    b"dref": 8,
    b"avc1": 78,
    b"mp4a": 28,
}


def _parse(data: bytes) -> list[Piece]:
    pieces, offset = [], 0
    while offset < len(data):
        size, kind = struct.unpack_from(">I4s", data, offset)
        body = data[offset + 8 : offset + size]
        own = _HOLDERS.get(kind)
        pieces.append(Piece(kind, body) if own is None else Piece(kind, body[:own], _parse(body[own:])))
        offset += size
    return pieces


def _header(piece: Piece, size: int) -> bytes:
    told = size + 8 + piece.excess if piece.says is None else piece.says
    if told <= LARGEST:
        return struct.pack(">I4s", max(0, told), piece.kind)
    return struct.pack(">I4sQ", 1, piece.kind, told)


_COUNT, _FIRST = 4, (8, 12, 16)
_TABLES = (b"stts", b"stsc", b"stsz", b"stco", b"ctts", b"stss", b"trun", b"sgpd", b"sbgp", b"stsd", b"dref", b"elst")

MP4 = Format(
    parse=_parse,
    header=_header,
    order="big",
    fields={
        "table": dict.fromkeys(_TABLES, fields(_COUNT, *_FIRST)),
        "clock": dict.fromkeys((b"mvhd", b"mdhd"), fields(12)),
        "duration": {
            **dict.fromkeys((b"mvhd", b"mdhd"), fields(16)),
            b"tkhd": fields(20),
            b"mehd": fields(4),
            b"tfdt": fields(4, 8),
            b"trex": fields(12, 16),
            b"tfhd": fields(8, 12, 16),
        },
        "dimension": {
            b"tkhd": fields(40, 44, 56, 72, 76, 80),  # the last two are the size, the others the matrix
            b"avc1": fields(24, 26, width=2),
        },
        "edit": {b"elst": fields(4, 8, 12, 16)},
        "sound": {b"mp4a": fields(16, 18, width=2) + fields(24)},
    },
    private=frozenset({b"avcC", b"esds", b"hdlr"}),
    media=frozenset({b"mdat"}),
)
