import pytest

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import videos
from video_pipeline.cli.sight import follow
from video_pipeline.client import ApiProblem, Client
from video_pipeline.types import VideoStatus


@pytest.fixture
def client(grace):
    with Client(grace.api.address, token=grace.token) as client:
        yield client


@pytest.fixture
def fail(engine):
    def ended(video_id):
        with transaction(engine) as connection:
            videos.fail(connection, video_id, code="too_long", sentence="It is too long.", retryable=False)

    return ended


def test_videos_are_followed_together_until_all_are_done(grace, client, fail):
    ids = [grace.upload(body) for body in (b"one", b"two")]
    looks = follow(client, ids)

    first = next(looks)
    assert [(sight.video.id, sight.video.status) for sight in first] == [(one, VideoStatus.UPLOADED) for one in ids]
    for video_id in ids:
        fail(video_id)
    *_, last = looks
    assert [sight.video.error_code for sight in last] == ["too_long"] * 2
    assert [(sight.stage, sight.percent, sight.artifacts) for sight in last] == [(None, 0, {})] * 2


def test_a_video_that_is_deleted_meanwhile_cannot_be_followed_to_its_end(grace, client):
    video_id = grace.upload(b"one")
    looks = follow(client, [video_id])
    next(looks)
    client.videos.delete(video_id)

    with pytest.raises(ApiProblem, match="No video"):
        list(looks)
