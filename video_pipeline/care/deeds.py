"""What the watchdog has done, for whoever asks: the operator, a metric, a test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What can be done about something that is stuck."""

    UPLOAD_EXPIRED = "upload expired"
    UPLOAD_HEALED = "upload found complete"
    JOB_GIVEN_UP = "job given up"
    RUN_GIVEN_UP = "run without work given up"
    RUN_ENDED = "run ended"
    VIDEO_RETRIED = "video tried again"
    VIDEO_FAILED = "video failed"
    RUNS_WAITING = "runs waiting"


@dataclass(frozen=True, slots=True)
class Done:
    """One deed, on the video, job or run of that id, and the reason in words."""

    deed: Deed
    subject: str
    why: str


def summary(done: Iterable[Done]) -> str:
    """All of it in a line: `2 job given up, 1 run ended`."""
    deeds = [one.deed for one in done]
    counted = [f"{deeds.count(deed)} {deed}" for deed in Deed if deed in deeds]
    return ", ".join(counted) or "Nothing is stuck."
