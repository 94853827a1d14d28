from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, update

from video_pipeline.catalog.records import jobs as records
from video_pipeline.catalog.records import videos
from video_pipeline.catalog.reporting import CompletedVideo, FinishedJob, Span, happenings
from video_pipeline.catalog.tables import artifacts, jobs
from video_pipeline.catalog.tables import videos as table
from video_pipeline.types import Stage
from video_pipeline_tests.catalog.stories import RUN, completed, failed, processing, uploaded, validating

NOON = datetime(2027, 3, 28, 12, tzinfo=UTC)
DAY = Span(datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 3, 28, 22, tzinfo=UTC))  # 23 hours in Berlin
SECOND = timedelta(seconds=1)


def put(conn: Connection, video_id: UUID, **moments: datetime) -> UUID:
    """Let a video's moments be others."""
    conn.execute(update(table).where(table.c.id == video_id).values(**moments))
    return video_id


def test_of_an_empty_day_there_are_zeros(conn: Connection) -> None:
    told = happenings(conn, DAY)
    assert (told.received_videos, told.received_bytes, told.derived_bytes) == (0, 0, 0)
    assert (told.completed, told.failures, told.jobs) == ([], {}, [])


def test_a_span_has_its_start_and_not_its_end(conn: Connection) -> None:
    for moment in (DAY.start - SECOND, DAY.start, DAY.end - SECOND, DAY.end):
        put(conn, uploaded(conn), uploaded_at=moment)
    told = happenings(conn, DAY)
    assert (told.received_videos, told.received_bytes) == (2, 2000)


def test_completed_videos_are_told_with_how_long_they_took(conn: Connection) -> None:
    put(conn, completed(conn), uploaded_at=NOON - 10 * SECOND, completed_at=NOON)
    put(conn, completed(conn, content="b"), completed_at=DAY.end)
    conn.execute(update(artifacts).values(created_at=NOON))

    told = happenings(conn, DAY)

    assert told.completed == [CompletedVideo(1000, 10.01, 10.0)]
    assert told.derived_bytes == 2 * len("proxy")


def test_failures_are_counted_by_code_while_they_last(conn: Connection) -> None:
    for _ in range(2):
        video_id = validating(conn)
        videos.refuse(conn, video_id, code="encrypted", sentence="It is encrypted.")
        put(conn, video_id, failed_at=NOON)
    put(conn, failed(conn, processing(conn)), failed_at=NOON)
    mended = put(conn, failed(conn, processing(conn, content="b")), failed_at=NOON)
    videos.resume(conn, mended, run_id=RUN)
    put(conn, failed(conn, processing(conn, content="c")), failed_at=DAY.start - SECOND)

    assert happenings(conn, DAY).failures == {"encrypted": 2, "store_unavailable": 1}


def test_stages_that_were_done_are_told_with_their_speed(conn: Connection) -> None:
    video_id = completed(conn)
    for stage, media_seconds in ((Stage.RENDITIONS, 2.0), (Stage.PUBLICATION, 0.0)):
        job = records.start_job(conn, video_id=video_id, stage=stage, run_id=RUN, worker="w")
        records.finish_job(conn, job, media_seconds=media_seconds)
    lost = records.start_job(conn, video_id=video_id, stage=Stage.METADATA, run_id=RUN, worker="w")
    records.fail_job(conn, lost, code="interrupted", sentence="It was interrupted.")
    conn.execute(update(jobs).values(started_at=NOON - 4 * SECOND, finished_at=NOON))

    told = {job.stage: job for job in happenings(conn, DAY).jobs}

    assert told.keys() == {Stage.RENDITIONS, Stage.PUBLICATION}
    assert told[Stage.PUBLICATION] == FinishedJob(Stage.PUBLICATION, 4.0, None)
    assert told[Stage.RENDITIONS].speed == pytest.approx(10.01 / 2)
