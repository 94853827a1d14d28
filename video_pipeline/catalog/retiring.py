"""Which videos Dagster may forget, and what the catalog keeps of the runs that it has forgotten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, or_, select

from video_pipeline.catalog.care import archived_runs
from video_pipeline.catalog.tables import jobs, reprocess_requests, videos
from video_pipeline.types import JobStatus, VideoStatus

_ENDED = (VideoStatus.COMPLETED, VideoStatus.FAILED, VideoStatus.DELETED)


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """What is told of a run for good.

    `steps` are dictionaries of `name`, `status`, `attempts`, and `started_at` and `seconds` where it began and ended.
    """

    run_id: str
    video_id: UUID
    job: str
    status: str
    tags: dict[str, str]
    steps: list[dict[str, Any]]
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


def in_use(conn: Connection, video_ids: Collection[UUID], *, quiet_for: timedelta) -> set[UUID]:
    """Those of the videos that have not ended, or changed lately, or that somebody works on or wishes to.

    A video whose row is gone is in nobody's use.
    """
    working = select(jobs.c.id).where(jobs.c.video_id == videos.c.id, jobs.c.status == JobStatus.RUNNING)
    wished = select(reprocess_requests.c.id).where(
        reprocess_requests.c.video_id == videos.c.id, reprocess_requests.c.run_id.is_(None)
    )
    busy = or_(
        videos.c.status.not_in(_ENDED),
        videos.c.updated_at > func.now() - quiet_for,
        working.exists(),
        wished.exists(),
    )
    return set(conn.scalars(select(videos.c.id).where(videos.c.id.in_(video_ids), busy)))


def runs_of(conn: Connection, video_id: UUID) -> list[ArchivedRun]:
    """The runs of a video that Dagster has forgotten, in the order they were made."""
    columns = [archived_runs.c[name] for name in ArchivedRun.__dataclass_fields__]
    rows = conn.execute(
        select(*columns).where(archived_runs.c.video_id == video_id).order_by(archived_runs.c.created_at)
    )
    return [ArchivedRun(**row._mapping) for row in rows]
