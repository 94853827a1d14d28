"""Derived objects: the current one of each kind, and those it took the place of."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, func, update
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog.records.guards import locked, refusal
from video_pipeline.catalog.tables import artifacts
from video_pipeline.types import NewArtifact, VideoStatus


def replace_artifact(conn: Connection, new: NewArtifact) -> None:
    """Make `new` the current artifact of its kind; what was current is superseded, and still there for its readers.

    The same bytes made again have the same key: then only what made them is written anew. Two at once are one after
    the other, and the later one stays.

    Raises:
        VideoNotFound: no video has that id.
        RequestRefused: the video is deleted.
    """
    if locked(conn, new.video_id).status is VideoStatus.DELETED:
        raise refusal(conn, new.video_id, "get new artifacts")
    conn.execute(
        update(artifacts)
        .where(
            artifacts.c.video_id == new.video_id,
            artifacts.c.kind == new.kind,
            artifacts.c.superseded_at.is_(None),
            artifacts.c.key != new.key,
        )
        .values(superseded_at=func.now())
    )
    made_by = {
        "input_sha256": new.input_sha256,
        "code_version": new.recipe.code_version,
        "recipe_digest": new.recipe.digest,
        "run_id": new.run_id,
        "facts": new.facts,
    }
    row = insert(artifacts).values(
        video_id=new.video_id,
        kind=new.kind,
        key=new.key,
        content_type=new.content_type,
        size_bytes=new.size_bytes,
        sha256=new.sha256,
        **made_by,
    )
    again = {**made_by, "content_type": new.content_type, "created_at": func.now(), "superseded_at": None}
    conn.execute(row.on_conflict_do_update(index_elements=["key"], set_=again))


def forget_superseded(conn: Connection, video_id: UUID, older_than_seconds: float) -> list[str]:
    """Remove the rows of artifacts superseded that long ago, and give their keys, whose objects may go then."""
    before = func.now() - timedelta(seconds=older_than_seconds)
    old = delete(artifacts).where(artifacts.c.video_id == video_id, artifacts.c.superseded_at < before)
    return list(conn.scalars(old.returning(artifacts.c.key)))
