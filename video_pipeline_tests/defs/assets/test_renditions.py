import pytest
from sqlalchemy import insert, update

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.tables import sites, videos
from video_pipeline.errors import MediaRefused
from video_pipeline.media import profiles, verify
from video_pipeline.storage import keys
from video_pipeline.types import ArtifactKind, Finding, Output, Stage, VideoStatus


@pytest.fixture
def measured(run):
    assert run("validated_file", "metadata").success


def test_every_output_is_an_artifact_that_says_what_made_it(measured, run, row, artifacts, store):
    result = run(*Output)

    assert result.success
    made = artifacts()
    assert made.keys() == set(ArtifactKind) - {ArtifactKind.WEB}  # browsers play the original
    for kind, artifact in made.items():
        output = next(output for output in Output if kind in output.kinds)
        assert artifact.recipe_digest == profiles.recipe(output).digest
        assert artifact.input_sha256 == row().checksum_sha256
        assert store.head(artifact.key).size_bytes == artifact.size_bytes
        assert artifact.sha256 in artifact.key


def test_checks_are_evaluated_for_what_was_made(measured, run):
    result = run(*Output)

    evaluations = {(one.asset_key.path[-1], one.check_name): one.passed for one in result.get_asset_check_evaluations()}
    made = set(Output) - {Output.WEB}
    assert evaluations == {(output, name): True for output in made for name in verify.CHECKS[output]}


def test_one_output_alone_makes_only_that_one(measured, run, artifacts):
    assert run(Output.POSTER.value).success

    assert artifacts().keys() == {ArtifactKind.POSTER}


def test_what_fails_its_check_is_not_published(measured, run, artifacts, jobs, row, store, monkeypatch):
    def lose_the_end(made, facts, *, bounds):
        outcomes = verified(made, facts, bounds=bounds)
        return tuple(type(one)(one.output, one.name, False, "It ends early.", one.measured) for one in outcomes)

    verified = verify.verify
    monkeypatch.setattr(verify, "verify", lose_the_end)

    result = run(Output.PROXY.value)

    assert not result.success
    assert artifacts() == {}
    assert store.list(keys.renditions_of(row().id)) == ()
    assert jobs()[Stage.RENDITIONS].error_code == "rendition_faulty"
    assert any(not one.passed for one in result.get_asset_check_evaluations())


def test_an_output_made_again_from_other_parameters_takes_the_others_place(measured, run, artifacts, monkeypatch):
    run(Output.POSTER.value)
    before = artifacts()[ArtifactKind.POSTER]
    version = {**profiles.CODE_VERSIONS, Output.POSTER: "next"}
    monkeypatch.setattr(profiles, "CODE_VERSIONS", version)

    run(Output.POSTER.value)

    after = artifacts()[ArtifactKind.POSTER]
    assert after.recipe_digest != before.recipe_digest
    assert after.run_id != before.run_id


def test_the_ui_gets_a_picture_and_numbers(measured, run, row):
    result = run(Output.POSTER.value, Output.PROXY.value)

    shown = {one.asset_key.path[-1]: one.metadata for one in result.asset_materializations_for_node("renditions")}
    assert f"/previews/{row().id}/poster?signature=" in shown["poster"]["preview"].value
    assert shown["proxy"]["speed"].value > 0
    assert shown["proxy"]["size_bytes"].value > 0


def test_a_file_that_does_not_decode_after_all_is_refused(measured, run, row, store, monkeypatch):
    def refuse(*_, **__):
        raise MediaRefused(Finding("undecodable", "Nothing of it can be decoded."))

    monkeypatch.setattr("video_pipeline.defs.assets.renditions.make", refuse)

    assert not run(Output.PROXY.value).success

    assert (row().status, row().error_code) == (VideoStatus.FAILED, "undecodable")
    assert [stored.key for stored in store.list("")] == [keys.rejected(row().id)]


def test_a_completed_video_stays_so_when_an_output_made_anew_is_refused(run, row, artifacts, jobs, store, monkeypatch):
    def refuse(*_, **__):
        raise MediaRefused(Finding("damaged", "Too much of it cannot be read."))

    assert run().success
    before = artifacts()
    monkeypatch.setattr("video_pipeline.defs.assets.renditions.make", refuse)

    assert not run(Output.POSTER.value).success

    assert row().status is VideoStatus.COMPLETED
    assert artifacts() == before
    assert store.head(row().original_key) is not None
    assert jobs()[Stage.RENDITIONS].error_code == "damaged"


@pytest.fixture
def narrow(engine, received):
    """Put the video under a site that accepts a quarter of a second."""

    def put():
        with transaction(engine) as connection:
            site = insert(sites).values(slug="brief", name="Brief", max_duration_seconds=0.25).returning(sites.c.id)
            step = update(videos).where(videos.c.id == received)
            connection.execute(step.values(site_id=connection.scalar(site)))

    return put


def test_what_lasts_longer_than_its_site_accepts_is_refused_when_it_is_decoded(measured, run, row, narrow):
    narrow()  # after the header was believed

    assert not run(Output.PROXY.value).success
    assert (row().status, row().error_code) == (VideoStatus.FAILED, "too_long")


def test_what_was_completed_once_is_made_again_whatever_its_site_accepts_by_now(run, narrow, row):
    assert run().success
    narrow()

    assert run(Output.PROXY.value).success
    assert row().status is VideoStatus.COMPLETED
