from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, func, update

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import artifacts, jobs, reprocess, uploads, videos
from video_pipeline.catalog.rows import Standing
from video_pipeline.catalog.tables import videos as table
from video_pipeline.errors import VideoNotFound
from video_pipeline.types import ArtifactKind, Output, Stage, VideoStatus

from .stories import FACTS, RUN, artifact, completed, described, failed, processing, registered, sha, uploaded


def test_a_video_is_everything_known_of_it(conn: Connection) -> None:
    video = queries.video(conn, described(conn))

    assert (video.status, video.source, video.filename) == (VideoStatus.PROCESSING, "upload", "harbour.mp4")
    assert (video.width, video.height, video.video_codec, video.audio_codec) == (1920, 1080, "h264", "aac")
    assert video.frame_rate == pytest.approx(29.97, abs=0.001)
    assert video.facts == FACTS


def test_an_unknown_video_is_not_found(conn: Connection) -> None:
    missing = uuid4()

    with pytest.raises(VideoNotFound, match=str(missing)):
        queries.video(conn, missing)


def test_recent_videos_are_the_newest_first_without_deleted_ones(conn: Connection) -> None:
    ids = [registered(conn) for _ in range(4)]
    for age, video_id in enumerate(ids):
        created_at = func.now() - timedelta(hours=age)
        conn.execute(update(table).where(table.c.id == video_id).values(created_at=created_at))
    conn.execute(update(table).where(table.c.id == ids[1]).values(status="deleted", deleted_at=func.now()))

    assert [video.id for video in queries.recent_videos(conn, 2)] == [ids[0], ids[2]]


def test_statuses_tell_who_was_asked_for(conn: Connection) -> None:
    quiet, asked = uploaded(conn), uploaded(conn)
    uploads.mark_requested(conn, [asked])

    assert queries.statuses(conn, {quiet, asked, uuid4()}) == {
        quiet: Standing(VideoStatus.UPLOADED, None, None),
        asked: Standing(VideoStatus.UPLOADED, queries.now(conn), None),
    }


def test_counts_have_every_status(conn: Connection) -> None:
    uploaded(conn)
    uploaded(conn)
    failed(conn, uploaded(conn))

    counts = queries.counts_by_status(conn)

    assert list(counts) == list(VideoStatus)
    assert {status: number for status, number in counts.items() if number} == {
        VideoStatus.UPLOADED: 2,
        VideoStatus.FAILED: 1,
    }


def test_a_duplicate_is_found_within_its_scope(conn: Connection) -> None:
    video_id = processing(conn, content="a", scope="camera:1")

    assert queries.find_duplicate(conn, "camera:1", sha("a")) == video_id
    assert queries.find_duplicate(conn, "camera:1", sha("b")) is None
    assert queries.find_duplicate(conn, "camera:2", sha("a")) is None


def test_a_failed_video_is_nobodys_original(conn: Connection) -> None:
    failed(conn, processing(conn, content="a"))

    assert queries.find_duplicate(conn, "installation", sha("a")) is None


def test_artifacts_are_current_or_merely_known(conn: Connection) -> None:
    video_id = completed(conn)
    old, new = artifact(video_id), artifact(video_id, content="better")
    poster = artifact(video_id, kind=ArtifactKind.POSTER, content="poster")
    for made in (new, poster):
        artifacts.replace_artifact(conn, made)

    current = queries.current_artifacts(conn, video_id)

    assert {kind: row.key for kind, row in current.items()} == {
        ArtifactKind.PROXY: new.key,
        ArtifactKind.POSTER: poster.key,
    }
    assert queries.known_keys(conn, video_id) == {old.key, new.key, poster.key}
    assert current[ArtifactKind.PROXY].facts == {"frames": 100}


def test_jobs_come_in_the_order_they_started(engine: Engine) -> None:
    with transaction(engine) as conn:
        video_id = uploaded(conn)
        jobs.start_job(conn, video_id=video_id, stage=Stage.VALIDATION, run_id=RUN, worker="w")
    with transaction(engine) as conn:
        videos.accept(conn, video_id, sha256=sha("a"), size_bytes=1, original_key="o")
        jobs.start_job(conn, video_id=video_id, stage=Stage.METADATA, run_id=RUN, worker="w")

    with transaction(engine) as conn:
        assert [job.stage for job in queries.jobs_of(conn, video_id)] == [Stage.VALIDATION, Stage.METADATA]
        assert queries.jobs_of(conn, uuid4()) == []


def test_wishes_wait_oldest_first_until_their_run_is_known(conn: Connection) -> None:
    video_id = completed(conn)
    first, second, third = (
        reprocess.request_reprocess(conn, video_id, outputs=outputs, requested_by="ada")
        for outputs in ([Output.PROXY], None, [Output.WEB, Output.AUDIO])
    )
    reprocess.confirm_dispatch(conn, first, "run-2")

    waiting = queries.pending_reprocess(conn, 10)

    assert [(wish.id, wish.outputs) for wish in waiting] == [(second, None), (third, (Output.AUDIO, Output.WEB))]
    assert [wish.id for wish in queries.pending_reprocess(conn, 1)] == [second]
