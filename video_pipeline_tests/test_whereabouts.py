from contextlib import suppress

import pytest

from video_pipeline import whereabouts
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import videos
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.errors import CatalogUnavailable, MediaRefused, StoreUnavailable
from video_pipeline.storage import keys
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import ArtifactKind, Finding, VideoStatus
from video_pipeline_tests.desk import RUN, STRICT, Desk, look_once
from video_pipeline_tests.samples import Samples

REFUSAL = MediaRefused(Finding("undecodable", "Nothing of it can be decoded."))


@pytest.fixture
def desk(engine, store, tmp_path, tmp_path_factory, monkeypatch) -> Desk:
    look_once(monkeypatch)
    return Desk(engine, store, tmp_path, Samples(tmp_path_factory.getbasetemp())["small"])


def away(*_: object, **__: object) -> None:
    raise StoreUnavailable


def test_a_removed_upload_has_vanished(desk: Desk):
    video_id = desk.receive()
    desk.store.delete([keys.upload(video_id, "mp4")])

    assert desk.validate(video_id).error_code == "upload_vanished"


def test_the_original_goes_before_what_is_uploaded_later(desk: Desk):
    video = desk.validate(desk.receive())
    desk.put(desk.fresh(), str(video.inbox_key))

    assert whereabouts.locate(desk.store, video).key == video.original_key


@pytest.mark.parametrize("verb", ["list", "delete_exactly", "delete"])
def test_a_refusal_that_broke_off_is_gone_on_with(desk: Desk, monkeypatch: pytest.MonkeyPatch, verb: str):
    video = desk.validate(desk.receive())
    desk.derive(video.id, ArtifactKind.POSTER)
    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, verb, away)
        with pytest.raises(StoreUnavailable):
            desk.refuse(video.id, REFUSAL)
    assert desk.keys() > {keys.rejected(video.id)}

    for _ in range(2):
        whereabouts.clear_refused(desk.engine, desk.store, video.id)
        assert desk.keys() == {keys.rejected(video.id)}


def test_of_a_duplicate_nothing_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    path = desk.fresh()
    first, second = desk.validate(desk.upload(path)), desk.upload(path)
    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "delete_exactly", away)
        with pytest.raises(StoreUnavailable):
            desk.validate(second)

    whereabouts.clear_refused(desk.engine, desk.store, second)

    assert desk.row(second).duplicate_of == first.id
    assert desk.keys() == {first.original_key}


def failed_for_now(desk: Desk) -> VideoRow:
    row = desk.begin(desk.receive())
    with transaction(desk.engine) as connection:
        videos.fail(connection, row.id, code="store_unavailable", sentence="It is away.", retryable=True)
    return desk.row(row.id)


def failed_after_it_was_accepted(desk: Desk) -> VideoRow:
    video = desk.validate(desk.receive())
    desk.derive(video.id, ArtifactKind.POSTER)
    with transaction(desk.engine) as connection:
        videos.fail(connection, video.id, code="interrupted", sentence="It was.", retryable=True)
    return desk.row(video.id)


def judged_anew(desk: Desk) -> VideoRow:
    return desk.begin(desk.validate(desk.receive(), STRICT).id)


@pytest.mark.parametrize("state", [failed_for_now, failed_after_it_was_accepted, judged_anew])
def test_nothing_of_another_video_is_touched(desk: Desk, state):
    video = state(desk)
    lying = desk.keys()

    whereabouts.clear_refused(desk.engine, desk.store, video.id)

    assert desk.keys() == lying


def test_nobody_takes_a_video_up_whose_bytes_are_being_removed(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Else the new original would have the name and the bytes of what is removed."""
    video = desk.validate(desk.receive())
    real, taken_up = ObjectStore.delete_exactly, []

    def take_up(self, stored):
        with suppress(CatalogUnavailable), transaction(desk.engine) as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            taken_up.append(videos.begin_validation(connection, video.id, run_id=RUN))
        return real(self, stored)

    with monkeypatch.context() as patch:
        patch.setattr(ObjectStore, "delete_exactly", take_up)
        desk.refuse(video.id, REFUSAL)

    assert taken_up == []
    assert desk.row(video.id).status is VideoStatus.FAILED
    assert desk.validate(video.id).status is VideoStatus.PROCESSING
