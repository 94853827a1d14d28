"""How far a transfer is, in a terminal: a bar with speed and time left, or plain lines where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bars

from video_pipeline.client.progress import Progress, Step

#: A plain line is printed whenever so much more of a step is done, in percent.
LINE_PERCENT = 10


@contextmanager
def shown(console: Console, name: str) -> Iterator[Progress]:
    """Show how far the transfer of a file is."""
    if not console.is_terminal:
        yield Lines(console, name)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Bars(*columns, TransferSpeedColumn(), TimeRemainingColumn(), console=console, transient=True) as bars:
        yield Bar(bars, name)


class Bar:
    """One moving bar; a step begins it anew."""

    def __init__(self, bars: Bars, name: str) -> None:
        self._bars = bars
        self._name = escape(name)
        self._task: TaskID | None = None

    def step(self, step: Step, *, total_bytes: int, done_bytes: int = 0) -> None:
        """A step begins. What was done before is no speed of this one."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(f"{self._name}  {step}", total=total_bytes, completed=done_bytes)

    def advance(self, count: int) -> None:
        """Bytes are done."""
        if self._task is not None:
            self._bars.advance(self._task, count)


class Lines:
    """A line for each step, and for each tenth of it with the speed so far."""

    def __init__(self, console: Console, name: str) -> None:
        self._console = console
        self._name = name
        self._lock = Lock()
        self._total = self._done = self._before = self._percent = 0
        self._began = monotonic()

    def step(self, step: Step, *, total_bytes: int, done_bytes: int = 0) -> None:
        """A step begins."""
        with self._lock:
            self._total, self._done, self._before, self._began = total_bytes, done_bytes, done_bytes, monotonic()
            self._percent = self._whole_percent()
            self._print(str(step))

    def advance(self, count: int) -> None:
        """Bytes are done."""
        with self._lock:
            self._done += count
            percent = self._whole_percent()
            if percent >= self._percent + LINE_PERCENT:
                self._percent = percent - percent % LINE_PERCENT
                self._print(f"{self._percent} %, {self._speed()}")

    def _whole_percent(self) -> int:
        return 100 * self._done // max(self._total, 1)

    def _speed(self) -> str:
        return f"{decimal(int((self._done - self._before) / max(monotonic() - self._began, 1e-3)))}/s"

    def _print(self, words: str) -> None:
        self._console.print(f"{self._name}: {words}", markup=False, highlight=False, soft_wrap=True)
