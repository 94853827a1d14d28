from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, update

from video_pipeline.care.deeds import Deed
from video_pipeline.care.stray_runs import ActiveRun, settle_runs
from video_pipeline.catalog import queries, tables, watching
from video_pipeline.catalog.care import Ending, run_endings
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import endings, jobs
from video_pipeline.catalog.records.editing import delete_video
from video_pipeline.catalog.tables import videos
from video_pipeline.types import JobStatus, Stage, VideoStatus
from video_pipeline_tests.care.clocks import backdate
from video_pipeline_tests.catalog.stories import completed, failed, processing, uploaded

RUN = "run-1"


@dataclass
class Books:
    """What Dagster would say, and what it was told."""

    runs: list[ActiveRun] = field(default_factory=list)
    ended: list[tuple[str, bool]] = field(default_factory=list)

    def active(self) -> list[ActiveRun]:
        return self.runs

    def end(self, run_id: str, why: str, *, is_tried_again: bool) -> None:
        assert why
        self.ended.append((run_id, is_tried_again))


def at_work(video_id: UUID, *, seconds: float = 10.0, is_started: bool = True) -> ActiveRun:
    return ActiveRun(RUN, video_id, is_started=is_started, is_ending=False, seconds=seconds)


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def video(engine):
    """A video at some point of its journey, to which nothing has happened for some minutes."""

    def make(story=processing, *, quiet_minutes: int = 15) -> UUID:
        with transaction(engine) as conn:
            video_id: UUID = story(conn)
            age = timedelta(minutes=quiet_minutes)
            backdate(conn, videos, video_id, updated_at=age, uploaded_at=age)
        return video_id

    return make


@pytest.fixture
def wishes(engine):
    def read() -> list[UUID]:
        with transaction(engine) as conn:
            return [wish.video_id for wish in queries.pending_reprocess(conn, limit=10)]

    return read


def told(engine) -> list[str]:
    with engine.begin() as conn:
        types = conn.exec_driver_sql("SELECT type FROM events WHERE type LIKE 'watchdog%%' ORDER BY occurred_at")
        return list(types.scalars())


def row(engine, video_id):
    with transaction(engine) as conn:
        return queries.video(conn, video_id)


def deeds(engine, books) -> list[Deed]:
    return [done.deed for done in settle_runs(engine, books)]


@pytest.mark.parametrize(("reason", "is_tried_again"), [(Ending.SILENT, True), (Ending.UNWANTED, False)])
def test_a_run_that_is_to_end_is_ended(engine, books, video, reason, is_tried_again) -> None:
    video_id = video()
    with transaction(engine) as conn:
        endings.ask(conn, RUN, video_id, reason)
    books.runs = [at_work(video_id)]

    assert deeds(engine, books) == [Deed.RUN_ENDED]
    assert books.ended == [(RUN, is_tried_again)]

    books.runs = [replace(at_work(video_id), is_ending=True)]
    assert deeds(engine, books) == []


def test_a_run_that_dagster_does_not_know_is_closed_after_a_while(engine, books, video) -> None:
    video_id = video(quiet_minutes=0)
    with transaction(engine) as conn:
        jobs.start_job(conn, video_id=video_id, stage=Stage.RENDITIONS, run_id=RUN, worker="w")
        endings.ask(conn, RUN, video_id, Ending.SILENT)
    settle_runs(engine, books)
    with transaction(engine) as conn:
        assert len(watching.open_endings(conn)) == 1
        conn.exec_driver_sql("UPDATE run_endings SET asked_at = now() - interval '11 min'")

    settle_runs(engine, books)

    with transaction(engine) as conn:
        assert watching.open_endings(conn) == []
        assert [job.status for job in queries.jobs_of(conn, video_id)] == [JobStatus.FAILED]


def test_a_run_without_work_is_ended_and_tried_again(engine, books, video) -> None:
    """Its machine was lost between two stages: no job of it is running that could fall silent."""
    video_id = video()
    books.runs = [at_work(video_id, seconds=310)]

    assert deeds(engine, books) == [Deed.RUN_GIVEN_UP, Deed.RUN_ENDED]
    assert books.ended == [(RUN, True)]
    assert told(engine) == ["watchdog.run_ended"]


@pytest.mark.parametrize("run", [{"seconds": 290.0}, {"seconds": 9000.0, "is_started": False}])
def test_a_run_that_has_just_begun_or_waits_is_let_be(engine, books, video, run) -> None:
    books.runs = [at_work(video(), **run)]

    assert Deed.RUN_GIVEN_UP not in deeds(engine, books)
    assert books.ended == []


