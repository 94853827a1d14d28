"""A file taken apart into its boxes, elements or chunks, and put together again, honestly or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass
class Piece:
    """A box, an element or a chunk: `content`, and behind it `parts`, which are None where none can be.

    Its header tells the true size unless there is an `excess`, which is added, or `says`, which stands there instead.
    `width` is how many bytes its size has in a format where that differs.
    """

    kind: bytes
    content: bytes = b""
    parts: list[Piece] | None = None
    excess: int = 0
    says: int | None = None
    width: int = 8


@dataclass(frozen=True)
class Field:
    """Where a number stands in a piece's content, and of how many bytes; 0 is all of the content."""

    offset: int
    width: int


@dataclass(frozen=True)
class Format:
    """A family of files.

    `header` writes what stands before a body of so many bytes. `fields` are where numbers stand that matter, by what
    they are about and by the kind of piece. `media` are kinds that hold pictures and sound.
    """

    parse: Callable[[bytes], list[Piece]]
    header: Callable[[Piece, int], bytes]
    order: Literal["big", "little"]
    fields: Mapping[str, Mapping[bytes, tuple[Field, ...]]]
    private: frozenset[bytes]
    media: frozenset[bytes]
    alignment: int = 1

    def write(self, pieces: list[Piece]) -> bytes:
        """The bytes of some pieces, one behind the other."""
        return b"".join(map(self._piece, pieces))

    def wrapped(self, kind: bytes, body: bytes) -> bytes:
        """A piece around some bytes."""
        return self.header(Piece(kind), len(body)) + body + bytes(-len(body) % self.alignment)

    def _piece(self, piece: Piece) -> bytes:
        body = piece.content + self.write(piece.parts or [])
        return self.header(piece, len(body)) + body + bytes(-len(body) % self.alignment)


def walk(pieces: list[Piece]) -> Iterator[Piece]:
    """Every piece, each before what is in it."""
    for piece in pieces:
        yield piece
        yield from walk(piece.parts or [])


def places(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Every list in which pieces stand side by side."""
    yield pieces
    for piece in walk(pieces):
        if piece.parts is not None:
            yield piece.parts


def fields(*offsets: int, width: int = 4) -> tuple[Field, ...]:
    """Numbers at these offsets."""
    return tuple(Field(offset, width) for offset in offsets)
