"""What the videos of somebody add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import BigInteger, ColumnElement, Connection, Double, cast, func, select

from video_pipeline.catalog.tables import artifacts, videos
from video_pipeline.catalog.visibility import visible_to
from video_pipeline.types import Caller, VideoStatus

DAY, MONTH = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Sums over the videos that somebody sees.

    `derived_bytes` are of what is current. `…_seconds_to_complete` are from the end of the upload, over the videos
    that were completed within the last 30 days, and None where there are none; `…_today` is within the last 24 hours.
    """

    by_status: dict[VideoStatus, int]
    original_bytes: int
    derived_bytes: int
    video_seconds: float
    completed_this_month: int
    mean_seconds_to_complete: float | None
    p95_seconds_to_complete: float | None
    uploaded_today: int
    completed_today: int
    failed_today: int


def statistics(conn: Connection, caller: Caller) -> Statistics:
    """What the videos that the caller sees add up to; it reads all of them."""
    seen = visible_to(caller)
    took = cast(func.extract("epoch", videos.c.completed_at - videos.c.uploaded_at), Double)
    this_month = videos.c.completed_at > func.now() - MONTH
    sums = select(
        cast(func.coalesce(func.sum(videos.c.size_bytes), 0), BigInteger).label("original_bytes"),
        func.coalesce(func.sum(videos.c.duration_seconds), 0.0).label("video_seconds"),
        func.count().filter(this_month).label("completed_this_month"),
        func.avg(took).filter(this_month).label("mean_seconds_to_complete"),
        func.percentile_cont(0.95).within_group(took).filter(this_month).label("p95_seconds_to_complete"),
        *(func.count().filter(_today(at)).label(name) for name, at in _MOMENTS.items()),
    )
    told = conn.execute(sums.where(seen)).one()
    return Statistics(by_status=_by_status(conn, seen), derived_bytes=_derived(conn, seen), **told._mapping)


_MOMENTS = {
    "uploaded_today": videos.c.uploaded_at,
    "completed_today": videos.c.completed_at,
    "failed_today": videos.c.failed_at,
}


def _today(moment: ColumnElement[object]) -> ColumnElement[bool]:
    return moment > func.now() - DAY


def _by_status(conn: Connection, seen: ColumnElement[bool]) -> dict[VideoStatus, int]:
    counted = select(videos.c.status, func.count().label("number")).where(seen).group_by(videos.c.status)
    counts = {status: 0 for status in VideoStatus if status is not VideoStatus.DELETED}
    return counts | {row.status: row.number for row in conn.execute(counted)}


def _derived(conn: Connection, seen: ColumnElement[bool]) -> int:
    current = artifacts.c.superseded_at.is_(None)
    sizes = select(func.coalesce(func.sum(artifacts.c.size_bytes), 0)).join_from(artifacts, videos)
    return int(conn.execute(sizes.where(seen, current)).scalar_one())
