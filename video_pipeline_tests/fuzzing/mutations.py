"""What is done to the pieces of a good file. Each mutation takes chance by the hand, so that a number remakes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from random import Random
from types import MappingProxyType

from video_pipeline_tests.fuzzing.pieces import Field, Format, Piece, places, walk

#: Where arithmetic goes wrong: around nothing, around what a type holds, and what is merely much.
EDGES = (
    *(0, 1, 2, 3, 7, 8, 255, 256, 1000, 65_535, 10**6, 2**24, 2**28),
    *(2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1, 2**48, 2**56 - 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1),
)
DEEPEST = 2000
COPIES = (1, 2, 30, 300)
MOST_BYTES = 100_000  # of what is copied


@dataclass
class Subject:
    """A file in pieces, and the chance that decides what becomes of it."""

    form: Format
    pieces: list[Piece]
    chance: Random

    def any_piece(self, *, leaf: bool = False) -> Piece:
        """One piece: first a kind, then one of it, or a film would be nothing but frames."""
        kinds: dict[bytes, list[Piece]] = {}
        for piece in walk(self.pieces):
            if not (leaf and piece.parts is not None):
                kinds.setdefault(piece.kind, []).append(piece)
        return self.chance.choice(kinds[self.chance.choice(sorted(kinds))])

    def any_of(self, kinds: frozenset[bytes]) -> Piece:
        """One piece of these kinds, or any where there is none of them."""
        found = [piece for piece in walk(self.pieces) if piece.kind in kinds]
        return self.chance.choice(found) if found else self.any_piece(leaf=True)

    def place_of(self, piece: Piece) -> list[Piece]:
        """The list in which a piece stands."""
        return next(place for place in places(self.pieces) if any(other is piece for other in place))

    def any_place(self) -> list[Piece]:
        """Somewhere pieces stand side by side."""
        return self.chance.choice(list(places(self.pieces)))


Mutation = Callable[[Subject], None]


def _size(subject: Subject) -> None:
    subject.any_piece().says = subject.chance.choice(EDGES)


def _overlap(subject: Subject) -> None:
    """It ends within the next one, or before what is in it."""
    subject.any_piece().excess = subject.chance.choice((-9, -8, -4, -1, 1, 3, 8, 9, 64, 1000, 2**20))


def _kind(subject: Subject) -> None:
    """Two pieces take each other's name, or one takes a name that nobody knows."""
    one, other = subject.any_piece(), subject.any_piece()
    if subject.chance.random() < 0.5:
        one.kind, other.kind = other.kind, one.kind
    else:
        one.kind = one.kind[:1] + subject.chance.randbytes(len(one.kind) - 1)


def _removed(subject: Subject) -> None:
    piece = subject.any_piece()
    _take(subject.place_of(piece), piece)


def _take(place: list[Piece], piece: Piece) -> None:
    place[:] = [other for other in place if other is not piece]


def _doubled(subject: Subject) -> None:
    piece = subject.any_piece()
    room = MOST_BYTES // (len(subject.form.write([piece])) + 1)
    place, copies = subject.place_of(piece), min(subject.chance.choice(COPIES), room + 1)
    place.extend(deepcopy(piece) for _ in range(copies))


def _reordered(subject: Subject) -> None:
    subject.chance.shuffle(subject.any_place())


def _moved(subject: Subject) -> None:
    """A copy of it stands where it has no business, perhaps within itself."""
    copied, place = deepcopy(subject.any_piece()), subject.any_place()
    place.insert(subject.chance.randint(0, len(place)), copied)


def _nested(subject: Subject) -> None:
    piece = subject.any_piece()
    body = subject.form.write([piece])
    kind = subject.any_piece().kind
    for _ in range(subject.chance.choice((1, 10, 100, DEEPEST))):
        body = subject.form.wrapped(kind, body)
    piece.content, piece.parts = body, None


def _emptied(subject: Subject) -> None:
    piece = subject.any_piece(leaf=True)
    piece.content = piece.content[: subject.chance.choice((0, 1, len(piece.content) // 2))]


def _grown(subject: Subject) -> None:
    piece, more = subject.any_piece(), subject.chance.choice((1, 4, 100, 10_000))
    piece.content += subject.chance.choice((bytes(more), b"\xff" * more, subject.chance.randbytes(more)))


def _number(subject: Subject) -> None:
    """Some word in something that is not media."""
    piece = subject.any_piece(leaf=True)
    width = subject.chance.choice((1, 2, 4, 8))
    words = max(1, min(len(piece.content), 200) // width)
    _write(subject, piece, Field(subject.chance.randrange(words) * width, width))


def _field(about: str, subject: Subject) -> None:
    known = subject.form.fields[about]
    present = [piece for piece in walk(subject.pieces) if piece.kind in known]
    if not present:
        return _number(subject)
    piece = subject.chance.choice(present)
    return _write(subject, piece, subject.chance.choice(known[piece.kind]))


def _write(subject: Subject, piece: Piece, place: Field) -> None:
    width = place.width or subject.chance.choice((len(piece.content), 8)) or 8
    word = (subject.chance.choice(EDGES) % (1 << 8 * width)).to_bytes(width, subject.form.order)
    end = len(piece.content) if place.width == 0 else place.offset + width
    piece.content = piece.content[: place.offset].ljust(place.offset, b"\0") + word + piece.content[end:]


def _private(subject: Subject) -> None:
    """What a decoder is told before the first frame, or which decoder it is."""
    piece = subject.any_of(subject.form.private)
    piece.content = _flipped(piece.content, subject.chance, subject.chance.choice((1, 4, 30)))


def _bits(subject: Subject) -> None:
    for _ in range(subject.chance.choice((1, 3, 10))):
        piece = subject.any_of(subject.form.media)
        piece.content = _flipped(piece.content, subject.chance, subject.chance.choice((1, 10, 100)))


def _flipped(content: bytes, chance: Random, count: int) -> bytes:
    spoilt = bytearray(content or b"\0")
    for _ in range(count):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


FIELDS = ("table", "clock", "duration", "dimension", "edit", "sound")

MUTATIONS: Mapping[str, Mutation] = MappingProxyType(
    {
        "size": _size,
        "overlap": _overlap,
        "kind": _kind,
        "removed": _removed,
        "doubled": _doubled,
        "reordered": _reordered,
        "moved": _moved,
        "nested": _nested,
        "emptied": _emptied,
        "grown": _grown,
        "number": _number,
        "private": _private,
        "bits": _bits,
        **{about: partial(_field, about) for about in FIELDS},
    }
)


def _truncated(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _zeroed(content: bytes, chance: Random) -> bytes:
    begin = chance.randrange(len(content))
    hole = content[begin : begin + chance.choice((16, 512, 4096))]
    return content[:begin] + bytes(len(hole)) + content[begin + len(hole) :]


def _scattered(content: bytes, chance: Random) -> bytes:
    return _flipped(content, chance, chance.choice((1, 8, 64)))


def _trailed(content: bytes, chance: Random) -> bytes:
    return content + chance.choice((content, chance.randbytes(5000), bytes(5000)))


#: What happens to a file whatever its pieces are.
TO_BYTES: Mapping[str, Callable[[bytes, Random], bytes]] = MappingProxyType(
    {"truncated": _truncated, "zeroed": _zeroed, "scattered": _scattered, "trailed": _trailed}
)
