"""When packets and frames begin and end: lists that ffmpeg writes, as arrays, and spans of time told in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from video_pipeline.media.clock import clock

Seconds = npt.NDArray[np.float64]

_TICK = re.compile(r"#tb (\d+): (\d+/[1-9]\d*)")
_UNKNOWN = np.iinfo(np.int64).min  # AV_NOPTS_VALUE

# What lies closer together than this is one span to people.
APART_SECONDS = 1.0
MOST_SPANS = 3


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """When packets or frames begin, in seconds and in order of time, and for how long they are meant to last.

    A length is zero where nobody says.
    """

    starts: Seconds
    lengths: Seconds

    def __len__(self) -> int:
        """How many packets or frames there are."""
        return len(self.starts)

    @property
    def usual(self) -> float:
        """The usual distance from one to the next, in seconds; zero where there is only one."""
        return float(np.median(np.diff(self.starts))) if len(self) > 1 else 0.0

    def end(self, usual: float) -> float:
        """When the last one ends; where nobody says, it lasts for `usual`."""
        return float(self.starts[-1] + (self.lengths[-1] or usual)) if len(self) else 0.0


EMPTY = Timetable(np.empty(0), np.empty(0))


def read(path: Path) -> Mapping[int, Timetable]:
    """Read a list of ffmpeg's `framecrc`, by the number of the stream in it; nothing where there is no such file.

    It begins with comments, of which `#tb 0: 1/1000` tells the seconds of a tick. Then it has a line for each packet:
    its stream, when it is decoded, when it is shown, how long in ticks, its size and its checksum.
    """
    if not path.exists():
        return {}
    ticks: dict[int, float] = {}
    with path.open() as lines:
        for line in lines:
            if not line.startswith("#"):
                rows = np.loadtxt(
                    chain((line,), lines), np.int64, comments=None, delimiter=",", usecols=range(4), ndmin=2
                )
                return {number: _of_stream(rows, number, tick) for number, tick in ticks.items()}
            found = _TICK.match(line)
            if found is not None:
                ticks[int(found[1])] = float(Fraction(found[2]))
    return dict.fromkeys(ticks, EMPTY)


def _of_stream(rows: npt.NDArray[np.int64], number: int, tick: float) -> Timetable:
    _, decoded, shown, lengths = rows[rows[:, 0] == number].T
    starts = np.where(shown == _UNKNOWN, decoded, shown)
    order = np.argsort(starts, kind="stable")
    order = order[starts[order] != _UNKNOWN]
    return Timetable(starts[order] * tick, lengths[order] * tick)


def read_order(path: Path) -> Seconds:
    """Read when frames are shown in the order in which they came: a line of ticks and the seconds of a tick each."""
    lines = path.read_text().splitlines() if path.exists() else []
    if not lines:
        return np.empty(0)
    tick = float(Fraction(lines[0].split(",")[1]))
    return np.loadtxt(lines, np.float64, comments=None, delimiter=",", usecols=0, ndmin=1) * np.float64(tick)


def joined(spans: Iterable[Span], *, apart: float = 0.0) -> tuple[Span, ...]:
    """Spans in order of time, with those made one that overlap or are at most `apart` seconds from each other."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if found and span.start <= found[-1].end + apart:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def told(spans: Sequence[Span]) -> str:
    """Spans as people read them, in whole seconds, the first few of them."""
    shown = [f"from {clock(span.start)} to {clock(math.ceil(span.end))}" for span in joined(spans, apart=APART_SECONDS)]
    if len(shown) > MOST_SPANS:
        shown[MOST_SPANS:] = [f"{len(shown) - MOST_SPANS} times more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
