"""The last things that are done to rows: what the sweep writes, each in a transaction that holds the video's row."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, delete, func, update

from video_pipeline.catalog.tables import artifacts, jobs, reprocess_requests, videos
from video_pipeline.types import VideoStatus

_FIRST_IS_GONE = "The same file was in the catalog already, as a video that has been deleted since. Upload it again."


def purge_video(conn: Connection, video_id: UUID, *, keep_row: bool) -> None:
    """Forget a deleted video, whose objects are gone, and what hangs on it. The quota that it used stays used.

    With `keep_row` the bare row stays, and its upload's: bytes of a week that is not over are counted by them. Videos
    that were duplicates of it stay failed, and point at nothing.
    """
    for table in (artifacts, jobs, reprocess_requests):
        conn.execute(delete(table).where(table.c.video_id == video_id))
    orphans = update(videos).where(videos.c.duplicate_of == video_id)
    conn.execute(orphans.values(duplicate_of=None, error_sentence=_FIRST_IS_GONE))
    if not keep_row:
        gone = (videos.c.id == video_id) & (videos.c.status == VideoStatus.DELETED)
        conn.execute(delete(videos).where(gone))


def forget_artifact(conn: Connection, key: str) -> None:
    """Forget a superseded artifact, whose object is gone."""
    conn.execute(delete(artifacts).where(artifacts.c.key == key, artifacts.c.superseded_at.is_not(None)))


def withdraw_artifacts(conn: Connection, keys: Collection[str]) -> None:
    """Serve these artifacts no more; making the same bytes again would bring them back."""
    current = artifacts.c.key.in_(keys) & artifacts.c.superseded_at.is_(None)
    conn.execute(update(artifacts).where(current).values(superseded_at=func.now()))
