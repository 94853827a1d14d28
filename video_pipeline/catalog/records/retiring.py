"""The story of a run, kept when Dagster forgets it."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog.care import archived_runs
from video_pipeline.catalog.retiring import ArchivedRun
from video_pipeline.catalog.tables import videos


def archive_run(conn: Connection, run: ArchivedRun) -> bool:
    """Keep what is told of a run; again is the same as once. False where its video is gone, and its story with it."""
    if conn.scalar(select(videos.c.id).where(videos.c.id == run.video_id).with_for_update(key_share=True)) is None:
        return False
    story = insert(archived_runs).values(asdict(run))
    again = {name: story.excluded[name] for name in ("status", "tags", "steps", "started_at", "ended_at")}
    conn.execute(story.on_conflict_do_update(index_elements=["run_id"], set_=again))
    return True
