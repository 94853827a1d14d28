from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Engine, func, update

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.catalog.retiring import in_use
from video_pipeline.catalog.tables import videos
from video_pipeline.types import Stage
from video_pipeline_tests.catalog.stories import completed, processing

HOUR = timedelta(hours=1)


def test_who_is_in_use(engine: Engine) -> None:
    with transaction(engine) as connection:
        ended, wished, worked_on = (completed(connection, content=name) for name in "abc")
        unfinished = processing(connection, content="d")
        jobs.start_job(connection, video_id=worked_on, stage=Stage.RENDITIONS, run_id="r", worker="w")
        request_reprocess(connection, wished, outputs=None, requested_by="test")
        everybody = [ended, wished, worked_on, unfinished, uuid4()]
        connection.execute(update(videos).values(updated_at=func.now() - 2 * HOUR))

        assert in_use(connection, everybody, quiet_for=HOUR) == {wished, worked_on, unfinished}
        assert in_use(connection, everybody, quiet_for=3 * HOUR) == {ended, wished, worked_on, unfinished}
        assert in_use(connection, [], quiet_for=HOUR) == set()
