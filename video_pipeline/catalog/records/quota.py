"""The bytes that users have reserved of their weekly quota; who holds the counter's row decides, nobody in between."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog.people import quota_usage
from video_pipeline.catalog.tables import uploads, videos


def reserve(conn: Connection, user_id: UUID, *, week_start: datetime, size_bytes: int, limit_bytes: int) -> bool:
    """Take bytes from a user's week. False, and nothing is taken, where they would be more than the limit.

    One statement: whoever asks at the same time waits for the row, and is told by what is left then.
    """
    taken = insert(quota_usage).from_select(
        ["user_id", "week_start", "bytes"],
        select(literal(user_id), literal(week_start), literal(size_bytes)).where(literal(size_bytes <= limit_bytes)),
    )
    total = quota_usage.c.bytes + taken.excluded.bytes
    step = taken.on_conflict_do_update(
        index_elements=["user_id", "week_start"], set_={"bytes": total}, where=total <= limit_bytes
    )
    return conn.execute(step.returning(quota_usage.c.bytes)).one_or_none() is not None


def give_back(conn: Connection, video_id: UUID) -> None:
    """Return what was taken for a video to the week it was taken from; doing it twice is the same as once."""
    held = _held(conn, video_id)
    if held is None:
        return
    owner_id, week_start, reserved = held
    _return(conn, owner_id, week_start, reserved)
    conn.execute(update(uploads).where(uploads.c.video_id == video_id).values(week_start=None))


def settle(conn: Connection, video_id: UUID, size_bytes: int) -> None:
    """The file is this large: return what was taken beyond that while nobody knew."""
    held = _held(conn, video_id)
    unknown = (videos.c.id == video_id) & videos.c.declared_bytes.is_(None)
    is_unknown = conn.execute(update(videos).where(unknown).values(declared_bytes=size_bytes)).rowcount == 1
    if held is not None and is_unknown:
        owner_id, week_start, reserved = held
        _return(conn, owner_id, week_start, reserved - size_bytes)


def _held(conn: Connection, video_id: UUID) -> tuple[UUID, datetime, int] | None:
    """Who holds how many bytes of which week for a video; its upload's row is nobody else's until this ends."""
    reserved = func.coalesce(videos.c.declared_bytes, uploads.c.part_bytes)
    held = (
        select(videos.c.owner_id, uploads.c.week_start, reserved)
        .join_from(uploads, videos)
        .where(uploads.c.video_id == video_id, uploads.c.week_start.is_not(None))
        .with_for_update(of=uploads)
    )
    row = conn.execute(held).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def _return(conn: Connection, user_id: UUID, week_start: datetime, size_bytes: int) -> None:
    counter = (quota_usage.c.user_id == user_id) & (quota_usage.c.week_start == week_start)
    conn.execute(update(quota_usage).where(counter).values(bytes=func.greatest(quota_usage.c.bytes - size_bytes, 0)))
