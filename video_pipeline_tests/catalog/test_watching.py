from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, update

from video_pipeline.catalog import tables, watching
from video_pipeline.catalog.care import run_endings
from video_pipeline.catalog.records import endings, jobs
from video_pipeline.catalog.records.events import emit
from video_pipeline.catalog.records.reprocess import confirm_dispatch, request_reprocess
from video_pipeline.types import Stage, VideoStatus
from video_pipeline_tests.care.clocks import backdate

from .stories import completed, described, processing, registered, uploaded

HOUR = timedelta(hours=1)


def start(conn: Connection, video_id: UUID, run_id: str = "run-1") -> UUID:
    return jobs.start_job(conn, video_id=video_id, stage=Stage.RENDITIONS, run_id=run_id, worker="host-1")


def test_uploads_that_nobody_goes_on_with(conn: Connection) -> None:
    old, _, arrived = registered(conn), registered(conn), uploaded(conn)
    for video_id in (old, arrived):
        backdate(conn, tables.videos, video_id, created_at=7 * HOUR)

    (stuck,) = watching.stuck_uploads(conn, limit=10)

    assert (stuck.video_id, stuck.key) == (old, f"incoming/{old}.mp4")


def test_jobs_that_have_not_ended_with_what_is_known_of_them(conn: Connection) -> None:
    video_id, other = described(conn), completed(conn, content="b")
    job_id = start(conn, video_id)
    jobs.finish_job(conn, start(conn, other), media_seconds=1)
    backdate(conn, tables.jobs, job_id, heartbeat_at=HOUR, advanced_at=2 * HOUR)

    (job,) = watching.running_jobs(conn)

    assert (job.id, job.video_id, job.run_id, job.worker) == (job_id, video_id, "run-1", "host-1")
    assert (job.silent_seconds, job.still_seconds, job.media_seconds) == (3600, 7200, 10.01)
    assert job.video_status is VideoStatus.PROCESSING


@pytest.mark.parametrize(("seconds", "pace"), [([], None), ([1.001], 0.1), ([1.001, 100.1, 2.002], 0.2)])
def test_the_usual_pace_is_the_median(conn: Connection, seconds: list[float], pace: float | None) -> None:
    for number, second in enumerate(seconds):
        job_id = start(conn, described(conn, content=str(number)), run_id=f"run-{number}")
        jobs.finish_job(conn, job_id, media_seconds=1)
        backdate(conn, tables.jobs, job_id, started_at=timedelta(seconds=second))

    assert watching.usual_pace(conn, Stage.RENDITIONS) == (pace and pytest.approx(pace))
    assert watching.usual_pace(conn, Stage.VALIDATION) is None


def test_of_jobs_long_ago_it_knows_nothing(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "RECENT_JOBS", 1)
    for number, age in enumerate((0, 10)):
        job_id = start(conn, described(conn, content=str(number)), run_id=f"run-{number}")
        jobs.finish_job(conn, job_id, media_seconds=1)
        began = timedelta(days=age, seconds=10.01 * (number + 1))
        backdate(conn, tables.jobs, job_id, started_at=began, finished_at=timedelta(days=age))

    assert watching.usual_pace(conn, Stage.RENDITIONS) == pytest.approx(1.0)


def test_videos_on_their_way_that_nothing_is_done_for(conn: Connection) -> None:
    new, lost, at_work, wished = uploaded(conn), processing(conn), described(conn, content="b"), uploaded(conn)
    completed(conn, content="c")
    registered(conn)
    start(conn, at_work)
    request_reprocess(conn, wished, outputs=None, requested_by="somebody")
    backdate(conn, tables.videos, new, uploaded_at=HOUR)
    backdate(conn, tables.videos, lost, updated_at=2 * HOUR)

    found = {one.video_id: one for one in watching.unattended(conn, limit=10)}

    assert found.keys() == {new, lost}
    assert (found[new].status, found[new].quiet_seconds) == (VideoStatus.UPLOADED, 3600)
    assert (found[lost].status, found[lost].quiet_seconds) == (VideoStatus.PROCESSING, 7200)
    assert [one.video_id for one in watching.unattended(conn, limit=10, requested_only=True)] == [lost]


def test_a_job_that_ended_is_a_sign_of_life_of_its_video(conn: Connection) -> None:
    video_id = processing(conn)
    job_id = start(conn, video_id)
    jobs.fail_job(conn, job_id, code="store_unavailable", sentence="It did not answer.")
    backdate(conn, tables.videos, video_id, updated_at=2 * HOUR)
    backdate(conn, tables.jobs, job_id, finished_at=HOUR)

    (found,) = watching.unattended(conn, limit=10)

    assert found.quiet_seconds == 3600


def test_a_new_video_whose_run_was_lost_is_quiet_since_then(conn: Connection) -> None:
    new, lost, begun_anew = (uploaded(conn, scope=scope) for scope in ("a", "b", "c"))
    for video_id, run_id in ((lost, "run-1"), (begun_anew, "run-2")):
        endings.close(conn, run_id, video_id)
    conn.execute(update(run_endings).values(done_at=func.now() - HOUR))
    for video_id in (new, lost):
        backdate(conn, tables.videos, video_id, uploaded_at=2 * HOUR)

    found = {one.video_id: (one.has_lost_run, one.quiet_seconds) for one in watching.unattended(conn, limit=10)}

    assert found == {new: (False, 7200), lost: (True, 3600), begun_anew: (False, 0)}


def test_how_often_the_watchdog_asked_within_a_day(conn: Connection) -> None:
    video_id = processing(conn)
    ages = {"somebody": HOUR, watching.WATCHDOG: 2 * HOUR, f"{watching.WATCHDOG}-before": 25 * HOUR}
    for who, age in ages.items():
        name = who.removesuffix("-before")
        wish = request_reprocess(conn, video_id, outputs=None, requested_by=name)
        confirm_dispatch(conn, wish, "run-1")
        backdate(conn, tables.reprocess_requests, wish, requested_at=age)

    (found,) = watching.unattended(conn, limit=10)

    assert (found.retries, found.retried_seconds) == (1, 7200)


def test_what_a_run_has_done(conn: Connection) -> None:
    ended, running = described(conn), described(conn, content="b")
    job_id = start(conn, ended)
    jobs.finish_job(conn, job_id, media_seconds=1)
    backdate(conn, tables.jobs, job_id, finished_at=HOUR)
    start(conn, running, run_id="run-2")

    work = watching.work_of(conn, [("run-1", ended), ("run-2", running), ("run-3", running)])

    assert work == {"run-1": watching.Work(False, 3600), "run-2": watching.Work(True, 0)}
    assert watching.work_of(conn, []) == {}


def test_what_was_told_lately(conn: Connection) -> None:
    assert not watching.was_told_lately(conn, "watchdog.runs_waiting", HOUR)
    emit(conn, "watchdog.runs_waiting", "queue", {})

    assert watching.was_told_lately(conn, "watchdog.runs_waiting", HOUR)
    assert not watching.was_told_lately(conn, "watchdog.run_ended", HOUR)
