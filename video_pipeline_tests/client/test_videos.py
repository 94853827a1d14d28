from uuid import UUID

import pytest

from video_pipeline.client import ApiProblem
from video_pipeline.types import VideoStatus


@pytest.fixture
def ids(ada):
    """Three videos of Ada's, the oldest first."""
    return [ada.upload(f"video {number}".encode(), title=f"Number {number}") for number in range(3)]


def test_videos_are_listed_page_by_page_and_found(client, ids, monkeypatch):
    monkeypatch.setattr("video_pipeline.client.videos.PAGE", 2)

    assert [video.id for video in client.videos.list()] == ids[::-1]
    assert [video.id for video in client.videos.list(at_most=1)] == ids[:1:-1]
    assert [video.title for video in client.videos.list(q="number 1")] == ["Number 1"]
    assert list(client.videos.list(status=VideoStatus.FAILED)) == []
    assert client.videos.page(limit=1).total == 3


def test_a_video_is_read_changed_and_deleted(client, ids):
    video = client.videos.change(ids[0], title="At the gate", description=None)
    assert (video.title, client.videos.get(ids[0]).title) == ("At the gate", "At the gate")
    assert (video.status, video.error_code, video.error_sentence) == (VideoStatus.UPLOADED, None, None)
    assert client.videos.status(ids[0]).progress == 0
    assert client.videos.artifacts(ids[0]) == []

    client.videos.delete(ids[0])
    client.videos.delete(ids[0])

    with pytest.raises(ApiProblem) as refusal:
        client.videos.get(ids[0])
    assert (refusal.value.code, refusal.value.status) == ("video_not_found", 404)


def test_what_is_not_there_yet_has_no_link(client, ids):
    with pytest.raises(ApiProblem, match="There is no original"):
        client.videos.download_link(ids[0], "original")
    with pytest.raises(ApiProblem):
        client.videos.get(UUID(int=1))


def test_a_page_is_what_the_api_gives_at_most(client):
    with pytest.raises(ApiProblem, match="limit"):
        client.videos.page(limit=101)
