"""Waiting for what a stack does, and looking at what it left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.rows import ArtifactRow
from video_pipeline.catalog.tables import videos as table
from video_pipeline.cli.follow import Snapshot, follow
from video_pipeline.cli.session import Session
from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, VideoStatus

T = TypeVar("T")


def wait_for(condition: Callable[[], T | None], seconds: float = 60) -> T:
    """What `condition` gives once it gives something true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"It did not come about in {seconds} s.")


def settled(session: Session, *video_ids: UUID) -> list[Snapshot]:
    """The videos at their end."""
    *_, last = follow(session.engine, video_ids)
    return last


def adopted(session: Session, filename: str) -> UUID | None:
    """The video that was made of a dropped file."""
    with transaction(session.engine) as connection:
        return next((row.id for row in queries.recent_videos(connection, limit=1000) if row.filename == filename), None)


def remade(session: Session, before: Snapshot, kind: ArtifactKind) -> dict[ArtifactKind, ArtifactRow] | None:
    """The current artifacts, once the one of that kind is another run's."""
    with transaction(session.engine) as connection:
        current = queries.current_artifacts(connection, before.video.id)
    return current if current[kind].run_id != before.artifacts[kind].run_id else None


def assert_nothing_astray(session: Session) -> None:
    """Every object has a row and every row its object; nothing is left in the inbox or in a work folder.

    What other tests have deleted keeps its objects, as it does until a sweep.
    """
    wait_for(lambda: not list(session.settings.work_dir.glob("run-*")))
    with transaction(session.engine) as connection:
        deleted = list(connection.scalars(select(table.c.id).where(table.c.status == VideoStatus.DELETED)))
    listed = (one.key for one in session.store.list("") if not one.key.startswith(keys.COMPUTE_LOGS))
    stored = {key for key in listed if not any(str(video_id) in key for video_id in deleted)}
    with transaction(session.engine) as connection:
        videos = queries.recent_videos(connection, limit=1000)
        known = set().union(*(queries.known_keys(connection, video.id) for video in videos))
    known |= {video.original_key for video in videos if video.original_key}
    refused = [video for video in videos if video.status is VideoStatus.FAILED and video.duplicate_of is None]
    known |= {keys.rejected(video.id) for video in refused}
    assert stored == known
