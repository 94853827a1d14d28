"""`video-pipeline seed` on a running stack: every status is what it says."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from video_pipeline.catalog import belongings, directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.cli import planting
from video_pipeline.cli.app import app
from video_pipeline.cli.follow import look
from video_pipeline.types import ArtifactKind, VideoStatus

GOOD, BAD, DELETED = planting.SENT[0], planting.SENT[-2], planting.DELETED


@pytest.fixture
def planted(session, monkeypatch):
    """A sample of each kind, as it stands once the command has ended, by title."""
    monkeypatch.setattr(planting, "SENT", (GOOD, BAD, DELETED))
    monkeypatch.setattr("video_pipeline.cli.seed.open_session", lambda _: session)  # which closes its connections
    told = CliRunner().invoke(app, ["seed", "--force"])  # other tests' videos are there
    assert told.exit_code == 0, told.output
    with transaction(session.engine) as connection:
        owner = directory.find_address(connection, planting.OWNER.email)
        assert owner is not None
        titled = belongings.titled(connection, owner.id)
    yield {title: look(session.engine, video_id) for title, video_id in titled.items()}
    leftover = [one.key for one in session.store.list("") if str(titled[DELETED.title]) in one.key]
    session.store.delete(leftover)  # what the sweep does in time


def test_samples_are_completed_refused_deleted_and_begun(planted):
    assert {title: snapshot.video.status for title, snapshot in planted.items()} == {
        GOOD.title: VideoStatus.COMPLETED,
        BAD.title: VideoStatus.FAILED,
        DELETED.title: VideoStatus.DELETED,
        planting.BEGUN.title: VideoStatus.UPLOADING,
    }
    assert planted[BAD.title].video.error_code == "not_a_video"
    assert {ArtifactKind.PROXY, ArtifactKind.POSTER} <= planted[GOOD.title].artifacts.keys()
