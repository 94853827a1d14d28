"""What the catalog says of the bucket: of each video the objects that it names, in the order of their ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, case, func, or_, select

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.rows import ArtifactRow, VideoRow
from video_pipeline.catalog.tables import artifacts, jobs, reprocess_requests, uploads, videos
from video_pipeline.types import JobStatus, VideoStatus

PAGE = 500

QUOTA_WEEK = timedelta(days=7)
"""A quota that began longer ago is spent: clocks that change make it an hour longer, which nobody will miss."""

_HELD = QUOTA_WEEK + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Holding:
    """A video and what the catalog says of its bytes; `artifacts` are those not forgotten, superseded ones included.

    `is_busy` is set while a run may be at work on it or was asked for, `is_aborted` where its upload was given up,
    `holds_quota` while bytes of a week that may not be over are counted by its upload's row. `multipart_id` is the
    store's name of an upload that lives.
    """

    video: VideoRow
    artifacts: tuple[ArtifactRow, ...]
    is_busy: bool
    is_aborted: bool
    holds_quota: bool
    multipart_id: str | None


def holding(conn: Connection, video_id: UUID, *, locked: bool = False) -> Holding | None:
    """What is said of one video, or None where nothing is; with `locked` no run takes it up till this transaction ends.

    A run begins each stage by changing the video's row (records/jobs.start_job), so who holds the row and sees no job
    of it running is alone with its objects.
    """
    if locked:  # jobs before their video, as everywhere
        conn.execute(select(jobs.c.id).where(jobs.c.video_id == video_id).order_by(jobs.c.id).with_for_update())
        conn.execute(select(videos.c.id).where(videos.c.id == video_id).with_for_update())
    return next(iter(holdings(conn, [video_id])), None)


def holdings(conn: Connection, video_ids: Collection[UUID]) -> list[Holding]:
    """What is said of these videos, by their ids; an unknown id is left out."""
    return _holdings(conn, _WANTED.where(videos.c.id.in_(video_ids)))


def all_holdings(engine: Engine) -> Iterator[Holding]:
    """What is said of every video, by their ids; each page is a transaction of its own, and only one is in memory."""
    after: UUID | None = None
    while True:
        page = _WANTED.limit(PAGE) if after is None else _WANTED.where(videos.c.id > after).limit(PAGE)
        with transaction(engine) as connection:
            found = _holdings(connection, page)
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1].video.id


_RUNNING = select(jobs.c.id).where(jobs.c.video_id == videos.c.id, jobs.c.status == JobStatus.RUNNING).exists()
_ASKED_FOR = (
    select(reprocess_requests.c.id)
    .where(reprocess_requests.c.video_id == videos.c.id, reprocess_requests.c.run_id.is_(None))
    .exists()
)
_IN_WORK = videos.c.status.in_([VideoStatus.VALIDATING, VideoStatus.PROCESSING])
_LIVES = (videos.c.status == VideoStatus.UPLOADING) & uploads.c.completed_at.is_(None) & uploads.c.aborted_at.is_(None)
_WANTED = (
    select(
        *videos.c,
        or_(_RUNNING, _ASKED_FOR, _IN_WORK).label("is_busy"),
        uploads.c.aborted_at.is_not(None).label("is_aborted"),
        func.coalesce(uploads.c.week_start > func.now() - _HELD, False).label("holds_quota"),
        case((_LIVES, uploads.c.multipart_id)).label("multipart_id"),
    )
    .join_from(videos, uploads, isouter=True)
    .order_by(videos.c.id)
)


def _holdings(conn: Connection, wanted: Select[Any]) -> list[Holding]:
    rows = [dict(row._mapping) for row in conn.execute(wanted)]
    made = _artifacts(conn, [row["id"] for row in rows])
    extras = ("is_busy", "is_aborted", "holds_quota", "multipart_id")
    found = (({name: row.pop(name) for name in extras}, VideoRow(**row)) for row in rows)
    return [Holding(video=video, artifacts=made.get(video.id, ()), **more) for more, video in found]


def _artifacts(conn: Connection, video_ids: Collection[UUID]) -> dict[UUID, tuple[ArtifactRow, ...]]:
    wanted = select(artifacts).where(artifacts.c.video_id.in_(video_ids))
    in_order = wanted.order_by(artifacts.c.video_id, artifacts.c.key)
    rows = (ArtifactRow(**row._mapping) for row in conn.execute(in_order))
    return {video_id: tuple(made) for video_id, made in groupby(rows, key=attrgetter("video_id"))}
