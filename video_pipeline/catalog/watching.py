"""What the watchdog looks at. Every query follows an index and costs what is under way, not what ever was."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    FromClause,
    and_,
    case,
    cast,
    exists,
    extract,
    func,
    or_,
    select,
    true,
    tuple_,
)

from video_pipeline.catalog.alerting import events
from video_pipeline.catalog.care import Ending, run_endings
from video_pipeline.catalog.tables import jobs, reprocess_requests, uploads, videos
from video_pipeline.catalog.uploading import LIFETIME
from video_pipeline.types import JobStatus, Stage, VideoStatus

RECENT_JOBS = 20
"""How many of a stage's last jobs tell how fast this installation is."""

WATCHDOG = "watchdog"
"""Who asks, where the watchdog asks for a video to be processed again."""

DAY = timedelta(days=1)

ON_THEIR_WAY = (VideoStatus.UPLOADED, VideoStatus.VALIDATING, VideoStatus.PROCESSING)

_WISH_OF_VIDEO = reprocess_requests.c.video_id == videos.c.id


@dataclass(frozen=True, slots=True)
class StuckUpload:
    """An upload of which nothing was heard for as long as one lives."""

    video_id: UUID
    key: str


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that has not ended. `…_seconds` are from then to now, by the catalog's clock."""

    id: UUID
    video_id: UUID
    stage: Stage
    run_id: str
    worker: str
    heartbeat_at: datetime
    advanced_at: datetime
    silent_seconds: float
    still_seconds: float
    media_seconds: float | None
    video_status: VideoStatus
    video_still_seconds: float


@dataclass(frozen=True, slots=True)
class OpenEnding:
    """A run that is to end; `asked_seconds` is how long ago that was wished."""

    run_id: str
    video_id: UUID
    reason: Ending
    asked_seconds: float


@dataclass(frozen=True, slots=True)
class Unattended:
    """A video that is neither ended nor at work: it waits for a run, or has lost it.

    `quiet_seconds` is since anything happened to it, or since it was uploaded where no run has taken it up yet, or else
    since the last run for it ended that never did: then `has_lost_run`.
    `retries` is how often the watchdog asked for it within a day, the last time `retried_seconds` ago.
    """

    video_id: UUID
    status: VideoStatus
    was_requested: bool
    has_lost_run: bool
    quiet_seconds: float
    retries: int
    retried_seconds: float | None


@dataclass(frozen=True, slots=True)
class Work:
    """What the catalog knows of a run: whether a job of it is running, and how long ago the last of them was."""

    is_running: bool
    quiet_seconds: float


def stuck_uploads(conn: Connection, limit: int) -> list[StuckUpload]:
    """Uploads to be given up, those that were begun through the API and those that a command sends."""
    seen_at = func.coalesce(uploads.c.seen_at, videos.c.created_at)
    before = func.now() - LIFETIME
    wanted = (
        select(videos.c.id, videos.c.inbox_key)
        .join_from(videos, uploads, isouter=True)
        .where(videos.c.status == VideoStatus.UPLOADING, videos.c.created_at < before, seen_at < before)
        .order_by(videos.c.created_at)
        .limit(limit)
    )
    return [StuckUpload(*row) for row in conn.execute(wanted)]


def running_jobs(conn: Connection) -> list[RunningJob]:
    """Every job at work, or said to be."""
    wanted = select(
        *(jobs.c[name] for name in ("id", "video_id", "stage", "run_id", "worker", "heartbeat_at", "advanced_at")),
        _seconds_since(jobs.c.heartbeat_at).label("silent_seconds"),
        _seconds_since(jobs.c.advanced_at).label("still_seconds"),
        videos.c.duration_seconds.label("media_seconds"),
        videos.c.status.label("video_status"),
        _seconds_since(videos.c.updated_at).label("video_still_seconds"),
    ).join_from(jobs, videos)
    rows = conn.execute(wanted.where(jobs.c.status == JobStatus.RUNNING).order_by(jobs.c.heartbeat_at))
    return [RunningJob(**row._mapping) for row in rows]


def usual_pace(conn: Connection, stage: Stage) -> float | None:
    """The seconds that a second of media takes in that stage, as the median of its last jobs; None before the first."""
    took = _seconds(jobs.c.finished_at - jobs.c.started_at) / videos.c.duration_seconds
    recent = (
        select(took.label("pace"))
        .join_from(jobs, videos)
        .where(jobs.c.stage == stage, jobs.c.status == JobStatus.COMPLETED, videos.c.duration_seconds > 0)
        .order_by(jobs.c.finished_at.desc())
        .limit(RECENT_JOBS)
        .subquery()
    )
    return conn.scalar(select(func.percentile_cont(0.5).within_group(recent.c.pace)))


