from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from video_pipeline import previews
from video_pipeline.config import settings
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import ArtifactKind
from video_pipeline_tests.desk import Desk

PICTURE = bytes(range(256)) * 8192  # two mebibytes: more than one piece
ABSENT = (
    b'{"type":"about:blank","title":"Not Found","status":404,"detail":"Not Found","code":"not_found",'
    b'"retryable":false,"faults":[]}'
)


@pytest.fixture
def desk(engine: Engine, store: ObjectStore, tmp_path: Path) -> Desk:
    sample = tmp_path / "sample.mp4"
    sample.touch()
    return Desk(engine, store, tmp_path, sample)


@pytest.fixture
def video_id(desk: Desk) -> UUID:
    return desk.receive()


def path_of(video_id: UUID, kind: ArtifactKind, signing_key: str | None = None) -> str:
    """Where the UI finds a preview."""
    known = settings().signing_key.get_secret_value() if signing_key is None else signing_key
    return previews.address("", known, video_id, kind)


@pytest.mark.parametrize("kind", sorted(previews.PREVIEWABLE))
def test_a_signed_address_gives_the_picture_as_what_it_is_and_nothing_else(api, desk, video_id, kind):
    desk.derive(video_id, kind, PICTURE)

    answer = api.get(path_of(video_id, kind))

    assert (answer.status, answer.body == PICTURE) == (200, True)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


def test_the_same_address_gives_the_picture_that_is_current(api, desk, video_id):
    desk.derive(video_id, ArtifactKind.POSTER, b"before")
    desk.derive(video_id, ArtifactKind.POSTER, b"after")

    assert api.get(path_of(video_id, ArtifactKind.POSTER)).body == b"after"


def test_a_signature_for_something_else_gives_nothing(api, desk, video_id):
    for kind in (ArtifactKind.POSTER, ArtifactKind.STORYBOARD, ArtifactKind.PROXY):
        desk.derive(video_id, kind, b"content")
    poster, proxy = path_of(video_id, ArtifactKind.POSTER), path_of(video_id, ArtifactKind.PROXY)
    forged = [
        poster.replace("/poster", "/storyboard"),
        poster.replace(str(video_id), str(uuid4())),
        path_of(video_id, ArtifactKind.POSTER, "another installation's"),
        poster[:-1],
        poster.partition("?")[0],
        poster.partition("=")[0] + "=",
        poster.partition("=")[0] + "=%C3%A9",
        proxy,  # signed by ourselves, and still no preview
    ]

    assert [(answer.status, answer.body) for answer in map(api.get, forged)] == [(404, ABSENT)] * len(forged)


def test_an_installation_without_a_key_shows_nothing(api, desk, video_id, monkeypatch: pytest.MonkeyPatch):
    desk.derive(video_id, ArtifactKind.POSTER, b"content")
    monkeypatch.delenv("SIGNING_KEY")
    settings.cache_clear()

    assert api.get(path_of(video_id, ArtifactKind.POSTER, "")).status == 404


def test_what_is_not_there_is_answered_like_what_may_not_be_seen(api, desk, video_id):
    poster = path_of(video_id, ArtifactKind.POSTER)
    never_made, unknown = api.get(poster), api.get(path_of(uuid4(), ArtifactKind.POSTER))
    desk.store.delete([desk.derive(video_id, ArtifactKind.POSTER, b"content")])
    lost = api.get(poster)

    answers = [(answer.status, answer.body) for answer in (never_made, unknown, lost)]
    assert answers == [(404, ABSENT)] * 3
