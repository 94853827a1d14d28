from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, text, update

from video_pipeline.catalog import auditing, queries
from video_pipeline.catalog.people import quota_usage
from video_pipeline.catalog.records import jobs, quota
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.catalog.tables import jobs as job_table
from video_pipeline.catalog.tables import uploads, videos
from video_pipeline.types import Stage

from . import crowd
from .stories import completed, failed, in_parts, processing, registered, uploaded, validating

NOTHING = timedelta(0)
MINUTE = timedelta(minutes=1)


def test_the_same_bytes_twice_in_a_scope_are_told_once(conn: Connection) -> None:
    first = completed(conn)
    conn.execute(text("DROP INDEX uq_videos_scope_checksum_sha256"))
    second = processing(conn)
    processing(conn, scope="elsewhere")

    assert auditing.same_bytes_twice(conn) in ([first], [second])
    conn.rollback()


def test_what_is_served_without_a_validation_is_told(conn: Connection) -> None:
    completed(conn, content="b")
    video_id = failed(conn, processing(conn))
    assert list(auditing.not_validated(conn)) == []

    conn.execute(update(videos).where(videos.c.id == video_id).values(validated_at=None))
    assert list(auditing.not_validated(conn)) == [(video_id, f"originals/{video_id}/original.mp4")]


def test_an_upload_is_stuck_when_nobody_was_heard_of_for_its_lifetime(conn: Connection) -> None:
    silent, alive = registered(conn), registered(conn)
    for video_id in (silent, alive):
        in_parts(conn, video_id, part_bytes=1, part_count=1, week_start=None)
    old = queries.now(conn) - timedelta(hours=7)
    conn.execute(update(uploads).where(uploads.c.video_id == silent).values(seen_at=old))

    assert auditing.stuck_uploads(conn, lifetime=timedelta(hours=6)) == [silent]


def test_unfinished_videos_tell_whether_a_job_of_theirs_beats(conn: Connection) -> None:
    waiting, beating = uploaded(conn), validating(conn)
    completed(conn)
    jobs.start_job(conn, video_id=beating, stage=Stage.VALIDATION, run_id="run-1", worker="here")

    found = {one.video_id: one.is_beating for one in auditing.unfinished(conn, heartbeat=MINUTE)}
    assert found == {waiting: False, beating: True}


@pytest.mark.parametrize("silence", [MINUTE / 2, MINUTE * 2])
def test_a_job_without_a_heartbeat_is_stuck(conn: Connection, silence: timedelta) -> None:
    video_id = validating(conn)
    job_id = jobs.start_job(conn, video_id=video_id, stage=Stage.VALIDATION, run_id="run-1", worker="here")
    conn.execute(update(job_table).values(heartbeat_at=queries.now(conn) - silence))

    assert auditing.stuck_jobs(conn, heartbeat=MINUTE) == ([(video_id, job_id)] if silence > MINUTE else [])


def test_so_is_one_whose_video_has_ended(conn: Connection) -> None:
    video_id = validating(conn)
    job_id = jobs.start_job(conn, video_id=video_id, stage=Stage.VALIDATION, run_id="run-1", worker="here")
    failed(conn, video_id)

    assert auditing.stuck_jobs(conn, heartbeat=MINUTE) == [(video_id, job_id)]


def test_a_request_is_stuck_when_it_has_waited_for_too_long(conn: Connection) -> None:
    video_id = completed(conn)
    request_id = request_reprocess(conn, video_id, outputs=None, requested_by="ada")

    assert auditing.stuck_requests(conn, patience=MINUTE) == []
    assert auditing.stuck_requests(conn, patience=-MINUTE) == [(video_id, request_id)]


def test_videos_that_ended_long_ago_or_never_were_are_told_apart(conn: Connection) -> None:
    alive, ended = completed(conn), failed(conn, validating(conn))
    gone = registered(conn)
    conn.execute(delete(videos).where(videos.c.id == gone))

    assert auditing.ended(conn, [alive, ended, gone], before=MINUTE) == {gone}
    assert auditing.ended(conn, [alive, ended, gone], before=-MINUTE) == {ended, gone}


def test_a_quota_counts_what_was_taken_from_it(conn: Connection) -> None:
    owner, week_start = crowd.user(conn, "ada"), queries.now(conn)
    video_id = registered(conn)
    conn.execute(update(videos).values(owner_id=owner, declared_bytes=70))
    in_parts(conn, video_id, part_bytes=100, part_count=1, week_start=week_start)
    quota.reserve(conn, owner, week_start=week_start, size_bytes=70, limit_bytes=100)
    assert auditing.quota_drift(conn) == []

    conn.execute(update(quota_usage).values(bytes=60))
    assert auditing.quota_drift(conn) == [auditing.Drift(owner, week_start, 60, 70)]
    conn.execute(delete(quota_usage))
    assert auditing.quota_drift(conn) == [auditing.Drift(owner, week_start, 0, 70)]


def test_weeks_that_are_over_are_nobodys_business(conn: Connection) -> None:
    owner, week_start = crowd.user(conn, "ada"), queries.now(conn) - timedelta(days=8)
    quota.reserve(conn, owner, week_start=week_start, size_bytes=70, limit_bytes=100)

    assert auditing.quota_drift(conn) == []
