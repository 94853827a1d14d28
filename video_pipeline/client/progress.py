"""How far a transfer is, as it is told to whoever shows it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Step(StrEnum):
    """What is being done with a file, in the words that people are shown."""

    CHECKSUM = "Calculating checksum…"
    UPLOAD = "Uploading"
    COMPLETION = "Completing…"
    DOWNLOAD = "Downloading"


class Progress(Protocol):
    """Is told of steps by one thread, and of bytes by several."""

    def step(self, step: Step, *, total_bytes: int, done_bytes: int = 0) -> None:
        """A step begins, of so many bytes, of which so many were done before."""

    def advance(self, count: int) -> None:
        """So many bytes more are done; fewer where some must be sent again."""


class Silent:
    """Shows nothing."""

    def step(self, step: Step, *, total_bytes: int, done_bytes: int = 0) -> None:
        """A step begins."""

    def advance(self, count: int) -> None:
        """Bytes are done."""
