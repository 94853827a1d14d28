"""Events: what happened, written in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from video_pipeline.catalog.alerting import EVENTS, events
from video_pipeline.catalog.tables import videos

KEPT = timedelta(days=30)
"""How long events are kept: ten times as long as a delivery is tried."""

_IDS = (videos.c.id.label("video_id"), videos.c.status, videos.c.owner_id, videos.c.site_id, videos.c.camera_id)


def emit(
    conn: Connection, event_type: str, subject: str | UUID, data: Mapping[str, Any], *, same_as: str | None = None
) -> UUID:
    """Write down that something happened, if this transaction commits; gives the event's id.

    Args:
        conn: The transaction of the fact itself.
        event_type: One of `alerting.EVENTS`.
        subject: What it happened to, by its id.
        data: What receivers are told: JSON, ids and moments as well. A `sentence` is what people read of it. Nothing
            that a stranger wrote (titles, names of files) belongs in it.
        same_as: Makes it an alert for operators. Of those that have this in common they hear one an hour, which says
            how many others there were.
    """
    if event_type not in EVENTS:
        raise ValueError(f"{event_type} is no type of event that anybody has been told of")
    told = {name: _json(value) for name, value in data.items()}
    event = insert(events).values(type=event_type, subject=str(subject), data=told, same_as=same_as)
    event_id: UUID = conn.execute(event.returning(events.c.id)).scalar_one()
    return event_id


def _json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def video_completed(conn: Connection, video_id: UUID) -> None:
    """Tell that a video is served now, and was not before."""
    video = conn.execute(
        select(*_IDS, videos.c.uploaded_at, videos.c.completed_at, videos.c.duration_seconds).where(
            videos.c.id == video_id
        )
    ).one()
    emit(conn, "video.completed", video_id, _told(video._mapping))


def video_failed(conn: Connection, video_id: UUID, *, is_alert: bool) -> None:
    """Tell that a video has just failed; operators as well, once an hour for each code, where it `is_alert`."""
    why = (
        videos.c.error_code.label("code"),
        videos.c.error_sentence.label("sentence"),
        videos.c.error_retryable.label("retryable"),
        videos.c.duplicate_of,
    )
    video = conn.execute(
        select(*_IDS, *why, videos.c.uploaded_at, videos.c.failed_at).where(videos.c.id == video_id)
    ).one()
    same_as = f"video.failed:{video.code}" if is_alert else None
    emit(conn, "video.failed", video_id, _told(video._mapping), same_as=same_as)


def _told(video: RowMapping) -> dict[str, Any]:
    return {**video, "path": f"/api/videos/{video['video_id']}"}


def purge(conn: Connection, *, older_than: timedelta = KEPT) -> int:
    """Forget old events with their deliveries, and give how many; what no courier has seen yet stays."""
    old = events.c.occurred_at < func.now() - older_than
    return conn.execute(delete(events).where(old, events.c.routed_at.is_not(None))).rowcount
