from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine

from video_pipeline.catalog import queries
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import endings, jobs
from video_pipeline.catalog.rows import JobRow
from video_pipeline.errors import GivenUp, RequestRefused, VideoNotFound
from video_pipeline.types import JobStatus, Stage, VideoStatus

from ..stories import completed, failed, processing, uploaded, validating, wait_until_somebody_waits_for


def start(conn: Connection, video_id: UUID, *, stage: Stage = Stage.VALIDATION, run_id: str = "run-1") -> UUID:
    return jobs.start_job(conn, video_id=video_id, stage=stage, run_id=run_id, worker="host-1")


def only_job(conn: Connection, video_id: UUID) -> JobRow:
    (job,) = queries.jobs_of(conn, video_id)
    return job


def test_a_job_begins_running(conn: Connection) -> None:
    video_id = uploaded(conn)
    job_id = start(conn, video_id)

    job = only_job(conn, video_id)

    assert (job.id, job.stage, job.run_id, job.worker) == (job_id, Stage.VALIDATION, "run-1", "host-1")
    assert (job.status, job.progress, job.attempt) == (JobStatus.RUNNING, 0, 1)
    assert job.started_at == job.heartbeat_at == queries.now(conn)


def test_a_job_that_begins_again_in_the_same_run_is_another_attempt(conn: Connection) -> None:
    video_id = uploaded(conn)
    job_id = start(conn, video_id)
    jobs.beat(conn, job_id, progress=50)
    jobs.fail_job(conn, job_id, code="store_unavailable", sentence="It did not answer.")

    assert start(conn, video_id) == job_id

    job = only_job(conn, video_id)
    assert (job.status, job.progress, job.attempt) == (JobStatus.RUNNING, 0, 2)
    assert (job.error_code, job.error_sentence, job.finished_at) == (None, None, None)


def test_a_video_is_taken_up_by_the_run_of_its_job(conn: Connection) -> None:
    fresh, broken = uploaded(conn), failed(conn, processing(conn))
    start(conn, fresh, run_id="run-2")
    start(conn, broken, stage=Stage.RENDITIONS, run_id="run-3")

    assert queries.statuses(conn, [fresh])[fresh].status is VideoStatus.VALIDATING
    assert queries.video(conn, fresh).run_id == "run-2"
    assert queries.statuses(conn, [broken])[broken].status is VideoStatus.PROCESSING
    assert queries.video(conn, broken).run_id == "run-3"


def test_a_served_video_is_served_while_a_job_works_on_it(conn: Connection) -> None:
    video_id = completed(conn)
    start(conn, video_id, stage=Stage.RENDITIONS, run_id="run-2")

    assert queries.video(conn, video_id).status is VideoStatus.COMPLETED


def test_nothing_is_derived_from_what_was_not_accepted(conn: Connection) -> None:
    video_id = uploaded(conn)

    with pytest.raises(RequestRefused, match="is uploaded"):
        start(conn, video_id, stage=Stage.RENDITIONS)

    assert queries.jobs_of(conn, video_id) == []


def test_an_unknown_video_has_no_jobs(conn: Connection) -> None:
    with pytest.raises(VideoNotFound):
        start(conn, uuid4())


def test_what_another_run_left_running_is_interrupted(conn: Connection) -> None:
    video_id, other = validating(conn), validating(conn)
    left, spared = start(conn, video_id, run_id="run-1"), start(conn, other, run_id="run-1")
    start(conn, video_id, run_id="run-2")

    found = {job.id: job for job in (*queries.jobs_of(conn, video_id), *queries.jobs_of(conn, other))}

    assert (found[left].status, found[left].error_code) == (JobStatus.FAILED, "interrupted")
    assert found[spared].status is JobStatus.RUNNING


def test_a_run_that_begins_while_another_is_buried_waits_for_its_turn(engine: Engine) -> None:
    with transaction(engine) as conn:
        video_id = uploaded(conn)
        start(conn, video_id, run_id="run-1")

    def begin_again() -> None:
        with transaction(engine) as conn:
            start(conn, video_id, run_id="run-2")

    with ThreadPoolExecutor(1) as threads:
        with transaction(engine) as conn:
            jobs.interrupt_jobs(conn, "run-1")
            beginning = threads.submit(begin_again)
            wait_until_somebody_waits_for(conn)
            failed(conn, video_id, run_id="run-1")
        beginning.result()

    with transaction(engine) as conn:
        assert queries.video(conn, video_id).run_id == "run-2"
        assert queries.video(conn, video_id).status is VideoStatus.VALIDATING


def test_a_heartbeat_carries_progress(engine: Engine) -> None:
    with transaction(engine) as conn:
        video_id = uploaded(conn)
        job_id = start(conn, video_id)
    with transaction(engine) as conn:
        assert jobs.beat(conn, job_id, progress=42)

        job = only_job(conn, video_id)
        assert (job.progress, job.heartbeat_at) == (42, queries.now(conn))
        assert job.heartbeat_at > job.started_at


