"""The bytes that users have reserved of their weekly quota; who holds the counter's row decides, nobody in between."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog import auditing
from video_pipeline.catalog.people import quota_usage
from video_pipeline.catalog.tables import uploads, videos

# Put together once: that takes longer than to run it.
_BYTES = quota_usage.c.bytes.type
_WANTED, _LIMIT = bindparam("wanted", type_=_BYTES), bindparam("limit", type_=_BYTES)
_TAKEN = insert(quota_usage).from_select(
    ["user_id", "week_start", "bytes"],
    select(
        bindparam("owner", type_=quota_usage.c.user_id.type),
        bindparam("week", type_=quota_usage.c.week_start.type),
        _WANTED,
    ).where(_WANTED <= _LIMIT),
)
_TOTAL = quota_usage.c.bytes + _TAKEN.excluded.bytes
RESERVE = _TAKEN.on_conflict_do_update(
    index_elements=["user_id", "week_start"], set_={"bytes": _TOTAL}, where=_TOTAL <= _LIMIT
).returning(quota_usage.c.bytes)
"""Gives a row where the bytes were taken. One statement: whoever asks at the same time waits for the counter's row, and
is told by what is left then."""


def reserve(conn: Connection, user_id: UUID, *, week_start: datetime, size_bytes: int, limit_bytes: int) -> bool:
    """Take bytes from a user's week. False, and nothing is taken, where they would be more than the limit."""
    told = {"owner": user_id, "week": week_start, "wanted": size_bytes, "limit": limit_bytes}
    return conn.execute(RESERVE, told).one_or_none() is not None


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


def forget(conn: Connection, *, before: datetime) -> int:
    """Forget the counters of weeks that began before that moment, and give how many."""
    conn.execute(update(uploads).where(uploads.c.week_start < before).values(week_start=None))
    return conn.execute(delete(quota_usage).where(quota_usage.c.week_start < before)).rowcount


def settle_drift(conn: Connection) -> list[UUID]:
    """Put right the counters of weeks that are not over where they disagree with the uploads; gives whose they were."""
    # Whoever takes or returns bytes changes the counter first: with all of them in hand, the uploads stand still.
    conn.execute(select(quota_usage.c.bytes).with_for_update())
    drifts = auditing.quota_drift(conn)
    for drift in drifts:
        row = {"user_id": drift.user_id, "week_start": drift.week_start, "bytes": drift.summed}
        right = insert(quota_usage).values(row)
        again = right.on_conflict_do_update(index_elements=["user_id", "week_start"], set_={"bytes": drift.summed})
        conn.execute(again)
    return [drift.user_id for drift in drifts]


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
