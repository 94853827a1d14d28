from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Engine

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.retiring import archive_run
from video_pipeline.catalog.retiring import ArchivedRun, runs_of
from video_pipeline_tests.catalog.stories import completed

TOLD = ArchivedRun(
    run_id="run-1",
    video_id=uuid4(),
    job="ingest_video",
    status="SUCCESS",
    tags={"dagster/partition": "x"},
    steps=[{"name": "metadata", "status": "SUCCESS", "attempts": 1, "seconds": 0.5}],
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    started_at=None,
    ended_at=None,
)


def test_what_is_archived_is_told_as_it_was_and_once(engine: Engine) -> None:
    with transaction(engine) as connection:
        first = replace(TOLD, video_id=completed(connection))
        later = replace(first, run_id="run-2", created_at=datetime(2026, 1, 2, tzinfo=UTC))

        assert all([archive_run(connection, later), archive_run(connection, first), archive_run(connection, first)])

        assert runs_of(connection, first.video_id) == [first, later]


def test_the_story_of_a_purged_video_goes_with_it(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert not archive_run(connection, TOLD)
        assert runs_of(connection, TOLD.video_id) == []