def test_a_job_that_was_given_up_hears_so_from_its_heartbeat(conn: Connection) -> None:
    video_id = uploaded(conn)
    job_id = start(conn, video_id)
    jobs.interrupt_jobs(conn, "run-1")

    assert not jobs.beat(conn, job_id, progress=42)
    assert only_job(conn, video_id).progress == 0


def test_a_finished_job_is_complete(conn: Connection) -> None:
    video_id = uploaded(conn)
    jobs.finish_job(conn, start(conn, video_id), media_seconds=12.5)

    job = only_job(conn, video_id)

    assert (job.status, job.progress, job.media_seconds) == (JobStatus.COMPLETED, 100, 12.5)
    assert job.finished_at == queries.now(conn)


def test_who_was_given_up_holds_nothing_and_finishes_nothing(conn: Connection) -> None:
    video_id = uploaded(conn)
    job_id = start(conn, video_id)
    jobs.hold(conn, job_id)
    jobs.interrupt_jobs(conn, "run-1")

    with pytest.raises(GivenUp):
        jobs.hold(conn, job_id)
    jobs.finish_job(conn, job_id, media_seconds=1.0)
    assert not jobs.fail_job(conn, job_id, code="late", sentence="It woke up.")

    job = only_job(conn, video_id)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "interrupted")


def test_nobody_gives_up_a_job_that_is_held(engine: Engine) -> None:
    with transaction(engine) as conn:
        job_id = start(conn, uploaded(conn))

    def interrupt() -> None:
        with transaction(engine) as conn:
            jobs.interrupt_jobs(conn, "run-1")

    with ThreadPoolExecutor(1) as threads:
        with transaction(engine) as conn:
            jobs.hold(conn, job_id)
            interrupting = threads.submit(interrupt)
            wait_until_somebody_waits_for(conn)
            jobs.finish_job(conn, job_id, media_seconds=1.0)
        interrupting.result()

    with transaction(engine) as conn:
        (video,) = queries.recent_videos(conn, 1)
        assert only_job(conn, video.id).status is JobStatus.COMPLETED


def test_a_run_that_was_given_up_begins_no_other_job(conn: Connection) -> None:
    video_id = uploaded(conn)
    start(conn, video_id)
    endings.ask(conn, "run-1", video_id, Ending.SILENT)

    with pytest.raises(GivenUp), conn.begin_nested():
        start(conn, video_id)

    start(conn, video_id, run_id="run-2")


def test_progress_is_when_it_grows(engine: Engine) -> None:
    with transaction(engine) as conn:
        video_id = uploaded(conn)
        job_id = start(conn, video_id)
    with transaction(engine) as conn:
        jobs.beat(conn, job_id, progress=42)
        advanced_at = queries.now(conn)
    with transaction(engine) as conn:
        jobs.beat(conn, job_id, progress=42)

        job = only_job(conn, video_id)
        assert job.advanced_at == advanced_at < job.heartbeat_at


@pytest.mark.parametrize("sign", ["heartbeat_at", "advanced_at"])
def test_a_job_is_given_up_unless_it_showed_that_it_lives(conn: Connection, sign: str) -> None:
    video_id = uploaded(conn)
    job_id = start(conn, video_id)
    known = getattr(only_job(conn, video_id), sign)

    def give_up(**seen: datetime) -> bool:
        return jobs.give_up_job(conn, job_id, code="interrupted", sentence="Nothing was heard of it.", **seen)

    assert not give_up(**{sign: known - timedelta(seconds=1)})
    assert give_up(**{sign: known})
    assert not give_up()

    assert only_job(conn, video_id).error_sentence == "Nothing was heard of it."


def test_a_failed_job_keeps_the_reason_it_ended_with(conn: Connection) -> None:
    video_id = uploaded(conn)
    job_id = start(conn, video_id)
    jobs.fail_job(conn, job_id, code="media_refused", sentence="No picture.")
    jobs.fail_job(conn, job_id, code="interrupted", sentence="The run ended.")

    job = only_job(conn, video_id)

    assert (job.status, job.error_code, job.error_sentence) == (JobStatus.FAILED, "media_refused", "No picture.")
    assert job.finished_at == queries.now(conn)


def test_a_run_that_ended_leaves_no_job_running(conn: Connection) -> None:
    video_id = uploaded(conn)
    done = start(conn, video_id)
    jobs.finish_job(conn, done, media_seconds=1.0)
    start(conn, processing(conn), stage=Stage.RENDITIONS, run_id="run-1")
    jobs.interrupt_jobs(conn, "run-1")

    assert only_job(conn, video_id).status is JobStatus.COMPLETED
    (other,) = (video for video in queries.recent_videos(conn, 2) if video.id != video_id)
    assert only_job(conn, other.id).error_code == "interrupted"
