import pytest

from video_pipeline.defs.assets.catalog_row import required
from video_pipeline.errors import RequestRefused
from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, Output, Stage, VideoStatus


def test_the_whole_journey_ends_with_a_completed_row(run, row, jobs):
    assert run().success

    assert row().status is VideoStatus.COMPLETED
    assert jobs().keys() == set(Stage)


def test_a_row_is_not_completed_without_what_it_needs(run, row, jobs):
    run("validated_file", "metadata", *(set(Output) - {Output.STORYBOARD}))

    result = run("catalog_row")

    assert not result.success
    assert "storyboard" in jobs()[Stage.PUBLICATION].error_sentence
    assert row().status is VideoStatus.FAILED


def test_a_derived_object_that_no_row_knows_is_removed(run, row, store, tmp_path):
    run("validated_file", "metadata", *Output)
    stray = tmp_path / "stray"
    stray.write_bytes(b"of an attempt that died")
    key = keys.rendition(row().id, ArtifactKind.PROXY, "0" * 64, "mp4")
    store.store(stray, key, content_type="video/mp4")

    result = run("catalog_row")

    assert store.head(key) is None
    (materialization,) = result.asset_materializations_for_node("catalog_row")
    assert materialization.metadata["strays_removed"].value == 1


@pytest.mark.parametrize(("age", "stays"), [("1 minute", True), ("2 hours", False)])
def test_what_was_superseded_stays_while_somebody_may_read_it(run, row, store, engine, tmp_path, age, stays):
    run()
    old = tmp_path / "old"
    old.write_bytes(b"what the poster was before")
    key = keys.rendition(row().id, ArtifactKind.POSTER, "0" * 64, "jpg")
    store.store(old, key, content_type="image/jpeg")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO artifacts (video_id, kind, key, content_type, size_bytes, sha256, input_sha256, code_version, "
            "recipe_digest, run_id, superseded_at) SELECT video_id, kind, %s, content_type, 1, sha256, input_sha256, "
            "code_version, recipe_digest, run_id, now() - %s::interval FROM artifacts WHERE kind = 'poster'",
            (key, age),
        )

    assert run("catalog_row").success

    assert (store.head(key) is not None) is stays


def test_nothing_can_be_required_before_it_is_measured(run, row):
    run("validated_file")

    with pytest.raises(RequestRefused, match="metadata"):
        required(row())
