from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from video_pipeline.api.schemas.lineage import Lineage
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.catalog.retiring import ArchivedRun
from video_pipeline.types import Stage
from video_pipeline_tests.catalog.stories import completed

DAWN = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_run_that_dagster_let_go_is_told_with_its_jobs_once(engine: Engine) -> None:
    with transaction(engine) as conn:
        told = lineage_of_two_runs(conn)

    first, older = told.runs
    assert (first.run_id, first.status, len(first.jobs)) == ("first", "FAILURE", 2)
    assert (older.run_id, older.ended_at, older.jobs) == ("older", DAWN + timedelta(seconds=3), [])


def lineage_of_two_runs(conn: Connection) -> Lineage:
    """Of one with two jobs, and an older one whose jobs nobody knows."""
    video_id = completed(conn)
    for stage in (Stage.METADATA, Stage.RENDITIONS):
        jobs.start_job(conn, video_id=video_id, stage=stage, run_id="first", worker="w")
    archived = [
        ArchivedRun(run_id, video_id, "ingest_video", "FAILURE", {}, [], DAWN, DAWN, DAWN + timedelta(seconds=3))
        for run_id in ("first", "older")
    ]

    return Lineage.of(queries.video(conn, video_id), {}, queries.jobs_of(conn, video_id), archived)
