"""Sizes of pictures: fitted into a box, never enlarged, even on both sides."""

from __future__ import annotations

from typing import NamedTuple

from video_pipeline.media.profiles import Box


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


def fit(source: Size, box: Box) -> Size:
    """The largest size with the shape of `source` that `box` holds, turned to stand or lie as the source does."""
    lies = source.width >= source.height
    return within(source, Size(box.long_side, box.short_side) if lies else Size(box.short_side, box.long_side))


def within(source: Size, room: Size) -> Size:
    """The largest size with the shape of `source` that fits into `room`.

    Never larger than the source, and even on both sides, since 4:2:0 halves the colour planes; two pixels at least.
    """
    scale = min(1.0, room.width / source.width, room.height / source.height)
    return Size(_even(source.width * scale, source.width), _even(source.height * scale, source.height))


def _even(side: float, source_side: int) -> int:
    return max(2, min(2 * round(side / 2), source_side // 2 * 2))
