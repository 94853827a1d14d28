import pytest

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import videos
from video_pipeline.client import ApiProblem, Client
from video_pipeline.client.watching import watch
from video_pipeline.types import VideoStatus
from video_pipeline_tests.client.conftest import QUICK
from video_pipeline_tests.client.relay import Cut, Said, relaying


@pytest.fixture
def video_id(ada):
    return ada.upload(b"a video")


@pytest.fixture
def fail(engine, video_id):
    def ended():
        with transaction(engine) as connection:
            videos.fail(connection, video_id, code="too_long", sentence="It is too long.", retryable=False)

    return ended


def test_changes_are_told_as_they_come(client, video_id, fail):
    told = client.videos.watch(video_id)

    assert next(told).status is VideoStatus.UPLOADED
    fail()
    (last,) = told
    assert (last.status, last.error.code) == (VideoStatus.FAILED, "too_long")


@pytest.mark.parametrize("trouble", [Said(502), Cut, Said(200, b"<html>", {"Content-Type": "text/html"}), Said(204)])
def test_where_no_events_come_through_it_asks(ada, video_id, fail, trouble):
    """Behind a proxy that holds them back, for one."""

    def hold_events(asked):
        if not asked.path.endswith("/events"):
            return None
        if trouble is Cut:
            raise Cut
        return trouble

    with relaying(ada.api.address) as relay, Client(relay.address, token=ada.token, patience=QUICK) as client:
        relay.meddle = hold_events
        told = watch(client.connection, video_id, look_seconds=0.01)
        assert next(told).status is VideoStatus.UPLOADED
        fail()
        assert [standing.status for standing in told][-1] is VideoStatus.FAILED


def test_a_video_that_may_not_be_seen_is_told(client, video_id):
    client.videos.delete(video_id)

    with pytest.raises(ApiProblem, match="No video"):
        next(client.videos.watch(video_id))
