from uuid import uuid4

from video_pipeline import previews
from video_pipeline.types import ArtifactKind


def test_an_address_carries_a_signature_that_holds():
    video_id = uuid4()
    address = previews.address("http://127.0.0.1:8000/", "secret", video_id, ArtifactKind.POSTER)

    base, _, signature = address.partition("?signature=")

    assert base == f"http://127.0.0.1:8000/previews/{video_id}/poster"
    assert previews.is_valid("secret", video_id, ArtifactKind.POSTER, signature)


def test_a_signature_is_good_for_one_picture_of_one_video_and_one_installation():
    video_id = uuid4()
    signature = previews.signature("secret", video_id, ArtifactKind.POSTER)

    assert not previews.is_valid("secret", uuid4(), ArtifactKind.POSTER, signature)
    assert not previews.is_valid("secret", video_id, ArtifactKind.STORYBOARD, signature)
    assert not previews.is_valid("another", video_id, ArtifactKind.POSTER, signature)


def test_without_a_key_nothing_is_valid():
    video_id = uuid4()

    assert not previews.is_valid(
        "", video_id, ArtifactKind.POSTER, previews.signature("", video_id, ArtifactKind.POSTER)
    )
