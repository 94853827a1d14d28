"""What the catalog says of itself that cannot be: questions of an auditor, who only reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, or_, select

from video_pipeline.catalog.inventory import QUOTA_WEEK
from video_pipeline.catalog.people import quota_usage
from video_pipeline.catalog.tables import artifacts, jobs, reprocess_requests, uploads, videos
from video_pipeline.types import JobStatus, VideoStatus

WAITING_OR_IN_WORK = (VideoStatus.UPLOADED, VideoStatus.VALIDATING, VideoStatus.PROCESSING)
_ENDED = (VideoStatus.FAILED, VideoStatus.DELETED)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A video that has not come to its end; `is_beating` while a job of it gives signs of life."""

    video_id: UUID
    status: VideoStatus
    is_beating: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Drift:
    """A user's quota of one week that counts other bytes than those that were taken from it and not given back."""

    user_id: UUID
    week_start: datetime
    counted: int
    summed: int


def same_bytes_twice(conn: Connection) -> list[UUID]:
    """Videos of one scope that hold the same bytes, all but the first of each."""
    rank = func.row_number().over(
        partition_by=(videos.c.scope, videos.c.checksum_sha256), order_by=(videos.c.validated_at, videos.c.id)
    )
    holds = videos.c.checksum_sha256.is_not(None) & videos.c.duplicate_of.is_(None) & videos.c.status.not_in(_ENDED)
    ranked = select(videos.c.id, rank.label("rank")).where(holds).subquery()
    return list(conn.scalars(select(ranked.c.id).where(ranked.c.rank > 1)))


def not_validated(conn: Connection) -> Iterator[tuple[UUID, str]]:
    """The videos and keys of what is served though no validation has passed it."""
    unproved = or_(videos.c.validated_at.is_(None), videos.c.checksum_sha256.is_(None))
    originals = select(videos.c.id, videos.c.original_key).where(videos.c.original_key.is_not(None), unproved)
    derived = (
        select(artifacts.c.video_id, artifacts.c.key)
        .join_from(artifacts, videos)
        .where(artifacts.c.superseded_at.is_(None), unproved)
    )
    for wanted in (originals, derived):
        yield from ((row[0], row[1]) for row in conn.execute(wanted))


def stuck_uploads(conn: Connection, *, lifetime: timedelta) -> list[UUID]:
    """Uploads that nothing has been heard of for as long as they may live."""
    seen_at = func.coalesce(uploads.c.seen_at, videos.c.created_at)
    old = (videos.c.status == VideoStatus.UPLOADING) & (seen_at < func.now() - lifetime)
    return list(conn.scalars(select(videos.c.id).join_from(videos, uploads, isouter=True).where(old)))


def unfinished(conn: Connection, *, heartbeat: timedelta) -> list[Unfinished]:
    """The videos that wait for a run or are in work."""
    is_beating = select(jobs.c.id).where(jobs.c.video_id == videos.c.id, _beats(heartbeat)).exists()
    wanted = select(
        videos.c.id.label("video_id"), videos.c.status, is_beating.label("is_beating"), videos.c.updated_at
    ).where(videos.c.status.in_(WAITING_OR_IN_WORK))
    return [Unfinished(**row._mapping) for row in conn.execute(wanted)]


def ended(conn: Connection, video_ids: Collection[UUID], *, before: timedelta) -> set[UUID]:
    """Which of these are no videos any more, or failed or were deleted so long ago that nothing should work on them."""
    young = videos.c.status.not_in(_ENDED) | (videos.c.updated_at >= func.now() - before)
    return set(video_ids) - set(conn.scalars(select(videos.c.id).where(videos.c.id.in_(video_ids), young)))


def stuck_jobs(conn: Connection, *, heartbeat: timedelta) -> list[tuple[UUID, UUID]]:
    """Jobs, each after its video, that are said to be running and give no sign of life, or whose video has ended."""
    running = jobs.c.status == JobStatus.RUNNING
    wrong = ~_beats(heartbeat) | videos.c.status.in_(_ENDED)
    wanted = select(jobs.c.video_id, jobs.c.id).join_from(jobs, videos).where(running, wrong)
    return [(row.video_id, row.id) for row in conn.execute(wanted)]


def _beats(heartbeat: timedelta) -> ColumnElement[bool]:
    return (jobs.c.status == JobStatus.RUNNING) & (jobs.c.heartbeat_at >= func.now() - heartbeat)


def stuck_requests(conn: Connection, *, patience: timedelta) -> list[tuple[UUID, int]]:
    """Requests, each after its video, that have not become a run."""
    old = reprocess_requests.c.run_id.is_(None) & (reprocess_requests.c.requested_at < func.now() - patience)
    wanted = select(reprocess_requests.c.video_id, reprocess_requests.c.id).where(old)
    return [(row.video_id, row.id) for row in conn.execute(wanted)]


def quota_drift(conn: Connection) -> list[Drift]:
    """Quotas that do not count what uploads took from them.

    Only of weeks that are not over: of those before, the sweep has purged rows, and nobody is held to them any more.
    """
    took = func.coalesce(videos.c.declared_bytes, uploads.c.part_bytes)
    sums = (
        select(videos.c.owner_id, uploads.c.week_start, func.sum(took).label("summed"))
        .join_from(uploads, videos)
        .where(uploads.c.week_start.is_not(None), videos.c.owner_id.is_not(None))
        .group_by(videos.c.owner_id, uploads.c.week_start)
        .subquery()
    )
    same = (sums.c.owner_id == quota_usage.c.user_id) & (sums.c.week_start == quota_usage.c.week_start)
    week_start = func.coalesce(quota_usage.c.week_start, sums.c.week_start)
    counted, summed = func.coalesce(quota_usage.c.bytes, 0), func.coalesce(sums.c.summed, 0)
    wanted = (
        select(
            func.coalesce(quota_usage.c.user_id, sums.c.owner_id).label("user_id"),
            week_start.label("week_start"),
            counted.label("counted"),
            summed.label("summed"),
        )
        .select_from(quota_usage.join(sums, same, full=True))
        .where(week_start > func.now() - QUOTA_WEEK, counted != summed)
    )
    return [Drift(**{**row._mapping, "summed": int(row.summed)}) for row in conn.execute(wanted)]
