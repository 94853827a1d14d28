import dagster as dg
from sqlalchemy import insert, update

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.tables import sites, videos
from video_pipeline.catalog.uploading import Configured, Narrowed
from video_pipeline.config import settings
from video_pipeline.defs.assets.validated_file import policy
from video_pipeline.media.checks import RULES, Policy
from video_pipeline.storage import keys
from video_pipeline.types import Container, VideoStatus


def test_a_good_file_moves_from_the_inbox_to_the_originals(run, row, store, clip):
    result = run("validated_file")

    assert result.success
    video = row()
    assert video.status is VideoStatus.PROCESSING
    assert video.original_key == keys.original(video.id, Container.MP4)
    assert [stored.key for stored in store.list("")] == [video.original_key]
    materialization = result.asset_materializations_for_node("validated_file")[-1]
    assert materialization.metadata["sha256"].value == video.checksum_sha256


def test_lineage_begins_with_what_was_uploaded(run, row, instance):
    run("validated_file")

    event = instance.get_latest_materialization_event(dg.AssetKey("uploaded_file"))
    arrival = event.asset_materialization
    assert arrival.partition == str(row().id)
    assert arrival.metadata["key"].value == row().inbox_key
    assert arrival.metadata["filename"].value == "clip.mp4"


def test_materialized_again_it_judges_the_original_and_changes_nothing(run, row, store):
    run("validated_file")
    before = row()

    assert run("validated_file").success

    after = row()
    assert (after.original_key, after.checksum_sha256, after.validated_at) == (
        before.original_key,
        before.checksum_sha256,
        before.validated_at,
    )
    assert [stored.key for stored in store.list("")] == [before.original_key]


def test_an_original_whose_bytes_changed_is_no_longer_good(run, row, store, tmp_path):
    run("validated_file")
    other = tmp_path / "other"
    other.write_bytes(b"something else")
    store.store(other, row().original_key, content_type="video/mp4")

    assert not run("validated_file").success

    assert (row().status, row().error_code) == (VideoStatus.FAILED, "checksum_mismatch")


def test_the_policy_is_the_installations(environment, monkeypatch):
    limits = {name: "7" for rule in RULES for name in rule.settings}
    for name, value in {**limits, "ACCEPTED_CONTAINERS": "ts"}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()

    known = policy(settings(), Configured(), Narrowed())
    assert known == Policy(7, 7.0, 7, 7, 7, 7, frozenset({Container.MPEG_TS}))


def test_the_policy_is_what_an_admin_has_configured(environment):
    told = Configured(
        max_file_bytes=2**40, accepted_containers=["ts"], max_duration_seconds=9e6, max_side_pixels=99_999
    )
    known = policy(settings(), told, Narrowed())

    assert (known.max_bytes, known.containers) == (2**40, frozenset({Container.MPEG_TS}))
    assert (known.max_duration_seconds, known.max_side_pixels) == (9e6, 99_999)


def test_a_site_narrows_the_policy_and_never_widens_it(environment):
    site = Narrowed(accepted_extensions=[".M4V", "flv"], max_file_bytes=2**50, max_duration_seconds=600)
    known = policy(settings(), Configured(), site)

    assert (known.max_bytes, known.max_duration_seconds) == (settings().max_file_bytes, 600)
    assert known.containers == {Container.MP4}


def test_a_video_is_judged_by_its_sites_limits(run, row, engine):
    with transaction(engine) as connection:
        site = insert(sites).values(slug="short", name="Short", max_duration_seconds=0.5).returning(sites.c.id)
        connection.execute(update(videos).values(site_id=connection.scalar(site)))

    assert not run("validated_file").success

    assert row().error_code == "too_long"


def test_what_the_policy_refuses_ends_under_the_rejected_prefix(run, row, store, monkeypatch):
    monkeypatch.setenv("MAX_DURATION_SECONDS", "0.5")
    settings.cache_clear()

    result = run()

    assert not result.success
    assert (row().status, row().error_code, row().error_retryable) == (VideoStatus.FAILED, "too_long", False)
    assert [stored.key for stored in store.list("")] == [keys.rejected(row().id)]


def test_a_rejected_file_is_judged_again_when_the_limits_have_changed(run, row, store, monkeypatch):
    monkeypatch.setenv("MAX_DURATION_SECONDS", "0.5")
    settings.cache_clear()
    run()
    monkeypatch.setenv("MAX_DURATION_SECONDS", "5")
    settings.cache_clear()

    assert run().success

    assert row().status is VideoStatus.COMPLETED
    assert store.head(keys.rejected(row().id)) is None
