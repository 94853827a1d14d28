"""What the writers share: taking a video's row for oneself, and saying why a step was not possible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog import queries
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.catalog.tables import SAME_BYTES, videos
from video_pipeline.errors import CatalogUnavailable, DuplicateVideo, Permanent, RequestRefused, VideoNotFound
from video_pipeline.types import VideoStatus

#: Where a run may be at work on a video.
IN_WORK = (VideoStatus.VALIDATING, VideoStatus.PROCESSING, VideoStatus.COMPLETED)


def locked(conn: Connection, video_id: UUID) -> VideoRow:
    """The video, whose row nobody else changes until this transaction ends.

    Raises:
        VideoNotFound: no video has that id.
    """
    conn.execute(select(videos.c.id).where(videos.c.id == video_id).with_for_update(key_share=True))
    return queries.video(conn, video_id)


def refusal(conn: Connection, video_id: UUID, deed: str) -> Permanent:
    """Why no row took part in a step: there is no such video, or it does not stand where the step begins."""
    try:
        status = queries.video(conn, video_id).status
    except VideoNotFound as error:
        return error
    return RequestRefused(f"Video {video_id} is {status}; it cannot {deed}.")


@contextmanager
def claiming_bytes(conn: Connection, video_id: UUID, sha256: str | None = None) -> Iterator[None]:
    """Undo what was tried, and name the other video, where the same bytes are in the catalog already."""
    try:
        with conn.begin_nested():
            yield
    except IntegrityError as error:
        if not (isinstance(error.orig, psycopg.Error) and error.orig.diag.constraint_name == SAME_BYTES):
            raise
        video = queries.video(conn, video_id)
        other = queries.find_duplicate(conn, video.scope, sha256 or video.checksum_sha256 or "")
        if other is None:  # it failed or was deleted within the last milliseconds
            raise CatalogUnavailable("The other video of the same bytes has just been given up; try again.") from error
        raise DuplicateVideo(other) from error
