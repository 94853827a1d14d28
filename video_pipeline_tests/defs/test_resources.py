import dagster as dg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from video_pipeline.config import settings
from video_pipeline.defs import resources
from video_pipeline.errors import ObjectChanged, RequestRefused
from video_pipeline.types import Sandbox


@pytest.fixture
def workspace():
    with resources.Workspace().yield_for_execution(dg.build_init_resource_context()) as given:
        yield given


def test_the_catalog_commits_at_the_end_or_not_at_all(engine):
    with resources.Catalog().transaction() as connection:
        connection.execute(text("INSERT INTO sites (slug, name) VALUES ('kept', 'kept')"))
    with pytest.raises(IntegrityError), resources.Catalog().transaction() as connection:
        connection.execute(text("INSERT INTO sites (slug, name) VALUES ('lost', 'lost'), ('kept', 'again')"))

    with resources.Catalog().transaction() as connection:
        assert connection.scalars(text("SELECT slug FROM sites")).all() == ["kept"]


def test_a_process_keeps_its_connections():
    assert resources.Catalog().engine is resources.Catalog().engine
    assert resources.Bucket().objects is resources.Bucket().objects


def test_an_original_is_fetched_once_in_a_run(run, row, store, workspace, monkeypatch):
    run("validated_file")
    path = workspace.original(store, row())
    monkeypatch.setattr(type(store), "fetch", None)

    assert workspace.original(store, row()) == path
    assert path.stat().st_size == row().size_bytes


def test_an_original_that_is_not_what_was_validated_is_not_used(run, row, store, workspace, tmp_path):
    run("validated_file")
    other = tmp_path / "other"
    other.write_bytes(b"other bytes")
    store.store(other, row().original_key, content_type="video/mp4")

    with pytest.raises(ObjectChanged):
        workspace.original(store, row())


def test_a_video_that_was_not_validated_has_no_original(row, store, workspace):
    with pytest.raises(RequestRefused, match="validated_file"):
        workspace.original(store, row())


def test_outputs_begin_empty_each_time(workspace):
    (workspace.outputs() / "half a proxy").touch()

    assert list(workspace.outputs().iterdir()) == []


def test_the_time_limit_follows_the_video(environment):
    known = settings()

    assert resources.bounds(known, None).wall_seconds == known.stage_seconds_floor
    assert resources.bounds(known, 1000).wall_seconds == 1000 * known.stage_seconds_per_second
    assert resources.bounds(known, 1e9).wall_seconds == known.stage_seconds_cap


def test_media_processes_are_confined_as_the_settings_say(environment):
    known = settings().model_copy(update={"media_sandbox": Sandbox.REQUIRED})

    assert resources.bounds(known, None).sandbox is Sandbox.REQUIRED
    assert resources.probe_bounds(known).sandbox is Sandbox.REQUIRED


def test_looking_at_a_file_has_a_time_limit_of_its_own(environment):
    known = settings()

    assert (
        resources.probe_bounds(known).wall_seconds == known.probe_seconds < resources.bounds(known, None).wall_seconds
    )
    assert resources.probe_bounds(known).memory_bytes == known.media_memory_bytes
