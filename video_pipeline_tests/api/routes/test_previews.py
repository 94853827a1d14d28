from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from video_pipeline import previews
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import artifacts, uploads
from video_pipeline.config import settings
from video_pipeline.storage import keys
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import ArtifactKind, NewArtifact, Output, Recipe

PICTURE = bytes(range(256)) * 4096  # one mebibyte: more than one piece
ABSENT = b'{"detail":"Not Found"}'


@pytest.fixture
def video_id(engine: Engine) -> UUID:
    """A video."""
    video_id = uuid4()
    with transaction(engine) as connection:
        uploads.register_upload(
            connection,
            video_id=video_id,
            inbox_key=keys.upload(video_id, "mp4"),
            filename="clip.mp4",
            extension="mp4",
            scope="somebody",
        )
    return video_id


@pytest.fixture
def add(engine: Engine, store: ObjectStore, video_id: UUID, tmp_path: Path):
    """Give the video an artifact."""

    def derive(kind: ArtifactKind, content: bytes, content_type: str = "image/jpeg") -> str:
        path = tmp_path / "artifact"
        path.write_bytes(content)
        digest = uuid4().hex * 2  # a name that no other content has
        key = keys.rendition(video_id, kind, digest, "jpg")
        store.store(path, key, content_type=content_type)
        new = NewArtifact(
            video_id=video_id,
            kind=kind,
            key=key,
            content_type=content_type,
            size_bytes=len(content),
            sha256=digest,
            input_sha256=digest,
            recipe=Recipe(Output.POSTER, "1", "d"),
            run_id="run-1",
        )
        with transaction(engine) as connection:
            artifacts.replace_artifact(connection, new)
        return key

    return derive


def path_of(video_id: UUID, kind: ArtifactKind, signing_key: str | None = None) -> str:
    """Where the UI finds a preview."""
    known = settings().signing_key.get_secret_value() if signing_key is None else signing_key
    return previews.address("", known, video_id, kind)


@pytest.mark.parametrize("kind", sorted(previews.PREVIEWABLE))
def test_a_signed_address_gives_the_picture_as_what_it_is_and_nothing_else(api, add, video_id, kind):
    add(kind, PICTURE)

    answer = api.get(path_of(video_id, kind))

    assert (answer.status, answer.body == PICTURE) == (200, True)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


def test_the_same_address_gives_the_picture_that_is_current(api, add, video_id):
    add(ArtifactKind.POSTER, b"before")
    add(ArtifactKind.POSTER, b"after")

    assert api.get(path_of(video_id, ArtifactKind.POSTER)).body == b"after"


def test_a_signature_for_something_else_gives_nothing(api, add, video_id):
    for kind in (ArtifactKind.POSTER, ArtifactKind.STORYBOARD, ArtifactKind.PROXY):
        add(kind, b"content")
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


def test_an_installation_without_a_key_shows_nothing(api, add, video_id, monkeypatch: pytest.MonkeyPatch):
    add(ArtifactKind.POSTER, b"content")
    monkeypatch.delenv("SIGNING_KEY")
    settings.cache_clear()

    assert api.get(path_of(video_id, ArtifactKind.POSTER, "")).status == 404


def test_what_is_not_there_is_answered_like_what_may_not_be_seen(api, add, store, video_id):
    poster = path_of(video_id, ArtifactKind.POSTER)
    never_made, unknown = api.get(poster), api.get(path_of(uuid4(), ArtifactKind.POSTER))
    store.delete([add(ArtifactKind.POSTER, b"content")])
    lost = api.get(poster)

    answers = [(answer.status, answer.body) for answer in (never_made, unknown, lost)]
    assert answers == [(404, ABSENT)] * 3
