"""What people do to a video that exists: describe it, delete it, look at it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog import queries
from video_pipeline.catalog.records.guards import locked
from video_pipeline.catalog.tables import categories, reprocess_requests, video_views, videos
from video_pipeline.errors import Conflict, RequestRefused
from video_pipeline.types import VideoStatus

EDITABLE = frozenset({"title", "description", "operator_notes", "recorded_at", "category_id"})


def amend(conn: Connection, video_id: UUID, changes: Mapping[str, Any]) -> None:
    """Write what somebody says of a video; `changes` names some of `EDITABLE`, None takes a value away.

    Raises:
        RequestRefused: there is no such category.
    """
    if unknown := changes.keys() - EDITABLE:
        raise ValueError(f"{', '.join(sorted(unknown))} cannot be edited.")
    category_id = changes.get("category_id")
    if category_id is not None and not _exists(conn, category_id):
        raise RequestRefused(f"No category has the id {category_id}.")
    if changes:
        alive = update(videos).where(videos.c.id == video_id, videos.c.status != VideoStatus.DELETED)
        conn.execute(alive.values(**changes))


def _exists(conn: Connection, category_id: UUID) -> bool:
    """Whether there is that category, which nobody removes until this transaction ends."""
    one = select(categories.c.id).where(categories.c.id == category_id).with_for_update(read=True, key_share=True)
    return conn.scalar(one) is not None


def delete_video(conn: Connection, video_id: UUID) -> None:
    """Nobody sees the video from now on; its bytes go when the sweep comes round. Twice is the same as once.

    What a run does for it ends at its next step, since no step begins at `deleted`; waiting wishes are taken back.

    Raises:
        VideoNotFound: no video has that id.
        Conflict: it is still being uploaded; aborting the upload gives its quota back, which this would not.
    """
    status = locked(conn, video_id).status
    if status is VideoStatus.UPLOADING:
        raise Conflict("The video is still being uploaded. Abort its upload instead.")
    alive = update(videos).where(videos.c.id == video_id, videos.c.status != VideoStatus.DELETED)
    conn.execute(alive.values(status=VideoStatus.DELETED, deleted_at=func.now()))
    waiting = delete(reprocess_requests).where(reprocess_requests.c.video_id == video_id)
    conn.execute(waiting.where(reprocess_requests.c.run_id.is_(None)))


def count_view(conn: Connection, video_id: UUID, *, viewer: str) -> int:
    """Count that somebody looks at a video, once for each `viewer`, and give how many have; only a digest is kept."""
    seen = insert(video_views).values(video_id=video_id, viewer_sha256=hashlib.sha256(viewer.encode()).hexdigest())
    is_new = seen.on_conflict_do_nothing().returning(video_views.c.video_id)
    if conn.scalar(is_new) is not None:
        step = update(videos).where(videos.c.id == video_id).values(view_count=videos.c.view_count + 1)
        conn.execute(step)
    return queries.video(conn, video_id).view_count
