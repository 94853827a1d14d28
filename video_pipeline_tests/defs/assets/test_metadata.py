from dataclasses import replace

from video_pipeline.defs.assets.metadata import shown


def test_the_catalog_and_the_ui_get_the_facts(run, row):
    result = run("validated_file", "metadata")

    assert result.success
    video = row()
    assert (video.width, video.height, video.frame_rate) == (320, 240, 30)
    assert (video.container, video.video_codec, video.audio_codec) == ("mp4", "h264", "aac")
    assert video.browser_ready
    (materialization,) = result.asset_materializations_for_node("metadata")
    assert materialization.metadata["frame_rate"].value == 30.0
    assert "320 × 240" in materialization.metadata["picture"].value


def test_metadata_alone_fetches_the_original_again(run, row):
    run("validated_file")

    assert run("metadata").success
    assert row().facts is not None


def test_silence_shows_no_sound(run, row):
    run("validated_file", "metadata")

    assert "audio_codec" not in shown(replace(row().facts, audio=None))


def test_nothing_is_measured_before_it_is_validated(run, jobs):
    result = run("metadata")

    assert not result.success
    assert jobs() == {}
