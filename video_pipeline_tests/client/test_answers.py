from uuid import uuid4

import pytest

from video_pipeline.client.answers import Camera, Completed, Link, read
from video_pipeline.client.problems import ApiProblem
from video_pipeline.types import VideoStatus


def test_an_answer_has_types_and_what_is_new_in_it_is_passed_over():
    video_id = uuid4()

    found = read(Completed, {"video_id": str(video_id), "status": "uploaded", "more": 1})

    assert found == Completed(video_id, VideoStatus.UPLOADED)


@pytest.mark.parametrize("told", [{"url": "/media"}, None, "text"])
def test_an_answer_of_another_version_is_told(told: object):
    with pytest.raises(ApiProblem, match=r"none that this version knows \(Link"):
        read(Link, told)


def test_answers_of_one_kind_are_equal_where_they_say_the_same():
    told = {"id": str(uuid4()), "site_id": str(uuid4()), "slug": "gate", "name": "Gate"}

    assert read(Camera, told) == read(Camera, dict(told))
