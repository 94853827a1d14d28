from __future__ import annotations

from sqlalchemy import Engine, delete, insert, select

from video_pipeline.catalog.care import archived_runs
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.tables import videos
from video_pipeline_tests.catalog.stories import uploaded


def test_the_story_of_a_run_goes_with_its_video(engine: Engine) -> None:
    with transaction(engine) as connection:
        video_id = uploaded(connection)
        told = {
            "run_id": "r",
            "video_id": video_id,
            "job": "ingest_video",
            "status": "SUCCESS",
            "tags": {},
            "steps": [],
        }
        connection.execute(insert(archived_runs).values(told))
        connection.execute(delete(videos).where(videos.c.id == video_id))
        assert connection.scalars(select(archived_runs.c.run_id)).all() == []
