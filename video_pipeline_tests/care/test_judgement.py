from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, update

from video_pipeline.care.disagreements import Ages, Code, Cutoffs, Disagreement
from video_pipeline.care.judgement import judge
from video_pipeline.catalog import inventory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import editing, jobs
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.catalog.tables import uploads, videos
from video_pipeline.storage import keys
from video_pipeline.types import Container, Stage, StoredObject
from video_pipeline_tests.catalog import stories
from video_pipeline_tests.catalog.stories import in_parts

TOMORROW = datetime.now(UTC) + timedelta(days=2)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def conn(engine):
    with transaction(engine) as connection:
        yield connection


def lies(key: str, size_bytes: int = 1000) -> StoredObject:
    return StoredObject(key, "etag", size_bytes, LONG_AGO)


def judged(
    conn: Connection, video_id: UUID, objects: Sequence[StoredObject] = (), *, now: datetime = TOMORROW
) -> list[Disagreement]:
    holding = inventory.holding(conn, video_id)
    return list(judge(video_id, holding, objects, Cutoffs.at(now, Ages())))


def codes(found: Sequence[Disagreement]) -> set[Code]:
    return {one.code for one in found}


def test_while_a_run_may_be_at_work_nothing_is_judged(conn: Connection) -> None:
    video_id = stories.completed(conn)
    assert codes(judged(conn, video_id)) >= {Code.ORIGINAL_MISSING, Code.ARTIFACT_MISSING, Code.ARTIFACT_LACKING}

    jobs.start_job(conn, video_id=video_id, stage=Stage.RENDITIONS, run_id="run-2", worker="somewhere")
    assert judged(conn, video_id) == []


def test_what_was_asked_for_again_is_not_missed_meanwhile(conn: Connection) -> None:
    video_id = stories.completed(conn)
    request_reprocess(conn, video_id, outputs=None, requested_by="ada")

    assert judged(conn, video_id) == []


def test_an_upload_that_failed_without_a_verdict_keeps_its_only_bytes(conn: Connection) -> None:
    video_id = stories.failed(conn, stories.validating(conn))
    upload = lies(keys.upload(video_id, "mp4"))

    assert judged(conn, video_id, [upload]) == []
    assert codes(judged(conn, video_id, [upload, lies(keys.rejected(video_id))])) >= {Code.STRAY_UPLOAD}


def test_an_upload_that_failed_before_it_was_acknowledged_leaves_nothing(conn: Connection) -> None:
    video_id = stories.failed(conn, stories.registered(conn))

    assert codes(judged(conn, video_id, [lies(keys.upload(video_id, "mp4"))])) == {Code.STRAY_UPLOAD}


def test_an_upload_under_another_extension_is_not_the_one_that_is_waited_for(conn: Connection) -> None:
    video_id = stories.uploaded(conn)
    right, wrong = lies(keys.upload(video_id, "mp4")), lies(keys.upload(video_id, "bin"))

    assert [one.key for one in judged(conn, video_id, [right, wrong])] == [wrong.key]


@pytest.mark.parametrize("story", [stories.registered, stories.uploaded])
def test_an_original_that_is_all_there_is_was_validated_after_the_catalog_was_saved(
    conn: Connection, story: Callable[[Connection], UUID]
) -> None:
    video_id = story(conn)
    original, upload = lies(keys.original(video_id, Container.MP4)), lies(keys.upload(video_id, "mp4"))

    assert Code.ORPHAN_ORIGINAL in codes(judged(conn, video_id, [original]))
    assert codes(judged(conn, video_id, [original, upload])) == {Code.STRAY_ORIGINAL}
    stories.failed(conn, video_id)
    assert codes(judged(conn, video_id, [original])) == {Code.ORPHAN_ORIGINAL}


def test_a_refused_file_is_kept_for_as_long_as_was_promised(conn: Connection) -> None:
    video_id = stories.failed(conn, stories.validating(conn))
    yesterday = StoredObject(keys.rejected(video_id), "etag", 1, TOMORROW - timedelta(days=2))

    assert judged(conn, video_id, [yesterday]) == []
    assert codes(judged(conn, video_id, [lies(keys.rejected(video_id))])) == {Code.OLD_REJECT}


def test_of_a_deleted_video_nothing_is_astray_and_it_is_purged_when_its_day_is_over(conn: Connection) -> None:
    video_id = stories.completed(conn)
    editing.delete_video(conn, video_id)
    objects = [lies(keys.original(video_id, Container.MP4)), lies(keys.upload(video_id, "mp4"))]

    assert judged(conn, video_id, objects, now=datetime.now(UTC)) == []
    assert codes(judged(conn, video_id, objects)) == {Code.DELETED_VIDEO}


def test_a_deleted_video_whose_bytes_count_in_this_weeks_quota_stays_as_a_bare_row(conn: Connection) -> None:
    video_id = stories.uploaded(conn)
    in_parts(conn, video_id, part_bytes=1, part_count=1, week_start=datetime.now(UTC))
    editing.delete_video(conn, video_id)

    assert judged(conn, video_id) == []
    assert codes(judged(conn, video_id, [lies(keys.upload(video_id, "mp4"))])) == {Code.DELETED_VIDEO}
    conn.execute(update(uploads).values(week_start=LONG_AGO))
    assert codes(judged(conn, video_id)) == {Code.DELETED_VIDEO}


def test_a_deleted_video_waits_until_its_run_has_ended(conn: Connection) -> None:
    video_id = stories.completed(conn)
    job_id = jobs.start_job(conn, video_id=video_id, stage=Stage.RENDITIONS, run_id="run-2", worker="somewhere")
    conn.execute(update(videos).values(status="deleted", deleted_at=LONG_AGO))
    assert judged(conn, video_id) == []

    jobs.fail_job(conn, job_id, code="interrupted", sentence="It ended.")
    assert codes(judged(conn, video_id)) == {Code.DELETED_VIDEO}


def test_a_video_that_waits_for_its_upload_to_be_made_a_run_is_missed_only_if_its_object_is(conn: Connection) -> None:
    video_id = stories.uploaded(conn)

    assert judged(conn, video_id, [lies(keys.upload(video_id, "mp4"))]) == []
    assert codes(judged(conn, video_id)) == {Code.UPLOAD_MISSING}
