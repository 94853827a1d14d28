"""What an operator watches: how much waits, how long already, what is at work, and how fast the work goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Double, cast, func, select

from video_pipeline.catalog import heartbeats, queries
from video_pipeline.catalog.tables import jobs, reprocess_requests, videos
from video_pipeline.types import JobStatus, Stage, VideoStatus

RECENT = timedelta(hours=1)
"""What has ended within the last hour tells how the work goes."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, or are at work, and for how many seconds the first of them has; 0.0 where there is none."""

    number: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class StagePace:
    """What a stage brought to its end in the last hour: how many jobs, how many seconds they took in all.

    `speed` is seconds of media in a second of work, None where no job says how long its media is.
    """

    completed: int
    seconds: float
    speed: float | None


@dataclass(frozen=True, slots=True)
class Gauges:
    """The state of the pipeline at one moment; `heartbeat_seconds` are the ages of the last ones."""

    videos: dict[VideoStatus, int]
    pending: Waiting
    running: Waiting
    reprocess_requests: int
    heartbeat_seconds: dict[str, float]
    stages: dict[Stage, StagePace]


def gauges(conn: Connection) -> Gauges:
    """All of it. Counting the videos reads an index of all of them, the rest what is recent or open."""
    return Gauges(
        videos=queries.counts_by_status(conn),
        pending=pending(conn),
        running=_running(conn),
        reprocess_requests=_wishes(conn),
        heartbeat_seconds=heartbeats.ages(conn),
        stages=_stages(conn),
    )


def pending(conn: Connection) -> Waiting:
    """The uploads that no run works on yet."""
    arrived = func.coalesce(videos.c.uploaded_at, videos.c.created_at)
    row = conn.execute(
        select(func.count(), _age(func.min(arrived))).where(videos.c.status == VideoStatus.UPLOADED)
    ).one()
    return Waiting(*row)


def _running(conn: Connection) -> Waiting:
    """The jobs at work, by how long ago the quietest of them gave a sign of life."""
    at_work = jobs.c.status == JobStatus.RUNNING
    row = conn.execute(select(func.count(), _age(func.min(jobs.c.heartbeat_at))).where(at_work)).one()
    return Waiting(*row)


def _wishes(conn: Connection) -> int:
    open_ones = select(func.count()).where(reprocess_requests.c.run_id.is_(None))
    return int(conn.execute(open_ones).scalar_one())


def _stages(conn: Connection) -> dict[Stage, StagePace]:
    took = cast(func.extract("epoch", jobs.c.finished_at - jobs.c.started_at), Double)
    measured = func.sum(took).filter(jobs.c.media_seconds.is_not(None))
    done = select(
        jobs.c.stage, func.count(), func.sum(took), func.sum(jobs.c.media_seconds) / func.nullif(measured, 0)
    ).where(
        jobs.c.status == JobStatus.COMPLETED,
        jobs.c.stage.in_(list(Stage)),  # the index begins with it
        jobs.c.finished_at > func.now() - RECENT,
    )
    return {stage: StagePace(*pace) for stage, *pace in conn.execute(done.group_by(jobs.c.stage))}


def _age(moment: ColumnElement[object]) -> ColumnElement[float]:
    """Seconds since then, never negative."""
    seconds = cast(func.extract("epoch", func.clock_timestamp() - moment), Double)
    return func.coalesce(func.greatest(seconds, 0.0), 0.0)