@pytest.mark.parametrize("minutes", [None, 2, 20])
def test_a_run_has_work_while_its_job_runs_and_for_a_while_after(engine, books, video, minutes) -> None:
    video_id = video()
    with transaction(engine) as conn:
        job_id = jobs.start_job(conn, video_id=video_id, stage=Stage.RENDITIONS, run_id=RUN, worker="w")
        if minutes is not None:
            jobs.finish_job(conn, job_id, media_seconds=1)
            backdate(conn, tables.jobs, job_id, finished_at=timedelta(minutes=minutes))
    books.runs = [at_work(video_id, seconds=9000)]

    settle_runs(engine, books)

    assert books.ended == ([(RUN, True)] if minutes == 20 else [])


def test_the_runs_of_a_deleted_video_are_cancelled_be_they_waiting(engine, books, video) -> None:
    video_id = video(completed)
    with transaction(engine) as conn:
        delete_video(conn, video_id)
    books.runs = [at_work(video_id, is_started=False)]

    settle_runs(engine, books)

    assert books.ended == [(RUN, False)]


def test_a_run_that_went_on_after_its_video_failed_is_cancelled(engine, books, video) -> None:
    video_id = video(lambda conn: failed(conn, processing(conn)))
    books.runs = [at_work(video_id, seconds=400)]

    settle_runs(engine, books)

    assert books.ended == [(RUN, False)]


@pytest.mark.parametrize("story", [uploaded, processing])
def test_a_video_without_a_run_is_asked_for_again(engine, books, video, wishes, story) -> None:
    video_id = video(story)

    assert deeds(engine, books) == [Deed.VIDEO_RETRIED]
    assert wishes() == [video_id]
    assert told(engine) == ["watchdog.video_retried"]
    assert deeds(engine, books) == []  # the wish waits for the sensor


def test_one_that_was_quiet_for_a_moment_only_is_not(engine, books, video, wishes) -> None:
    video(uploaded, quiet_minutes=9)
    video(lambda conn: processing(conn, content="b"), quiet_minutes=1)

    assert deeds(engine, books) == []
    assert wishes() == []


def test_a_new_one_whose_first_run_was_lost_is_not_waited_for_as_long(engine, books, video, wishes) -> None:
    video_id = video(uploaded, quiet_minutes=4)
    with engine.begin() as conn:
        endings.close(conn, RUN, video_id)
        conn.execute(update(run_endings).values(done_at=func.now() - timedelta(minutes=3)))

    assert deeds(engine, books) == [Deed.VIDEO_RETRIED]
    assert wishes() == [video_id]


def test_nor_one_whose_run_waits_in_the_queue(engine, books, video, wishes) -> None:
    books.runs = [at_work(video(), is_started=False, seconds=600)]

    assert deeds(engine, books) == []
    assert wishes() == []


def test_nor_new_ones_while_the_queue_is_long(engine, books, video, wishes, monkeypatch) -> None:
    monkeypatch.setattr("video_pipeline.care.stray_runs.LONG_QUEUE", 1)
    queued, new, asked_for = video(), video(uploaded), video(uploaded)
    with engine.begin() as conn:
        backdate(conn, videos, asked_for, requested_at=timedelta())
    books.runs = [at_work(queued, is_started=False)]

    settle_runs(engine, books)

    assert wishes() == [asked_for]
    assert row(engine, new).status is VideoStatus.UPLOADED


def test_a_video_that_no_run_helps_fails_after_the_last_try(engine, books, video) -> None:
    video_id = video()
    waits = []
    for minutes in (0, 4, 6, 29, 31):
        with engine.begin() as conn:  # the run that came of the last wish is lost, too
            conn.exec_driver_sql("UPDATE reprocess_requests SET run_id = 'lost'")
            backdate(conn, tables.reprocess_requests, requested_at=timedelta(minutes=minutes))
        waits.append(deeds(engine, books))

    retried = [Deed.VIDEO_RETRIED]
    assert waits == [retried, [], retried, [], retried]

    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE reprocess_requests SET run_id = 'lost'")
    assert deeds(engine, books) == [Deed.VIDEO_FAILED]
    failure = row(engine, video_id)
    assert (failure.status, failure.error_code, failure.error_retryable) == (VideoStatus.FAILED, "interrupted", True)
    assert deeds(engine, books) == []


def test_a_queue_that_does_not_move_is_told_of_once_an_hour(engine, books, video) -> None:
    books.runs = [at_work(video(), is_started=False, seconds=4000)]

    assert deeds(engine, books) == deeds(engine, books) == [Deed.RUNS_WAITING]
    assert told(engine) == ["watchdog.runs_waiting"]
    assert books.ended == []
