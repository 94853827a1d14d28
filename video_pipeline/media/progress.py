"""What ffmpeg says of itself while it works: the lines of its `-progress` option, read as heartbeats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a command is.

    `frames` and `seconds` count what its outputs hold so far; `speed` is seconds of video per second on the clock, None
    while ffmpeg does not know it.
    """

    frames: int
    seconds: float
    speed: float | None


class ProgressLines:
    """Turns `key=value` lines, however they are cut into chunks, into one call per report."""

    def __init__(self, on_progress: Callable[[Progress], None]) -> None:
        """Call `on_progress` for every report that was fed in whole."""
        self._on_progress = on_progress
        self._rest = b""
        self._values: dict[str, str] = {}

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of ffmpeg's progress output."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            key, _, value = line.decode(errors="replace").partition("=")
            self._values[key] = value.strip()
            if key == "progress":  # the last line of each report
                self._on_progress(_report(self._values))


def _report(values: Mapping[str, str]) -> Progress:
    return Progress(
        frames=int(_number(values.get("frame")) or 0),
        seconds=(_number(values.get("out_time_us")) or 0.0) / 1_000_000,
        speed=_number(values.get("speed", "").removesuffix("x")),
    )


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:  # "N/A" until the first frame is out
        return None
