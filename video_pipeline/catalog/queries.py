"""Everything that is read from the catalog, by name. Nothing here writes or locks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from video_pipeline.catalog.rows import ArtifactRow, JobRow, ReprocessRow, Standing, VideoRow
from video_pipeline.catalog.tables import artifacts, jobs, reprocess_requests, videos
from video_pipeline.errors import VideoNotFound
from video_pipeline.types import ArtifactKind, Output, VideoStatus

_NOW = select(func.now())


def now(conn: Connection) -> datetime:
    """The catalog's clock, by which every timestamp in it is set: the moment this transaction began."""
    return conn.execute(_NOW).scalar_one()


def video(conn: Connection, video_id: UUID) -> VideoRow:
    """One video.

    Raises:
        VideoNotFound: no video has that id.
    """
    row = conn.execute(select(videos).where(videos.c.id == video_id)).one_or_none()
    if row is None:
        raise VideoNotFound(f"No video has the id {video_id}.")
    return VideoRow(**row._mapping)


def recent_videos(conn: Connection, limit: int) -> list[VideoRow]:
    """The newest videos that are not deleted, newest first."""
    newest = (videos.c.created_at.desc(), videos.c.id.desc())
    rows = conn.execute(select(videos).where(videos.c.status != VideoStatus.DELETED).order_by(*newest).limit(limit))
    return [VideoRow(**row._mapping) for row in rows]


def statuses(conn: Connection, video_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Where these videos stand; an unknown id is left out."""
    columns = select(videos.c.id, videos.c.status, videos.c.requested_at, videos.c.run_id)
    rows = conn.execute(columns.where(videos.c.id.in_(video_ids)))
    return {row.id: Standing(row.status, row.requested_at, row.run_id) for row in rows}


def counts_by_status(conn: Connection) -> dict[VideoStatus, int]:
    """How many videos there are in every status, zeros included."""
    counts = dict.fromkeys(VideoStatus, 0)
    for status, number in conn.execute(select(videos.c.status, func.count()).group_by(videos.c.status)):
        counts[status] = number
    return counts


def find_duplicate(conn: Connection, scope: str, sha256: str) -> UUID | None:
    """The video that holds these bytes in that scope; one that failed or was deleted holds nothing."""
    return conn.scalar(
        select(videos.c.id).where(
            videos.c.scope == scope,
            videos.c.checksum_sha256 == sha256,
            videos.c.duplicate_of.is_(None),
            videos.c.status.not_in([VideoStatus.FAILED, VideoStatus.DELETED]),
        )
    )


def current_artifacts(conn: Connection, video_id: UUID) -> dict[ArtifactKind, ArtifactRow]:
    """What is derived from a video and served."""
    rows = conn.execute(select(artifacts).where(artifacts.c.video_id == video_id, artifacts.c.superseded_at.is_(None)))
    return {row.kind: ArtifactRow(**row._mapping) for row in rows}


def known_keys(conn: Connection, video_id: UUID) -> set[str]:
    """The keys of everything ever derived from a video and not yet forgotten, superseded ones included."""
    return set(conn.scalars(select(artifacts.c.key).where(artifacts.c.video_id == video_id)))


def jobs_of(conn: Connection, video_id: UUID) -> list[JobRow]:
    """The jobs of a video in the order they started."""
    rows = conn.execute(select(jobs).where(jobs.c.video_id == video_id).order_by(jobs.c.started_at, jobs.c.id))
    return [JobRow(**row._mapping) for row in rows]


def pending_reprocess(conn: Connection, limit: int) -> list[ReprocessRow]:
    """The oldest wishes that no run is known to fulfil, dispatched ones included: a run may have been lost.

    Those of a backfill come after all others.
    """
    waiting = select(reprocess_requests).where(reprocess_requests.c.run_id.is_(None))
    rows = conn.execute(
        waiting.order_by(reprocess_requests.c.priority.desc(), reprocess_requests.c.id).limit(limit)
    ).mappings()
    return [ReprocessRow(**{**row, "outputs": _outputs(row["outputs"])}) for row in rows]


def _outputs(names: list[str] | None) -> tuple[Output, ...] | None:
    return None if names is None else tuple(Output(name) for name in names)
