"""Whose videos there are, whatever their status."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, or_, select

from video_pipeline.catalog.tables import videos


def titled(conn: Connection, owner_id: UUID) -> dict[str, UUID]:
    """The videos of somebody that have a title, deleted ones too, by their titles."""
    mine = select(videos.c.title, videos.c.id).where(videos.c.owner_id == owner_id, videos.c.title.is_not(None))
    return {row.title: row.id for row in conn.execute(mine)}


def any_of_others(conn: Connection, owner_ids: Collection[UUID]) -> bool:
    """Whether there is a video that belongs to none of these people."""
    another = or_(videos.c.owner_id.is_(None), videos.c.owner_id.not_in(owner_ids))
    return bool(conn.scalar(select(select(videos.c.id).where(another).exists())))
