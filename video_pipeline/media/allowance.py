"""How much looking at a file may take: little for opening it, and then memory as its picture is large.

A few hundred bytes can ask for an index of gigabytes. Every file therefore opens within the same bound, and only what
a picture of its size needs comes on top. Limits are of address space: what programs and their libraries reserve
without touching it (150 MiB for PyAV, 250 for ffmpeg) counts too.
"""

from __future__ import annotations

import resource

OPENING_BYTES = 448 * 1024**2

# Of processor time, which does not depend on what else the machine does: an ordinary file takes 0.3 s, and 100 000
# chapters in no order took nine. Where no header tells how long a video is, all of it is read, at 500 MB a second.
OPENING_SECONDS = 3
BYTES_PER_SECOND = 200_000_000

# Pictures that are held at once: H.264 and HEVC refer to 16.
HELD_PICTURES = 16
BYTE_BITS = 8  # of a sample; deeper ones take two bytes


def decoding_bytes(width: int, height: int, *, pixel_format: str | None, bit_depth: int) -> int:
    """The address space for decoding pictures of that size; nearly all are 4:2:0, others take twice as much."""
    samples = width * height * 3 // (2 if "420" in (pixel_format or "") else 1)
    return OPENING_BYTES + HELD_PICTURES * samples * (2 if bit_depth > BYTE_BITS else 1)


def hold(size_bytes: int) -> None:
    """Hold this process to what opening a file of that size may take, or to less where it was started so."""
    _limit(resource.RLIMIT_AS, OPENING_BYTES)
    _limit(resource.RLIMIT_CPU, OPENING_SECONDS + size_bytes // BYTES_PER_SECOND)


def widen(size: int) -> None:
    """Let a process that is held have `size` bytes, but never more than it was started with."""
    held, _ = resource.getrlimit(resource.RLIMIT_AS)
    if held != resource.RLIM_INFINITY and held < size:
        _limit(resource.RLIMIT_AS, size)


def _limit(kind: int, bound: int) -> None:
    """Move the soft limit; the hard one stays, so that it can be moved again."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))
