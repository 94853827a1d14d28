"""What counts where a file leaves a choice: each function is one rule, and its docstring tells it up to `Args`.

They take plain values and no file, so that every process may ask them. `duration` is what renditions, checks and tiles
are laid out by; the others are asked while a file is probed, and their answers are among its facts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from video_pipeline.types import MediaFacts

QUARTER_TURN = 90
TILT = 1.0  # degrees; FFmpeg allows as much
HARDLY_MOVES = 10  # times fewer frames than the video beside it: a motion photo's large picture has a handful

NTSC = Fraction(1000, 1001)
ROUNDING = Fraction(1, 10_000)  # of a rate; 24 and 23.976 are ten times as far apart


@dataclass(frozen=True, slots=True)
class Picture:
    """A video stream among which to choose. `pixels` as stored; `frames` is None where the file does not count them."""

    index: int
    still: bool
    decodable: bool
    default: bool
    pixels: int
    frames: int | None


@dataclass(frozen=True, slots=True)
class Sound:
    """An audio stream among which to choose; `usable` where it has channels and we may decode it."""

    index: int
    usable: bool
    default: bool


class Orientation(NamedTuple):
    """How a stored picture is shown: first mirrored, left for right, then turned clockwise by 0, 90, 180 or 270."""

    rotation: int = 0
    mirrored: bool = False


UPRIGHT = Orientation()


def main_picture(pictures: Sequence[Picture]) -> Picture | None:
    """The video stream that plays; cover art and thumbnails never do.

    Of several, it is one that we may decode; then one that moves, which a stream with less than a tenth of another's
    frames does not, such as the large picture of a motion photo; then one marked as default; then the largest; then
    the first.
    """
    moving = [picture for picture in pictures if not picture.still]
    most = max((picture.frames or 0 for picture in moving), default=0)

    def rank(picture: Picture) -> tuple[bool, bool, bool, int, int]:
        moves = picture.frames is None or picture.frames * HARDLY_MOVES >= most
        return picture.decodable, moves, picture.default, picture.pixels, -picture.index

    return max(moving, key=rank, default=None)


def default_sound(sounds: Sequence[Sound]) -> Sound | None:
    """The sound that plays is one that has channels and that we may decode.

    Of several, it is one marked as default; then the first. A file with nothing but other sound is silent.
    """
    usable = [sound for sound in sounds if sound.usable]
    return max(usable, key=lambda sound: (sound.default, -sound.index), default=None)


def orientation(matrix: Sequence[int]) -> Orientation:
    """A picture is shown mirrored where its display matrix reflects, and then turned clockwise by quarter turns.

    So what a front camera shows its owner is no turn but a mirror, and a picture that stands on its head as in water is
    mirrored and turned by half. A turn that is no quarter turn, to within a degree, is none for the shape.

    Args:
        matrix: the nine numbers of ISO/IEC 14496-12, 6.2.2; only a, b, c and d tell of turns, in whatever unit.
    """
    a, b, _, c, d, *_ = matrix
    degrees = math.degrees(math.atan2(-c, d))
    turns = round(degrees / QUARTER_TURN)
    straight = abs(degrees - turns * QUARTER_TURN) <= TILT
    return Orientation(turns * QUARTER_TURN % 360 if straight else 0, a * d < b * c)


def shape(width: int, height: int, aspect: Fraction, rotation: int) -> tuple[int, int]:
    """A picture is shown as wide as its pixels are, all of it, and then turned.

    Where pixels are not square, its width changes and not its height. Edges that a container would have cut off are
    shown, as browsers show them.

    Args:
        width: of the picture as stored, in pixels.
        height: the same.
        aspect: the width of a pixel, where its height is one.
        rotation: degrees clockwise.

    Returns:
        Width and height as shown, in square pixels.
    """
    stretched = round(width * aspect)
    return (height, stretched) if rotation in {90, 270} else (stretched, height)


def frame_rate(claims: Sequence[Fraction], distance: Fraction, *, precision: Fraction, variable: bool) -> Fraction:
    """An uneven video has the average rate that it claims; an even one the rate that its frames keep.

    That is the first claim that agrees with the usual distance between two frames, as precisely as that is known; else
    what the distance says. Where a file has one frame, its first claim counts. What is within a ten-thousandth of a
    whole rate, or of NTSC's 1000/1001 of one, is that: containers round.

    Args:
        claims: frames per second that the file claims, the average first; those it does not tell are left out.
        distance: seconds between two frames, zero where there is only one.
        precision: by how many seconds that may be wrong, since containers round.
        variable: whether the distances differ.
    """
    if variable or not distance:
        return _nominal(next(iter(claims), Fraction(0)))
    agreeing = (claim for claim in claims if abs(1 / claim - distance) <= precision + distance * ROUNDING)
    return _nominal(next(agreeing, 1 / distance))


def _nominal(rate: Fraction) -> Fraction:
    """The whole rate, or NTSC's 1000/1001 of one, that a rate was rounded from; the rate itself where it is neither."""
    whole, ntsc = Fraction(round(rate)), round(rate / NTSC) * NTSC
    near = (standard for standard in (whole, ntsc) if abs(rate - standard) <= rate * ROUNDING)
    return next(near, rate)


def duration(facts: MediaFacts, decoded_seconds: float | None = None) -> float | None:
    """A video lasts from where the first of its streams begins until the last frame of its picture has been shown.

    What was decoded counts. Before anything is, what the picture's stream declares counts, else what the file declares.
    Sound that goes on after the picture plays over its last frame: it makes the file longer, not the video.

    Args:
        facts: what the file says of itself.
        decoded_seconds: what was decoded, from the first moment on.

    Returns:
        Seconds; None where nothing tells.
    """
    picture = facts.video
    if decoded_seconds or picture is None or not picture.duration_seconds:
        return decoded_seconds or facts.duration_seconds
    return picture.duration_seconds + max(0.0, picture.start_seconds - facts.start_seconds)
