"""A video before anything has looked into it: registered, uploaded or dropped, and asked to be run."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import datetime
from typing import Required, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection, func, update
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog import queries
from video_pipeline.catalog.tables import cameras, sites, videos
from video_pipeline.types import StoredObject, VideoStatus

UNNAMED = "unnamed"

#: Control characters, line and paragraph separators; and what turns the direction of letters (Unicode Annex 9, 2).
_UNSEEN = frozenset({"Cc", "Zl", "Zp"})
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


class Told(TypedDict, total=False):
    """What is known of a file before its first byte is sent; `declared_…` is what the uploader promises."""

    video_id: Required[UUID]
    inbox_key: Required[str]
    filename: Required[str]
    extension: Required[str]
    scope: Required[str]
    mime_type: str | None
    declared_bytes: int | None
    declared_sha256: str | None
    title: str | None
    description: str | None
    operator_notes: str | None
    recorded_at: datetime | None
    owner_id: UUID | None
    camera_id: UUID | None
    site_id: UUID | None
    category_id: UUID | None


def register_upload(conn: Connection, **told: Unpack[Told]) -> None:
    """Begin a video's row before its first byte is sent."""
    conn.execute(insert(videos), row_of(told))


def row_of(told: Told) -> dict[str, object]:
    """The row that a video begins with, every column of it that an uploader can fill."""
    row: dict[str, object] = dict.fromkeys(Told.__annotations__) | {**told}
    row |= {"id": row.pop("video_id"), "status": VideoStatus.UPLOADING, "source": "upload"}
    row |= {"title": _maybe(told.get("title")), "description": _maybe(told.get("description"))}
    return row | {"operator_notes": _maybe(told.get("operator_notes")), "filename": _name(told["filename"])}


def mark_uploaded(conn: Connection, video_id: UUID, *, etag: str, size_bytes: int) -> bool:
    """The whole object lies in the inbox. False where that was known already.

    Raises:
        VideoNotFound: no video has that id.
    """
    step = (
        update(videos)
        .where(videos.c.id == video_id, videos.c.status == VideoStatus.UPLOADING)
        .values(status=VideoStatus.UPLOADED, inbox_etag=etag, size_bytes=size_bytes, uploaded_at=func.now())
    )
    if conn.execute(step).rowcount:
        return True
    queries.video(conn, video_id)
    return False


def camera_for_drop(conn: Connection, site_slug: str, camera_slug: str) -> tuple[UUID, UUID]:
    """The site and the camera that a drop path names; they come to be when they are first named."""
    site = insert(sites).values(slug=_text(site_slug), name=_name(site_slug))
    # An update that changes nothing, because DO NOTHING returns no id where the row exists.
    site = site.on_conflict_do_update(index_elements=["slug"], set_={"slug": site.excluded.slug})
    site_id: UUID = conn.execute(site.returning(sites.c.id)).scalar_one()
    camera = insert(cameras).values(site_id=site_id, slug=_text(camera_slug), name=_name(camera_slug))
    camera = camera.on_conflict_do_update(index_elements=["site_id", "slug"], set_={"slug": camera.excluded.slug})
    camera_id: UUID = conn.execute(camera.returning(cameras.c.id)).scalar_one()
    return site_id, camera_id


def adopt_drop(
    conn: Connection,
    *,
    video_id: UUID,
    stored: StoredObject,
    filename: str,
    extension: str,
    site_id: UUID,
    camera_id: UUID,
) -> bool:
    """Begin the row of a file found in the drop. False where it has one: seeing an object twice makes one video."""
    adopted = conn.execute(
        insert(videos)
        .values(
            id=video_id,
            status=VideoStatus.UPLOADED,
            source="drop",
            inbox_key=stored.key,
            inbox_etag=stored.etag,
            size_bytes=stored.size_bytes,
            filename=_name(filename),
            extension=extension,
            scope=f"camera:{camera_id}",
            site_id=site_id,
            camera_id=camera_id,
            uploaded_at=func.now(),
        )
        .on_conflict_do_nothing()
        .returning(videos.c.id)
    )
    return adopted.one_or_none() is not None


def mark_requested(conn: Connection, video_ids: Collection[UUID]) -> None:
    """A run was asked for each of these videos, and none has been seen yet."""
    wanted = update(videos).where(videos.c.id.in_(video_ids), videos.c.status != VideoStatus.DELETED)
    conn.execute(wanted.values(requested_at=func.now(), run_id=None))


def _text(words: str) -> str:
    """A stranger's words as PostgreSQL can hold them: no NUL, and nothing that is not Unicode."""
    return words.replace("\0", "").encode(errors="replace").decode()


def _name(words: str) -> str:
    """A name as it is shown: without what moves a terminal's cursor, breaks lines or turns the direction of letters.

    Whoever uploads is told to rename such a file; a camera that drops it into the bucket cannot be told.
    """
    return "".join(filter(_is_seen, _text(words))).strip() or UNNAMED


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNSEEN and unicodedata.bidirectional(letter) not in _TURNING


def _maybe(words: str | None) -> str | None:
    return None if words is None else _text(words)
