"""Matroska and WebM by their elements (RFC 8794, RFC 9559)."""

from __future__ import annotations

from video_pipeline_tests.fuzzing.pieces import Field, Format, Piece

LARGEST = 2**56 - 2
UNKNOWN = 2**56 - 1

_HOLDERS = frozenset(
    map(
        bytes.fromhex,
        (
            *("1a45dfa3", "18538067", "114d9b74", "4dbb", "1549a966", "1654ae6b", "ae", "e0", "e1", "55b0", "1f43b675"),
            *("a0", "1c53bb6b", "bb", "b7", "1254c367", "7373", "63c0", "67c8"),
        ),
    )
)


def _parse(data: bytes) -> list[Piece]:
    pieces, offset = [], 0
    while offset < len(data):
        body = offset + _length(data[offset])
        kind, width = data[offset:body], _length(data[body])
        size = int.from_bytes(data[body : body + width], "big") & ((1 << 7 * width) - 1)
        body += width
        content, offset = data[body : body + size], body + size
        is_holder = kind in _HOLDERS
        pieces.append(Piece(kind, b"" if is_holder else content, _parse(content) if is_holder else None, width=width))
    return pieces


def _length(first: int) -> int:
    """How many bytes a number has that begins with this one."""
    return 9 - first.bit_length()


def _header(piece: Piece, size: int) -> bytes:
    told = size + piece.excess if piece.says is None else piece.says
    told = min(max(0, told), UNKNOWN)
    width = piece.width if told < (1 << 7 * piece.width) - 1 else 8
    return piece.kind + (told | 1 << 7 * width).to_bytes(width, "big")


def _numbers(*kinds: str) -> dict[bytes, tuple[Field, ...]]:
    """Elements that are a number each."""
    return dict.fromkeys(map(bytes.fromhex, kinds), (Field(0, 0),))


MATROSKA = Format(
    parse=_parse,
    header=_header,
    order="big",
    fields={
        # numbers, kinds and identities of tracks, and where the index says that things lie
        "table": _numbers("d7", "83", "73c5", "b3", "f1", "f7", "53ac", "4286", "42f2", "42f3", "4287"),
        "clock": _numbers("2ad7b1", "e7"),
        "duration": _numbers("4489", "23e383", "9b"),
        "dimension": _numbers("b0", "ba", "54b0", "54ba", "54aa", "54bb", "9a"),
        "edit": _numbers("56aa", "56bb", "a0", "fb"),
        "sound": _numbers("b5", "9f", "6264"),
    },
    private=frozenset(map(bytes.fromhex, ("63a2", "86", "4282"))),
    media=frozenset(map(bytes.fromhex, ("a3", "a1"))),
)
