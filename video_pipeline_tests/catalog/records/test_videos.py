from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, func, update

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import artifacts, facts, videos
from video_pipeline.catalog.tables import videos as table
from video_pipeline.errors import DuplicateVideo, RequestRefused, VideoNotFound
from video_pipeline.types import ArtifactKind, Finding, Severity, VideoStatus

from ..stories import (
    FACTS,
    RUN,
    accept,
    artifact,
    completed,
    described,
    failed,
    processing,
    registered,
    sha,
    uploaded,
    validating,
)

PROXY = [ArtifactKind.PROXY]


def deleted(conn: Connection) -> UUID:
    video_id = completed(conn)
    conn.execute(update(table).where(table.c.id == video_id).values(status="deleted", deleted_at=func.now()))
    return video_id


def status(conn: Connection, video_id: UUID) -> VideoStatus:
    return queries.video(conn, video_id).status


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (uploaded, VideoStatus.VALIDATING),
        (validating, VideoStatus.VALIDATING),
        (processing, VideoStatus.PROCESSING),
        (completed, VideoStatus.COMPLETED),
    ],
)
def test_validation_begins_and_an_accepted_video_keeps_its_status(
    conn: Connection, made: Callable[[Connection], UUID], expected: VideoStatus
) -> None:
    video = videos.begin_validation(conn, made(conn), run_id="run-2")

    assert (video.status, video.run_id) == (expected, "run-2")


def test_validation_of_a_failed_video_starts_afresh(conn: Connection) -> None:
    video = videos.begin_validation(conn, failed(conn, validating(conn)), run_id="run-2")

    assert video.status is VideoStatus.VALIDATING
    assert (video.error_code, video.error_sentence, video.error_retryable, video.failed_at) == (None,) * 4


@pytest.mark.parametrize("made", [registered, deleted])
@pytest.mark.parametrize("step", [videos.begin_validation, videos.resume])
def test_no_run_takes_up_a_video_that_is_not_there_to_be_worked_on(
    conn: Connection, made: Callable[[Connection], UUID], step: Callable[..., object]
) -> None:
    with pytest.raises(RequestRefused):
        step(conn, made(conn), run_id=RUN)


@pytest.mark.parametrize("step", [videos.begin_validation, videos.resume])
def test_no_run_takes_up_an_unknown_video(conn: Connection, step: Callable[..., object]) -> None:
    with pytest.raises(VideoNotFound):
        step(conn, uuid4(), run_id=RUN)


def test_a_video_that_failed_after_acceptance_is_processed_again(conn: Connection) -> None:
    video = videos.resume(conn, failed(conn, processing(conn)), run_id="run-2")

    assert (video.status, video.error_code, video.run_id) == (VideoStatus.PROCESSING, None, "run-2")


def test_a_video_that_was_never_accepted_is_not_processed(conn: Connection) -> None:
    with pytest.raises(RequestRefused, match="is failed"):
        videos.resume(conn, failed(conn, validating(conn)), run_id="run-2")


def test_accepting_makes_the_bytes_the_videos_own(conn: Connection) -> None:
    video_id = validating(conn)
    finding = Finding("renamed", "The file is a MOV under another name.", Severity.WARN)
    videos.accept(conn, video_id, sha256=sha("a"), size_bytes=5, original_key="originals/o.mov", warnings=[finding])

    video = queries.video(conn, video_id)

    assert video.status is VideoStatus.PROCESSING
    assert (video.checksum_sha256, video.size_bytes, video.original_key) == (sha("a"), 5, "originals/o.mov")
    assert (video.warnings, video.validated_at) == ((finding,), queries.now(conn))


def test_accepting_the_same_bytes_again_changes_nothing(conn: Connection) -> None:
    video_id = completed(conn, content="a")
    before = queries.video(conn, video_id)
    accept(conn, video_id, "a")

    assert queries.video(conn, video_id) == before


def test_accepted_bytes_are_never_exchanged(conn: Connection) -> None:
    video_id = processing(conn, content="a")

    with pytest.raises(RequestRefused, match="these bytes"):
        accept(conn, video_id, "b")


def test_a_video_that_nobody_validates_is_not_accepted(conn: Connection) -> None:
    with pytest.raises(RequestRefused, match="is uploaded"):
        accept(conn, uploaded(conn), "a")


def test_the_same_bytes_again_are_a_duplicate_and_the_transaction_goes_on(conn: Connection) -> None:
    first, second = processing(conn, content="a"), validating(conn)

    with pytest.raises(DuplicateVideo) as error:
        accept(conn, second, "a")
    videos.mark_duplicate(conn, second, of=error.value.original_id)

    video = queries.video(conn, second)
    assert (video.status, video.duplicate_of, video.error_code) == (VideoStatus.FAILED, first, "duplicate")
    assert str(first) in (video.error_sentence or "")
    assert video.error_retryable is False


def test_the_same_bytes_from_another_camera_are_another_video(conn: Connection) -> None:
    first = processing(conn, content="a", scope="camera:1")
    second = processing(conn, content="a", scope="camera:2")

    assert status(conn, first) is status(conn, second) is VideoStatus.PROCESSING


def test_an_accepted_video_cannot_become_a_duplicate(conn: Connection) -> None:
    first, second = processing(conn, content="a"), processing(conn, content="b")

    with pytest.raises(RequestRefused, match="duplicate"):
        videos.mark_duplicate(conn, second, of=first)


