"""An upload through the API: begun, seen again, arrived, or given up; its bytes are taken from a quota elsewhere.

    begin ─started→ … touch … ─arrived→ completed
                             └─give_up, expire→ aborted

Whoever ends one takes the video's row first, so that of two that end it at once the later sees what the other did.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update

from video_pipeline.catalog.records import events, quota
from video_pipeline.catalog.records.uploads import mark_uploaded
from video_pipeline.catalog.tables import uploads, videos
from video_pipeline.catalog.uploading import LIFETIME
from video_pipeline.types import Finding, StoredObject, VideoStatus

EXPIRED = Finding(
    "upload_expired", "The upload was not finished, and nothing was heard of it for six hours. Upload the file again."
)


def alone(conn: Connection, scope: str, sha256: str) -> None:
    """Let nobody else begin an upload of these bytes in this scope until this transaction ends."""
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{scope}:{sha256}", 0))))


def started(conn: Connection, video_id: UUID, multipart_id: str) -> bool:
    """The store has begun the upload, under that name. False where it was given up meanwhile."""
    step = update(uploads).where(uploads.c.video_id == video_id, uploads.c.aborted_at.is_(None))
    return conn.execute(step.values(multipart_id=multipart_id)).rowcount == 1


def touch(conn: Connection, video_id: UUID) -> None:
    """Somebody is at work on the upload: a sign of life."""
    conn.execute(update(uploads).where(uploads.c.video_id == video_id).values(seen_at=func.now()))


def declare(conn: Connection, video_id: UUID, *, size_bytes: int) -> bool:
    """The file, whose size nobody knew, is this large. False where it is known: of two that ask at once, for one."""
    unknown = update(videos).where(videos.c.id == video_id, videos.c.declared_bytes.is_(None))
    return conn.execute(unknown.values(declared_bytes=size_bytes)).rowcount == 1


def reserved(conn: Connection, video_id: UUID, week_start: datetime) -> None:
    """The bytes of the upload were taken from that week."""
    conn.execute(update(uploads).where(uploads.c.video_id == video_id).values(week_start=week_start))


def arrived(conn: Connection, video_id: UUID, stored: StoredObject) -> bool:
    """The whole object lies in the inbox. False where it was known to be there already, or is not wanted any more.

    Raises:
        VideoNotFound: no video has that id.
    """
    if not mark_uploaded(conn, video_id, etag=stored.etag, size_bytes=stored.size_bytes):
        return False
    step = update(uploads).where(uploads.c.video_id == video_id, uploads.c.completed_at.is_(None))
    conn.execute(step.values(completed_at=func.now(), seen_at=func.now()))
    quota.settle(conn, video_id, stored.size_bytes)
    return True


def give_up(conn: Connection, video_id: UUID) -> bool:
    """The file will not come: its bytes go back to the quota, and its video is gone. False where it has come."""
    gone = {"status": VideoStatus.DELETED, "deleted_at": func.now()}
    open_ = (videos.c.id == video_id) & (videos.c.status == VideoStatus.UPLOADING)
    if not conn.execute(update(videos).where(open_).values(gone)).rowcount:
        return conn.scalar(select(uploads.c.aborted_at).where(uploads.c.video_id == video_id)) is not None
    conn.execute(update(uploads).where(uploads.c.video_id == video_id).values(aborted_at=func.now()))
    quota.give_back(conn, video_id)
    return True


def expire(conn: Connection, video_id: UUID) -> bool:
    """Nobody goes on with the upload: its video fails, and its bytes go back to the quota. False where it lives."""
    begun = select(uploads.c.seen_at).where(uploads.c.video_id == videos.c.id).scalar_subquery()
    failed = {
        "status": VideoStatus.FAILED,
        "error_code": EXPIRED.code,
        "error_sentence": EXPIRED.sentence,
        "error_retryable": False,
        "failed_at": func.now(),
    }
    silent = func.coalesce(begun, videos.c.created_at) < func.now() - LIFETIME
    dead = update(videos).where(videos.c.id == video_id, videos.c.status == VideoStatus.UPLOADING, silent)
    if not conn.execute(dead.values(failed)).rowcount:
        return False
    conn.execute(update(uploads).where(uploads.c.video_id == video_id).values(aborted_at=func.now()))
    quota.give_back(conn, video_id)
    told = {"video_id": video_id, "code": EXPIRED.code, "sentence": EXPIRED.sentence}
    events.emit(conn, "upload.expired", video_id, told, same_as="upload.expired")
    return True


def forget(conn: Connection, video_id: UUID) -> None:
    """Undo the beginning of an upload that the store did not begin: as if nobody had asked for it."""
    quota.give_back(conn, video_id)
    conn.execute(delete(videos).where(videos.c.id == video_id, videos.c.status == VideoStatus.UPLOADING))
