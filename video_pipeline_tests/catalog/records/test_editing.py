from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from video_pipeline.catalog import queries
from video_pipeline.catalog.records import artifacts, facts, jobs, reprocess, uploads, videos
from video_pipeline.catalog.records.editing import amend, count_view, delete_video
from video_pipeline.errors import Conflict, Permanent, RequestRefused, VideoNotFound
from video_pipeline.types import Stage, VideoStatus
from video_pipeline_tests.catalog.crowd import category
from video_pipeline_tests.catalog.stories import (
    FACTS,
    RUN,
    accept,
    artifact,
    completed,
    processing,
    registered,
    validating,
)


def test_what_is_said_of_a_video_can_be_changed_and_taken_away(conn: Connection) -> None:
    video_id, kind = completed(conn), category(conn)
    recorded = datetime(2026, 5, 1, tzinfo=UTC)
    amend(conn, video_id, {"title": "Hafen", "category_id": kind, "recorded_at": recorded})
    amend(conn, video_id, {"description": "Nebel", "operator_notes": "Linse", "title": None})
    amend(conn, video_id, {})

    video = queries.video(conn, video_id)
    assert (video.title, video.description, video.operator_notes) == (None, "Nebel", "Linse")
    assert (video.category_id, video.recorded_at) == (kind, recorded)


def test_nothing_but_what_people_say_can_be_changed(conn: Connection) -> None:
    video_id = completed(conn)

    with pytest.raises(ValueError, match="status"):
        amend(conn, video_id, {"status": "deleted"})
    with pytest.raises(RequestRefused, match="No category"):
        amend(conn, video_id, {"category_id": uuid4()})


def test_deleting_twice_is_deleting_once(conn: Connection) -> None:
    video_id = completed(conn)
    delete_video(conn, video_id)
    deleted = queries.video(conn, video_id)
    delete_video(conn, video_id)
    amend(conn, video_id, {"title": "Zombie"})

    assert (deleted.status, deleted.deleted_at is not None) == (VideoStatus.DELETED, True)
    assert queries.video(conn, video_id) == deleted


def test_waiting_wishes_go_with_their_video(conn: Connection) -> None:
    kept, gone = processing(conn, content="kept"), processing(conn, content="gone")
    for video_id in (kept, gone):
        reprocess.request_reprocess(conn, video_id, outputs=None, requested_by="ada")
    delete_video(conn, gone)

    assert [wish.video_id for wish in queries.pending_reprocess(conn, 10)] == [kept]


def test_an_upload_is_aborted_and_not_deleted(conn: Connection) -> None:
    with pytest.raises(Conflict, match="Abort its upload"):
        delete_video(conn, registered(conn))
    with pytest.raises(VideoNotFound):
        delete_video(conn, uuid4())


def test_no_step_of_a_run_brings_a_deleted_video_back(conn: Connection) -> None:
    validated, described = validating(conn), processing(conn, content="b")
    for video_id in (validated, described):
        delete_video(conn, video_id)
    steps: list[Callable[[], object]] = [
        lambda: uploads.mark_uploaded(conn, validated, etag="another", size_bytes=1),
        lambda: uploads.mark_requested(conn, [validated]),
        lambda: videos.begin_validation(conn, validated, run_id=RUN),
        lambda: jobs.start_job(conn, video_id=described, stage=Stage.METADATA, run_id=RUN, worker="here"),
        lambda: accept(conn, validated, "a"),
        lambda: facts.record_metadata(conn, described, facts=FACTS, browser_ready=True),
        lambda: facts.record_duration(conn, described, 5.0),
        lambda: artifacts.replace_artifact(conn, artifact(described, original="b")),
        lambda: videos.complete(conn, described, run_id=RUN, required=[]),
        lambda: videos.mark_duplicate(conn, validated, of=described),
        lambda: videos.refuse(conn, described, code="damaged", sentence="It is."),
        lambda: videos.fail(conn, described, code="interrupted", sentence="It was.", retryable=True),
    ]
    for step in steps:
        with suppress(Permanent):
            step()

    standing = queries.statuses(conn, {validated, described})
    assert {video.status for video in standing.values()} == {VideoStatus.DELETED}
    assert queries.current_artifacts(conn, described) == {}


def test_a_view_is_counted_once_for_each_viewer(conn: Connection) -> None:
    video_id = completed(conn)

    assert [count_view(conn, video_id, viewer=viewer) for viewer in ("ada", "ada", "bob")] == [1, 1, 2]
    assert queries.video(conn, video_id).view_count == 2
