from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from uuid import uuid4

import pytest

from video_pipeline import intake, whereabouts
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.queries import recent_videos
from video_pipeline.catalog.records import videos
from video_pipeline.catalog.records.facts import record_metadata
from video_pipeline.errors import DuplicateVideo, MediaRefused, ObjectChanged, StoreUnavailable
from video_pipeline.media.probe import probe
from video_pipeline.storage import keys
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import ArtifactKind, Container, VideoStatus
from video_pipeline_tests.desk import BOUNDS, POLICY, RUN, STRICT, Desk, look_once
from video_pipeline_tests.samples import Samples

REFUSAL = MediaRefused(whereabouts.VANISHED)


@pytest.fixture
def desk(engine, store, tmp_path, tmp_path_factory, monkeypatch) -> Desk:
    look_once(monkeypatch)
    return Desk(engine, store, tmp_path, Samples(tmp_path_factory.getbasetemp())["small"])


# Receiving and adopting


def test_a_file_that_is_handed_in_waits_in_the_inbox_under_a_key_of_ours(desk: Desk):
    path = desk.fresh("My Holiday; rm -rf.MP4")
    sent: list[int] = []

    received = intake.receive(desk.engine, desk.store, path, on_bytes=sent.append)
    video = desk.row(received.video_id)

    assert received.is_new
    assert (video.status, video.filename, video.extension) == (VideoStatus.UPLOADED, path.name, "mp4")
    assert video.size_bytes == video.declared_bytes == sum(sent) == path.stat().st_size
    assert desk.keys() == {f"incoming/{video.id}.mp4"}


@pytest.mark.parametrize(
    ("name", "extension"),
    [("clip", "bin"), ("clip.", "bin"), ("clip.m", "bin"), ("clip.mpé", "bin"), ("clip.tar.gz", "gz"), (".mp4", "bin")],
)
def test_an_extension_that_fits_no_key_of_ours_is_left_out(desk: Desk, name: str, extension: str):
    assert desk.row(desk.receive(desk.fresh(name))).extension == extension


def test_bytes_that_the_catalog_has_are_not_sent_again(desk: Desk):
    path = desk.fresh()
    video_id = desk.validate(desk.receive(path)).id
    before = desk.store.list("")

    assert intake.receive(desk.engine, desk.store, path) == intake.Received(video_id, is_new=False)
    assert desk.store.list("") == before


def test_another_scope_has_videos_of_its_own(desk: Desk):
    path = desk.fresh()
    ids = [intake.receive(desk.engine, desk.store, path, scope=scope).video_id for scope in ("mine", "yours")]

    assert [desk.validate(video_id).status for video_id in ids] == [VideoStatus.PROCESSING] * 2


def test_a_file_that_the_store_does_not_take_is_failed_and_may_be_handed_in_again(desk: Desk):
    path = desk.fresh()

    with pytest.raises(StoreUnavailable):
        intake.receive(desk.engine, ObjectStore(desk.store.client, "no-such-bucket"), path)
    with transaction(desk.engine) as connection:
        (failed,) = recent_videos(connection, limit=2)

    assert (failed.status, failed.error_code) == (VideoStatus.FAILED, "store_unavailable")
    assert desk.validate(desk.receive(path)).status is VideoStatus.PROCESSING


def test_a_dropped_file_gets_its_row_once(desk: Desk):
    path, name = desk.fresh(), "2026-01-01/12.00 [gate].MKV"
    video = desk.row(desk.drop(path, name))

    assert desk.drop(path, name) == video.id
    assert (video.source, video.filename, video.extension) == ("drop", "12.00 [gate].MKV", "mkv")
    assert video.scope == f"camera:{video.camera_id}"


def test_what_lies_elsewhere_is_not_adopted(desk: Desk):
    stored = desk.put(desk.fresh(), "incoming/stray.mp4")

    with transaction(desk.engine) as connection, pytest.raises(ValueError, match="not under"):
        intake.adopt(connection, uuid4(), stored)


# Judging and finding


def test_a_good_file_becomes_an_original_and_the_inbox_is_empty(desk: Desk):
    path = desk.fresh()
    video = desk.validate(desk.receive(path))

    assert video.status is VideoStatus.PROCESSING
    assert video.original_key == keys.original(video.id, Container.MP4)
    assert video.checksum_sha256 == intake.digest(path)
    assert desk.keys() == {video.original_key}


def test_a_name_that_says_another_format_is_recorded_and_taken(desk: Desk):
    video = desk.validate(desk.receive(desk.fresh("clip.mov")))

    assert [finding.code for finding in video.warnings] == ["renamed"]
    assert desk.keys() == {keys.original(video.id, Container.MP4)}


@pytest.mark.parametrize(("content", "code"), [(b"", "empty_file"), (b"no video\n" * 99, "not_a_video")])
def test_a_bad_file_is_kept_where_nothing_is_served_from(desk: Desk, content: bytes, code: str):
    path = desk.folder / "bad.mp4"
    path.write_bytes(content)

    video = desk.validate(desk.receive(path))

    assert (video.status, video.error_code, video.error_retryable) == (VideoStatus.FAILED, code, False)
    assert video.error_sentence
    assert desk.keys() == {keys.rejected(video.id)}


def test_a_file_that_is_too_large_is_refused_without_being_fetched(desk: Desk):
    row = desk.begin(desk.receive())
    nowhere = replace(desk, folder=desk.folder / "no such folder")  # fetching would fail

    with pytest.raises(MediaRefused) as refusal:
        nowhere.judge(row, replace(POLICY, max_bytes=100))

    assert refusal.value.reason.code == "too_large"


