"""How long the watchdog waits for a job: as long as it lives, and gets on as others did here before it.

A heartbeat comes twice a second, from a thread of its own: a job without one has lost its process or its machine. One
that lives may still stand still (a hung tool, a dead disk). It may do so for as long as all of its stage should take
at most, counted anew whenever its progress grows: what moves is not given up for being slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.watching import RunningJob
from video_pipeline.types import VideoStatus

SLACK = 4.0
"""How many times slower than usual a stage may be: a busy machine, a demanding codec."""

MOMENTS = 60.0
"""A job ends with its video, if a moment later; by then one that goes on is not wanted."""


class StageLimits(Protocol):
    """What an installation is told of the time that stages may take."""

    @property
    def stage_seconds_floor(self) -> float:
        """The shortest limit."""

    @property
    def stage_seconds_per_second(self) -> float:
        """The limit for each second of media."""

    @property
    def stage_seconds_cap(self) -> float:
        """The longest limit."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long jobs are waited for.

    `pace` is the seconds for each second of media that count where no job has told yet how fast this installation is;
    a stage's limit lies between `floor_seconds` and `cap_seconds` in any case.
    """

    silent_seconds: float = 60.0
    floor_seconds: float = 300.0
    cap_seconds: float = 4 * 3600.0
    pace: float = 4.0

    @classmethod
    def within(cls, limits: StageLimits) -> Self:
        """The patience of an installation with these limits."""
        return cls(
            floor_seconds=limits.stage_seconds_floor,
            cap_seconds=limits.stage_seconds_cap,
            pace=limits.stage_seconds_per_second,
        )

    def limit_seconds(self, media_seconds: float | None, usual_pace: float | None) -> float:
        """How long a stage may take, and a job of it stand still, for media of that length.

        Args:
            media_seconds: How long the media is; None counts as nothing.
            usual_pace: The seconds that a second of media took of late; None where nobody knows.
        """
        pace = self.pace if usual_pace is None else SLACK * usual_pace
        return min(max(pace * (media_seconds or 0.0), self.floor_seconds), self.cap_seconds)

    def verdict(self, job: RunningJob, usual_pace: float | None) -> Ending | None:
        """Why the job is to be given up; None where it is not."""
        if job.video_status is VideoStatus.DELETED:
            return Ending.UNWANTED
        if job.silent_seconds >= self.silent_seconds:
            return Ending.SILENT
        if job.video_status is VideoStatus.FAILED and job.video_still_seconds >= MOMENTS:
            return Ending.UNWANTED
        if job.still_seconds >= self.limit_seconds(job.media_seconds, usual_pace):
            return Ending.STALLED
        return None
