"""A listener that remembers what it was told."""

from __future__ import annotations

from threading import Lock

from video_pipeline.client.progress import Step


class Recorder:
    """Steps in order, each with what is done of it."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.begun_with: dict[Step, int] = {}
        self.done: dict[Step, int] = {}
        self.totals: dict[Step, int] = {}
        self._lock = Lock()

    def step(self, step: Step, *, total_bytes: int, done_bytes: int = 0) -> None:
        """A step begins."""
        self.steps.append(step)
        self.done[step] = self.begun_with[step] = done_bytes
        self.totals[step] = total_bytes

    def advance(self, count: int) -> None:
        """Bytes are done."""
        with self._lock:
            self.done[self.steps[-1]] += count
