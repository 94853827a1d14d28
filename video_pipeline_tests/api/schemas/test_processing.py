from __future__ import annotations

from sqlalchemy import Engine

from video_pipeline.api.schemas.processing import Standing
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.progress import SHARES
from video_pipeline.catalog.records.jobs import finish_job, start_job
from video_pipeline.types import Stage
from video_pipeline_tests.catalog.stories import completed, processing


def test_the_progress_is_of_the_latest_run(engine: Engine) -> None:
    with transaction(engine) as connection:
        video_id = processing(connection)
        for run_id, stage in (("run-2", Stage.METADATA), ("run-3", Stage.RENDITIONS)):
            job_id = start_job(connection, video_id=video_id, stage=stage, run_id=run_id, worker="here")
            finish_job(connection, job_id, media_seconds=1)
        standing = Standing.of(queries.video(connection, video_id), queries.jobs_of(connection, video_id))

    assert (standing.progress, len(standing.jobs)) == (SHARES[Stage.RENDITIONS], 2)


def test_a_completed_video_is_done(engine: Engine) -> None:
    with transaction(engine) as connection:
        video = queries.video(connection, completed(connection))

    assert Standing.of(video, []).progress == 100
