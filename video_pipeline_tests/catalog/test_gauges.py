from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, text, update

from video_pipeline.catalog.gauges import Waiting, gauges
from video_pipeline.catalog.records import heartbeats, reprocess
from video_pipeline.catalog.records.jobs import finish_job, start_job
from video_pipeline.catalog.tables import jobs, videos
from video_pipeline.types import Stage, VideoStatus

from .stories import RUN, completed, registered, uploaded


def work(conn: Connection, video_id, *, seconds: float, media_seconds: float | None, ago: timedelta = timedelta()):
    """A stage that took so long."""
    job = start_job(conn, video_id=video_id, stage=Stage.VALIDATION, run_id=RUN, worker="w")
    finish_job(conn, job, media_seconds=0.0)
    ended = func.now() - ago
    moments = {"finished_at": ended, "started_at": ended - timedelta(seconds=seconds), "media_seconds": media_seconds}
    conn.execute(update(jobs).where(jobs.c.id == job).values(**moments))


def test_nothing_is_zero(conn: Connection) -> None:
    found = gauges(conn)

    assert found.videos == dict.fromkeys(VideoStatus, 0)
    assert found.pending == found.running == Waiting(0, 0.0)
    assert (found.reprocess_requests, found.heartbeat_seconds, found.stages) == (0, {}, {})


def test_what_waits_is_counted_and_how_long_the_first_has(conn: Connection) -> None:
    registered(conn)
    first, _ = uploaded(conn), uploaded(conn)
    earlier = func.now() - timedelta(seconds=90)
    conn.execute(update(videos).where(videos.c.id == first).values(uploaded_at=earlier))
    reprocess.request_reprocess(conn, completed(conn), outputs=None, requested_by="ada")

    found = gauges(conn)

    assert found.pending.number == 2
    assert 90 <= found.pending.oldest_seconds < 900
    assert found.videos[VideoStatus.UPLOADED] == 2
    assert found.reprocess_requests == 1


def test_what_is_at_work_is_as_alive_as_its_quietest_job(conn: Connection) -> None:
    started = [
        start_job(conn, video_id=uploaded(conn), stage=Stage.VALIDATION, run_id=f"run-{number}", worker="w")
        for number in range(2)
    ]
    quiet = func.now() - timedelta(seconds=40)
    conn.execute(update(jobs).where(jobs.c.id == started[0]).values(heartbeat_at=quiet))
    heartbeats.beat(conn, "daemon")

    found = gauges(conn)

    assert found.running.number == 2
    assert 40 <= found.running.oldest_seconds < 900
    assert 0 <= found.heartbeat_seconds["daemon"] < 900


def test_speed_is_media_by_work_within_the_last_hour(conn: Connection) -> None:
    work(conn, uploaded(conn), seconds=10, media_seconds=30)
    work(conn, uploaded(conn), seconds=30, media_seconds=50)
    work(conn, uploaded(conn), seconds=20, media_seconds=None)
    work(conn, uploaded(conn), seconds=1, media_seconds=1000, ago=timedelta(hours=2))

    found = gauges(conn).stages

    assert found.keys() == {Stage.VALIDATION}
    assert astuple(found[Stage.VALIDATION]) == pytest.approx((3, 60, 2))


def test_it_reads_along_indexes_however_many_jobs_there_were(conn: Connection) -> None:
    conn.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(
        conn.scalars(
            text(
                "EXPLAIN SELECT stage, count(*) FROM jobs WHERE status = 'completed' AND stage IN ('validation', "
                "'metadata') AND finished_at > now() - interval '1 hour' GROUP BY stage"
            )
        )
    )

    assert "ix_jobs_completed" in plan
