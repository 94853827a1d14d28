from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from video_pipeline.catalog import queries, tables, watching
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.types import Role, Stage, VideoStatus
from video_pipeline_tests.api.people import add_user, token_of
from video_pipeline_tests.care.clocks import backdate
from video_pipeline_tests.catalog.stories import processing, registered

PATH = "/api/admin/cleanup-stuck-jobs"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch) -> None:
    monkeypatch.setattr("video_pipeline.care.stuck_jobs.CONFIRM_SECONDS", 0.0)


def test_an_admin_cleans_up_what_is_stuck_and_the_run_is_to_end(api, engine) -> None:
    with transaction(engine) as connection:
        upload, video = registered(connection), processing(connection)
        jobs.start_job(connection, video_id=video, stage=Stage.METADATA, run_id="run-1", worker="w")
        backdate(connection, tables.videos, upload, created_at=timedelta(hours=7))
        backdate(connection, tables.jobs, heartbeat_at=timedelta(minutes=2))
    token = token_of(add_user(engine, role=Role.ADMIN))

    answer = api.ask("POST", PATH, token=token)

    assert answer.status == 200
    assert (answer.told["stuck_uploads_cleaned"], answer.told["stuck_jobs_cleaned"]) == (1, 1)
    assert datetime.fromisoformat(answer.told["cleaned_at"]).tzinfo is not None
    with transaction(engine) as connection:
        assert queries.video(connection, upload).status is VideoStatus.FAILED
        assert [one.run_id for one in watching.open_endings(connection)] == ["run-1"]

    again = api.ask("POST", PATH, token=token).told
    assert (again["stuck_uploads_cleaned"], again["stuck_jobs_cleaned"]) == (0, 0)


def test_nobody_else_does(api, engine) -> None:
    assert api.ask("POST", PATH).status == 401
    assert api.ask("POST", PATH, token=token_of(add_user(engine))).status == 403
