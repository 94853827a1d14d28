"""What is read of the catalog for a report on a span of time: plain rows, which the report adds up.

What happened is told by its moment: a video that was received on one day and completed on the next is in both reports.
A failure is told as the row tells it now: one that has been mended since is none any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Double, and_, cast, func, select

from video_pipeline.catalog.tables import artifacts, jobs, videos
from video_pipeline.types import JobStatus, Stage, VideoStatus


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to `end`, which is not in it any more."""

    start: datetime
    end: datetime

    def holds(self, moment: ColumnElement[datetime]) -> ColumnElement[bool]:
        """Whether a moment lies in it."""
        return and_(moment >= self.start, moment < self.end)


@dataclass(frozen=True, slots=True)
class CompletedVideo:
    """A video that was completed for the first time; seconds are its duration, and from its upload's end to then."""

    size_bytes: int
    duration_seconds: float
    seconds_to_complete: float | None


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """A stage that was done; `speed` is seconds of video for each second of its media processes, where it had any."""

    stage: Stage
    seconds: float
    speed: float | None


@dataclass(frozen=True, slots=True)
class Happenings:
    """Everything that a report is about."""

    received_videos: int
    received_bytes: int
    derived_bytes: int
    completed: list[CompletedVideo]
    failures: dict[str, int]
    jobs: list[FinishedJob]


def happenings(conn: Connection, span: Span) -> Happenings:
    """What happened within the span. It reads all videos and jobs, and remembers those of the span."""
    received = select(func.count(), func.coalesce(func.sum(videos.c.size_bytes), 0)).where(
        span.holds(videos.c.uploaded_at)
    )
    number, size = conn.execute(received).one()
    derived = select(func.coalesce(func.sum(artifacts.c.size_bytes), 0)).where(span.holds(artifacts.c.created_at))
    return Happenings(
        received_videos=number,
        received_bytes=int(size),
        derived_bytes=int(conn.execute(derived).scalar_one()),
        completed=_completed(conn, span),
        failures=_failures(conn, span),
        jobs=_jobs(conn, span),
    )


def _completed(conn: Connection, span: Span) -> list[CompletedVideo]:
    took = cast(func.extract("epoch", videos.c.completed_at - videos.c.uploaded_at), Double)
    rows = select(videos.c.size_bytes, videos.c.duration_seconds, took.label("seconds_to_complete"))
    return [CompletedVideo(*row) for row in conn.execute(rows.where(span.holds(videos.c.completed_at)))]


def _failures(conn: Connection, span: Span) -> dict[str, int]:
    failed = (videos.c.status == VideoStatus.FAILED, span.holds(videos.c.failed_at))
    codes = select(videos.c.error_code, func.count()).where(*failed).group_by(videos.c.error_code)
    return {str(code): number for code, number in conn.execute(codes.order_by(videos.c.error_code))}


def _jobs(conn: Connection, span: Span) -> list[FinishedJob]:
    seconds = cast(func.extract("epoch", jobs.c.finished_at - jobs.c.started_at), Double)
    speed = videos.c.duration_seconds / func.nullif(jobs.c.media_seconds, 0.0)
    done = (jobs.c.status == JobStatus.COMPLETED, span.holds(jobs.c.finished_at))
    rows = select(jobs.c.stage, seconds, speed).join_from(jobs, videos).where(*done)
    return [FinishedJob(*row) for row in conn.execute(rows)]
