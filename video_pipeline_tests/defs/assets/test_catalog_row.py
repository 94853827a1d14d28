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


def test_nothing_can_be_required_before_it_is_measured(run, row):
    run("validated_file")

    with pytest.raises(RequestRefused, match="metadata"):
        required(row())
