from datetime import timedelta
from uuid import uuid4

import pytest

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs, videos
from video_pipeline.cli import follow
from video_pipeline.errors import CatalogUnavailable, VideoNotFound
from video_pipeline.types import ArtifactKind, JobStatus, Stage, VideoStatus
from video_pipeline_tests.cli.snapshots import MOMENT, job, snapshot
from video_pipeline_tests.desk import Desk


def fail(desk: Desk, video_id) -> None:
    with transaction(desk.engine) as connection:
        videos.fail(connection, video_id, code="code", sentence="A sentence.", retryable=False)


def test_a_look_shows_the_video_its_latest_jobs_and_its_artifacts(desk: Desk):
    video_id = desk.receive()
    for run_id in ("first", "second"):
        with transaction(desk.engine) as connection:
            job_id = jobs.start_job(
                connection, video_id=video_id, stage=Stage.VALIDATION, run_id=run_id, worker="somewhere"
            )
    with transaction(desk.engine) as connection:
        jobs.finish_job(connection, job_id, media_seconds=1)
    desk.derive(video_id, ArtifactKind.POSTER)

    seen = follow.look(desk.engine, video_id)

    assert seen.video == desk.row(video_id)
    assert {stage: (one.run_id, one.status) for stage, one in seen.jobs.items()} == {
        Stage.VALIDATION: ("second", JobStatus.COMPLETED)
    }
    assert seen.artifacts.keys() == {ArtifactKind.POSTER}


def test_a_look_at_nothing_says_so(desk: Desk):
    with pytest.raises(VideoNotFound):
        follow.look(desk.engine, uuid4())


def test_the_stage_is_the_one_that_began_last():
    earlier, later = job(Stage.VALIDATION), job(Stage.METADATA, started_at=MOMENT + timedelta(seconds=1))

    assert snapshot().stage is None
    assert snapshot(jobs=[later, earlier]).stage is Stage.METADATA


@pytest.mark.parametrize(
    ("done", "percent"),
    [
        ([], 0),
        ([job(Stage.VALIDATION, progress=50)], 5),
        ([job(Stage.VALIDATION, progress=100), job(Stage.RENDITIONS, progress=50)], 53),
        ([job(stage, progress=100) for stage in Stage], 100),
    ],
    ids=["nothing", "half of a stage", "one stage and half of another", "everything"],
)
def test_the_stages_share_the_bar(done, percent):
    assert snapshot(jobs=done, run_id="run-1").percent == percent


def test_following_ends_when_every_video_has_come_to_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_LOOKS", 0)
    first, second = desk.receive(), desk.receive()
    looks = follow.follow(desk.engine, [first, second])

    fail(desk, first)
    half = next(looks)
    fail(desk, second)
    (end,) = looks

    assert [one.video.status for one in half] == [VideoStatus.FAILED, VideoStatus.UPLOADED]
    assert [one.video.id for one in end] == [first, second]


def test_a_catalog_that_does_not_answer_for_a_while_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(follow, "SECONDS_BETWEEN_LOOKS", 0)
    video_id = desk.receive()
    fail(desk, video_id)
    answers = iter([CatalogUnavailable(), CatalogUnavailable(), follow.look(desk.engine, video_id)])

    def look(engine, wanted):
        answer = next(answers)
        if isinstance(answer, CatalogUnavailable):
            raise answer
        return answer

    monkeypatch.setattr(follow, "look", look)
    ((seen,),) = follow.follow(desk.engine, [video_id])

    assert seen.video.status is VideoStatus.FAILED