def test_a_video_is_completed_when_everything_is_there(conn: Connection) -> None:
    video_id = described(conn)
    artifacts.replace_artifact(conn, artifact(video_id))
    videos.complete(conn, video_id, run_id="run-2", required=PROXY)

    video = queries.video(conn, video_id)

    assert (video.status, video.run_id) == (VideoStatus.COMPLETED, "run-2")
    assert video.completed_at == queries.now(conn)


def test_completing_again_keeps_the_first_time(engine: Engine) -> None:
    with transaction(engine) as conn:
        video_id = completed(conn)
        first = queries.video(conn, video_id).completed_at
    with transaction(engine) as conn:
        videos.complete(conn, video_id, run_id="run-2", required=PROXY)

        assert queries.video(conn, video_id).completed_at == first


def test_a_video_is_not_completed_before_it_is_processed(conn: Connection) -> None:
    with pytest.raises(RequestRefused, match="is validating"):
        videos.complete(conn, validating(conn), run_id=RUN, required=[])


def test_an_unknown_video_is_not_completed(conn: Connection) -> None:
    with pytest.raises(VideoNotFound):
        videos.complete(conn, uuid4(), run_id=RUN, required=[])


def test_a_video_without_metadata_is_not_completed(conn: Connection) -> None:
    with pytest.raises(RequestRefused, match="lacks its metadata"):
        videos.complete(conn, processing(conn), run_id=RUN, required=[])


def test_a_video_of_unknown_duration_is_not_completed(conn: Connection) -> None:
    video_id = processing(conn)
    facts.record_metadata(conn, video_id, facts=replace(FACTS, duration_seconds=None), browser_ready=True)

    with pytest.raises(RequestRefused, match="a known duration"):
        videos.complete(conn, video_id, run_id=RUN, required=[])


def test_a_video_is_not_completed_without_a_required_artifact(conn: Connection) -> None:
    video_id = described(conn)
    artifacts.replace_artifact(conn, artifact(video_id))

    with pytest.raises(RequestRefused, match="lacks the audio, the poster"):
        videos.complete(conn, video_id, run_id=RUN, required=[ArtifactKind.POSTER, ArtifactKind.AUDIO, *PROXY])


def test_a_video_is_not_completed_with_an_artifact_of_other_bytes(conn: Connection) -> None:
    video_id = described(conn, content="a")
    artifacts.replace_artifact(conn, artifact(video_id, original="b"))

    with pytest.raises(RequestRefused, match="a proxy made from its present original"):
        videos.complete(conn, video_id, run_id=RUN, required=PROXY)


@pytest.mark.parametrize("made", [registered, uploaded, validating, processing])
def test_a_video_may_fail_at_any_point(conn: Connection, made: Callable[[Connection], UUID]) -> None:
    video_id = made(conn)
    videos.fail(conn, video_id, code="store_unavailable", sentence="It did not answer.", retryable=True)

    video = queries.video(conn, video_id)

    assert (video.status, video.error_code, video.error_retryable) == (VideoStatus.FAILED, "store_unavailable", True)
    assert (video.error_sentence, video.failed_at) == ("It did not answer.", queries.now(conn))


@pytest.mark.parametrize(("made", "expected"), [(completed, VideoStatus.COMPLETED), (deleted, VideoStatus.DELETED)])
def test_what_is_served_or_deleted_does_not_fail(
    conn: Connection, made: Callable[[Connection], UUID], expected: VideoStatus
) -> None:
    video_id = made(conn)
    videos.fail(conn, video_id, code="x", sentence="X.", retryable=True)

    assert (status(conn, video_id), queries.video(conn, video_id).error_code) == (expected, None)


def test_the_first_failure_of_an_attempt_is_kept(conn: Connection) -> None:
    video_id = failed(conn, validating(conn))
    videos.fail(conn, video_id, code="interrupted", sentence="The run ended.", retryable=False)

    assert queries.video(conn, video_id).error_code == "store_unavailable"


def test_late_news_of_a_dead_run_do_not_fail_its_successor(conn: Connection) -> None:
    video_id = validating(conn, run_id="run-2")

    assert status(conn, failed(conn, video_id, run_id="run-1")) is VideoStatus.VALIDATING
    assert status(conn, failed(conn, video_id, run_id="run-2")) is VideoStatus.FAILED


def test_a_run_that_died_before_it_began_work_fails_its_video(conn: Connection) -> None:
    assert status(conn, failed(conn, uploaded(conn), run_id="run-1")) is VideoStatus.FAILED


def test_a_refused_video_is_as_if_it_had_never_been_accepted(conn: Connection) -> None:
    video_id = described(conn)
    artifacts.replace_artifact(conn, artifact(video_id))

    videos.refuse(conn, video_id, code="undecodable", sentence="The file cannot be decoded.")

    video = queries.video(conn, video_id)
    assert (video.status, video.error_code, video.error_retryable) == (VideoStatus.FAILED, "undecodable", False)
    assert (video.original_key, video.validated_at, video.browser_ready) == (None, None, None)
    assert queries.known_keys(conn, video_id) == set()


def test_a_completed_video_is_not_refused(conn: Connection) -> None:
    video_id = completed(conn)

    videos.refuse(conn, video_id, code="undecodable", sentence="The file cannot be decoded.")

    assert status(conn, video_id) is VideoStatus.COMPLETED
    assert queries.known_keys(conn, video_id) != set()