def open_endings(conn: Connection) -> list[OpenEnding]:
    """The runs that are to end, in the order in which that was wished."""
    columns = (run_endings.c.run_id, run_endings.c.video_id, run_endings.c.reason)
    wanted = select(*columns, _seconds_since(run_endings.c.asked_at)).where(run_endings.c.done_at.is_(None))
    return [OpenEnding(*row) for row in conn.execute(wanted.order_by(run_endings.c.asked_at))]


def unattended(conn: Connection, *, limit: int, requested_only: bool = False) -> list[Unattended]:
    """Videos on their way at which no job works and for which no wish waits, the oldest first.

    With `requested_only` those are left out that wait in the inbox because the queue of runs is long.
    """
    is_new = videos.c.status == VideoStatus.UPLOADED
    of_video = jobs.c.video_id == videos.c.id
    last_job = select(func.max(func.coalesce(jobs.c.finished_at, jobs.c.heartbeat_at))).where(of_video)
    happened_at = func.greatest(videos.c.updated_at, last_job.scalar_subquery())
    asked = _asked_lately()
    ended = run_endings.c.done_at
    ended_since = (run_endings.c.video_id == videos.c.id) & (ended > videos.c.uploaded_at)
    lost_at = select(func.max(ended)).where(ended_since).scalar_subquery()
    # Asking again and again for the run of a new one changes its row, and nothing else.
    happened_to_new_at = func.greatest(videos.c.uploaded_at, lost_at)
    wanted = (
        select(
            videos.c.id.label("video_id"),
            videos.c.status,
            videos.c.requested_at.is_not(None).label("was_requested"),
            and_(is_new, lost_at.is_not(None)).label("has_lost_run"),
            _seconds_since(case((is_new, happened_to_new_at), else_=happened_at)).label("quiet_seconds"),
            asked.c.retries,
            _seconds_since(asked.c.last_at).label("retried_seconds"),
        )
        .join_from(videos, asked, true())
        .where(videos.c.status.in_(ON_THEIR_WAY))
        .where(~exists().where(of_video, jobs.c.status == JobStatus.RUNNING))
        .where(~exists().where(_WISH_OF_VIDEO, reprocess_requests.c.run_id.is_(None)))
        .where(or_(~is_new, videos.c.requested_at.is_not(None)) if requested_only else true())
        .order_by(videos.c.created_at)
        .limit(limit)
    )
    return [Unattended(**row._mapping) for row in conn.execute(wanted)]


def _asked_lately() -> FromClause:
    """How often the watchdog has asked for a video within a day, and when it last did."""
    ours = and_(_WISH_OF_VIDEO, reprocess_requests.c.requested_by == WATCHDOG)
    number, last_at = func.count().label("retries"), func.max(reprocess_requests.c.requested_at).label("last_at")
    return select(number, last_at).where(ours, reprocess_requests.c.requested_at > func.now() - DAY).lateral()


def work_of(conn: Connection, runs: Collection[tuple[str, UUID]]) -> dict[str, Work]:
    """What is known of these runs, each named with its video; one that never had a job is missing."""
    is_running = func.bool_or(jobs.c.status == JobStatus.RUNNING)
    last_at = func.max(func.coalesce(jobs.c.finished_at, jobs.c.heartbeat_at))
    wanted = select(jobs.c.run_id, is_running, _seconds_since(last_at)).group_by(jobs.c.run_id)
    named = tuple_(jobs.c.run_id, jobs.c.video_id).in_(runs)
    return {run_id: Work(running, seconds) for run_id, running, seconds in conn.execute(wanted.where(named))}


def was_told_lately(conn: Connection, event_type: str, within: timedelta) -> bool:
    """Whether an event of that type was written within that time."""
    lately = (events.c.type == event_type, events.c.occurred_at > func.now() - within)
    return conn.scalar(select(events.c.id).where(*lately).limit(1)) is not None


def _seconds(interval: ColumnElement[Any]) -> ColumnElement[float]:
    return cast(extract("epoch", interval), Double)


def _seconds_since(moment: ColumnElement[Any]) -> ColumnElement[float]:
    return _seconds(func.now() - moment)