def test_bytes_other_than_declared_are_refused(desk: Desk):
    video_id = desk.receive()
    desk.put(desk.fresh(), keys.upload(video_id, "mp4"))

    video = desk.validate(video_id)

    assert (video.error_code, desk.keys()) == ("checksum_mismatch", {keys.rejected(video_id)})


def test_more_bytes_than_announced_are_refused_before_they_are_fetched(desk: Desk):
    video_id = desk.receive()
    path = desk.fresh()
    path.write_bytes(path.read_bytes() + b"more")
    desk.put(path, keys.upload(video_id, "mp4"))

    video = desk.validate(video_id)

    assert (video.error_code, desk.keys()) == ("size_mismatch", {keys.rejected(video_id)})


def test_an_original_whose_bytes_are_not_the_catalogs_is_not_taken_again(desk: Desk):
    video = desk.validate(desk.upload(desk.fresh()))
    desk.put(desk.fresh(), str(video.original_key))

    with pytest.raises(MediaRefused) as refusal:
        desk.judge(desk.begin(video.id))

    assert refusal.value.reason.code == "checksum_mismatch"


def test_a_refused_file_can_be_judged_anew_by_milder_rules(desk: Desk):
    refused = desk.validate(desk.receive(), STRICT)
    video = desk.validate(refused.id)

    assert refused.error_code == "too_long"
    assert (video.status, video.error_code) == (VideoStatus.PROCESSING, None)
    assert desk.keys() == {video.original_key}


# Files that change while they are judged


def test_an_upload_replaced_before_it_is_fetched_is_not_fetched(desk: Desk):
    row = desk.begin(desk.upload(desk.fresh()))
    stored, path = whereabouts.locate(desk.store, row), desk.folder / "fetched"
    desk.put(desk.fresh(), stored.key)

    with pytest.raises(ObjectChanged):
        intake.examine(desk.store, row, stored, path, policy=POLICY, bounds=BOUNDS)

    assert not path.exists()


def test_an_upload_replaced_while_it_is_judged_is_not_promoted_but_judged_itself(desk: Desk):
    row = desk.begin(desk.upload(desk.fresh()))
    verdict = desk.judge(row)
    later = desk.fresh()
    desk.put(later, str(row.inbox_key))

    with pytest.raises(ObjectChanged):
        desk.promote(row, *verdict)

    assert (desk.row(row.id).status, desk.keys()) == (VideoStatus.VALIDATING, {row.inbox_key})
    assert desk.validate(row.id).checksum_sha256 == intake.digest(later)


def test_a_drop_overwritten_while_another_is_judged_is_not_lost(desk: Desk):
    first = desk.begin(desk.drop(desk.fresh()))
    verdict = desk.judge(first)
    later = desk.fresh()
    second_id = desk.drop(later)

    with pytest.raises(ObjectChanged):
        desk.promote(first, *verdict)
    first, second = desk.validate(first.id), desk.validate(second_id)

    assert first.error_code == "upload_vanished"
    assert second.checksum_sha256 == intake.digest(later)
    assert desk.keys() == {second.original_key}


def test_a_drop_overwritten_after_it_was_copied_stays_in_the_inbox(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    row = desk.begin(desk.drop(desk.fresh()))
    stored, judged = desk.judge(row)
    later, accept = desk.fresh(), videos.accept

    def accept_late(*args, **kwargs):
        desk.put(later, stored.key)
        accept(*args, **kwargs)

    monkeypatch.setattr(videos, "accept", accept_late)
    original = desk.promote(row, stored, judged)

    assert desk.keys() == {original, stored.key}
    assert desk.store.fetch(stored.key, desk.folder / "left") == intake.digest(later)


# Duplicates


def test_of_two_with_the_same_bytes_that_are_promoted_at_once_one_is_the_video(desk: Desk):
    path = desk.fresh()
    rows = [desk.begin(desk.drop(path, name)) for name in ("a.mp4", "b.mp4")]
    verdicts = [desk.judge(row) for row in rows]
    together = Barrier(2)

    def promote(number: int):
        together.wait()
        try:
            desk.promote(rows[number], *verdicts[number])
        except DuplicateVideo as duplicate:
            return duplicate.original_id
        return rows[number].id

    with ThreadPoolExecutor(2) as threads:
        (winner,) = set(threads.map(promote, (0, 1)))

    (loser,) = (desk.row(row.id) for row in rows if row.id != winner)
    assert (loser.status, loser.error_code, loser.duplicate_of) == (VideoStatus.FAILED, "duplicate", winner)
    assert desk.keys() == {desk.row(winner).original_key}


# Refusing


def test_what_was_made_of_a_video_that_is_refused_later_goes_too(desk: Desk):
    video = desk.validate(desk.receive())
    desk.derive(video.id, ArtifactKind.POSTER)

    desk.refuse(video.id, REFUSAL)

    assert (desk.row(video.id).status, desk.row(video.id).original_key) == (VideoStatus.FAILED, None)
    assert desk.keys() == {keys.rejected(video.id)}


def test_a_completed_video_is_not_touched_by_a_refusal(desk: Desk):
    video = desk.validate(desk.receive())
    poster = desk.derive(video.id, ArtifactKind.POSTER)
    with transaction(desk.engine) as connection:
        record_metadata(connection, video.id, facts=probe(desk.sample, bounds=BOUNDS), browser_ready=True)
        videos.complete(connection, video.id, run_id=RUN, required=[ArtifactKind.POSTER])

    desk.refuse(video.id, REFUSAL)

    assert desk.row(video.id).status is VideoStatus.COMPLETED
    assert desk.keys() == {video.original_key, poster}
