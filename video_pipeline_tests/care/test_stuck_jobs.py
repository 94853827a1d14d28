from __future__ import annotations

import re
from datetime import timedelta

import pytest

from video_pipeline.care import stuck_jobs
from video_pipeline.care.deeds import Deed
from video_pipeline.care.patience import Patience
from video_pipeline.care.stuck_jobs import give_up_jobs
from video_pipeline.catalog import queries, tables, watching
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.catalog.records.editing import delete_video
from video_pipeline.errors import GivenUp
from video_pipeline.types import JobStatus, Stage
from video_pipeline_tests.care.clocks import backdate
from video_pipeline_tests.catalog.stories import completed, described

PATIENCE = Patience()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch) -> None:
    monkeypatch.setattr(stuck_jobs, "CONFIRM_SECONDS", 0.0)


@pytest.fixture
def at_work(engine):
    """A job in the middle of its renditions, of which nothing was heard or seen for so long."""

    def begin(*, silent: int = 0, still: int = 0, run_id: str = "run-1", video=described):
        with transaction(engine) as conn:
            video_id = video(conn, content=run_id)
            job_id = jobs.start_job(conn, video_id=video_id, stage=Stage.RENDITIONS, run_id=run_id, worker="host-1")
            ages = {"heartbeat_at": timedelta(seconds=silent), "advanced_at": timedelta(seconds=still)}
            backdate(conn, tables.jobs, job_id, **ages)
        return video_id, job_id

    return begin


@pytest.fixture
def job_of(engine):
    def read(video_id):
        with transaction(engine) as conn:
            (job,) = queries.jobs_of(conn, video_id)
        return job

    return read


def endings_of(engine):
    with transaction(engine) as conn:
        return {one.run_id: one.reason for one in watching.open_endings(conn)}


def test_a_silent_job_is_given_up_and_its_run_is_to_end(engine, at_work, job_of) -> None:
    video_id, job_id = at_work(silent=70)
    alive, _ = at_work(silent=10, still=100, run_id="run-2")

    (done,) = give_up_jobs(engine, PATIENCE)

    assert (done.deed, done.subject) == (Deed.JOB_GIVEN_UP, str(job_id))
    job = job_of(video_id)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "interrupted")
    assert re.fullmatch(r"Nothing was heard for \d+ s of its worker, host-1\.", str(job.error_sentence))
    assert job_of(alive).status is JobStatus.RUNNING
    assert endings_of(engine) == {"run-1": Ending.SILENT}
    with engine.begin() as conn:
        (event,) = conn.exec_driver_sql("SELECT type, subject, data->>'reason' FROM events").fetchall()
    assert tuple(event) == ("watchdog.job_given_up", str(video_id), "silent")
    assert give_up_jobs(engine, PATIENCE) == []


def test_the_old_worker_that_wakes_up_then_publishes_nothing(engine, at_work) -> None:
    video_id, job_id = at_work(silent=70)
    give_up_jobs(engine, PATIENCE)

    with transaction(engine) as conn:
        assert not jobs.beat(conn, job_id, progress=99)
        with pytest.raises(GivenUp):
            jobs.hold(conn, job_id)
        with pytest.raises(GivenUp):
            jobs.start_job(conn, video_id=video_id, stage=Stage.PUBLICATION, run_id="run-1", worker="host-1")


def test_a_job_that_stands_still_is_given_up_by_what_its_stage_takes_here(engine, at_work, job_of) -> None:
    video_id, _ = at_work(still=200)
    assert give_up_jobs(engine, PATIENCE) == []
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE jobs SET advanced_at = now() - interval '301 s'")

    (done,) = give_up_jobs(engine, PATIENCE)

    assert "at a limit of 300 s" in done.why
    assert job_of(video_id).error_code == "stalled"
    assert endings_of(engine) == {"run-1": Ending.STALLED}


def test_where_others_take_long_it_may_as_well(engine, at_work) -> None:
    for number in range(3):
        at_work(run_id=f"slow-{number}")
    with engine.begin() as conn:
        conn.exec_driver_sql(
            "UPDATE jobs SET status = 'completed', finished_at = now(), started_at = now() - interval '1001 s'"
        )
    at_work(still=3000)

    assert give_up_jobs(engine, PATIENCE) == []  # the media lasts 10.01 s: 100 s for each, and four times that


def test_work_for_a_deleted_video_is_ended_and_nobody_is_alarmed(engine, at_work, job_of) -> None:
    video_id, _ = at_work(video=completed)
    with transaction(engine) as conn:
        delete_video(conn, video_id)

    give_up_jobs(engine, PATIENCE)

    assert job_of(video_id).error_code == "canceled"
    assert endings_of(engine) == {"run-1": Ending.UNWANTED}
    with engine.begin() as conn:
        alarming = conn.exec_driver_sql("SELECT same_as FROM events WHERE type = 'watchdog.job_given_up'")
        assert alarming.scalars().all() == [None]


def test_a_suspect_that_shows_that_it_lives_is_spared(engine, at_work, job_of, monkeypatch) -> None:
    """As after a database was away, or a clock jumped: everything looks silent until the next heartbeat."""
    video_id, job_id = at_work(silent=3600)

    def beat(_: float) -> None:
        with transaction(engine) as conn:
            assert jobs.beat(conn, job_id, progress=1)

    monkeypatch.setattr("video_pipeline.care.stuck_jobs.time.sleep", beat)

    assert give_up_jobs(engine, PATIENCE) == []
    assert job_of(video_id).status is JobStatus.RUNNING


def test_a_row_that_somebody_frozen_holds_does_not_keep_the_others(stores, engine, at_work, job_of) -> None:
    held, held_job = at_work(silent=80)
    free, _ = at_work(silent=70, run_id="run-2")
    impatient = connect(stores.environment["DATABASE_URL"], lock_seconds=0.1)

    with transaction(engine) as conn:
        jobs.hold(conn, held_job)
        assert len(give_up_jobs(impatient, PATIENCE)) == 1
    impatient.dispose()

    assert (job_of(held).status, job_of(free).status) == (JobStatus.RUNNING, JobStatus.FAILED)
