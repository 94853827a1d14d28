"""What a decode really found, told by ffmpeg's own counters and by the clock of the frames that came out."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from video_pipeline.types import MediaFacts

# "Input stream #0:1 (audio): 120 packets read (9000 bytes); 118 frames decoded (120832 samples); 2 decode errors;"
_COUNTED = re.compile(
    r"Input stream #0:(?P<index>\d+) \(\w+\): \d+ packets read \([^)]*\); "
    r"(?P<frames>\d+) frames decoded(?: \([^)]*\))?; (?P<errors>\d+) decode errors"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out of a file: frames of its picture, seconds up to the end of the last one, and errors on the way.

    `seconds` is None where the picture was not decoded. How long the last frame stays nobody tells: `frame_seconds`,
    the usual distance between two frames, is taken.
    """

    frames: int = 0
    seconds: float | None = None
    frame_seconds: float = 0.0
    errors: int = 0


def decoded(stderr: str, clock: Path, facts: MediaFacts) -> Decoded:
    """Read what a finished command says of its decoding.

    Args:
        stderr: the end of what ffmpeg printed at level `verbose`.
        clock: the file of timestamps, absent where the picture was not decoded.
        facts: what the file says of itself.
    """
    errors = {match["index"]: int(match["errors"]) for match in _COUNTED.finditer(stderr)}  # the last report of each
    stamps = _stamps(clock)
    usual = _usual(stamps, facts)
    return Decoded(
        frames=len(stamps),
        seconds=stamps[-1] + usual if stamps else None,
        frame_seconds=usual,
        errors=sum(errors.values()),
    )


def _stamps(clock: Path) -> list[float]:
    """Seconds at which frames are shown: a timecode file of version 2 is a comment, then milliseconds line by line."""
    if not clock.exists():
        return []
    lines = clock.read_text().splitlines()
    return sorted(float(line) / 1000 for line in lines if line and not line.startswith("#"))


def _usual(stamps: list[float], facts: MediaFacts) -> float:
    if len(stamps) > 1:
        return statistics.median(later - earlier for earlier, later in pairwise(stamps))
    rate = facts.video.frame_rate if facts.video is not None else 0
    return float(1 / rate) if rate else 0.0
