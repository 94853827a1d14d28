from __future__ import annotations

from datetime import timedelta

import pytest

from video_pipeline.care.deeds import Deed
from video_pipeline.care.stuck_uploads import clear_uploads
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import multipart
from video_pipeline.catalog.tables import uploads, videos
from video_pipeline.errors import StoreUnavailable
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.types import VideoStatus
from video_pipeline_tests.care.clocks import backdate
from video_pipeline_tests.catalog.stories import in_parts, registered


@pytest.fixture
def direct(store) -> DirectUploads:
    return DirectUploads(store, store.client)


@pytest.fixture
def sending(desk, direct):
    """An upload in parts, of which nothing was heard for so long."""

    def begin(hours: int):
        with transaction(desk.engine) as conn:
            video_id = registered(conn)
            in_parts(conn, video_id, part_bytes=5 * 1024**2, part_count=2, week_start=None)
            name = direct.begin(f"incoming/{video_id}.mp4")
            multipart.started(conn, video_id, name)
        with desk.engine.begin() as conn:
            backdate(conn, uploads, video_id, seen_at=timedelta(hours=hours))
            backdate(conn, videos, video_id, created_at=timedelta(days=1))
        return video_id, name

    return begin


def events_of(engine):
    with engine.begin() as conn:
        return conn.exec_driver_sql("SELECT type, subject FROM events").fetchall()


def test_what_nobody_sends_any_more_is_given_up_at_the_store_and_in_the_catalog(desk, direct, sending) -> None:
    old, name = sending(7)
    alive, other = sending(5)

    (done,) = clear_uploads(desk.engine, direct)

    assert (done.deed, done.subject) == (Deed.UPLOAD_EXPIRED, str(old))
    row = desk.row(old)
    assert (row.status, row.error_code, row.error_retryable) == (VideoStatus.FAILED, "upload_expired", False)
    assert direct.parts(f"incoming/{old}.mp4", name) is None
    assert desk.row(alive).status is VideoStatus.UPLOADING
    assert direct.parts(f"incoming/{alive}.mp4", other) == []
    assert [tuple(event) for event in events_of(desk.engine)] == [("upload.expired", str(old))]
    assert clear_uploads(desk.engine, direct) == []


def test_a_file_that_a_command_stopped_sending_is_given_up_as_well(desk, direct) -> None:
    with transaction(desk.engine) as conn:
        video_id = registered(conn)
        conn.exec_driver_sql("UPDATE videos SET created_at = now() - interval '7 hours'")

    (done,) = clear_uploads(desk.engine, direct)

    assert done.deed is Deed.UPLOAD_EXPIRED
    assert desk.row(video_id).error_code == "upload_expired"


def test_what_has_arrived_is_completed_instead(desk, direct, sending) -> None:
    video_id, _ = sending(7)
    desk.put(desk.fresh(), f"incoming/{video_id}.mp4")

    (done,) = clear_uploads(desk.engine, direct)

    assert done.deed is Deed.UPLOAD_HEALED
    assert desk.row(video_id).status is VideoStatus.UPLOADED
    assert desk.keys() == {f"incoming/{video_id}.mp4"}


def test_a_store_that_is_away_puts_it_off(desk, direct, sending, monkeypatch) -> None:
    video_id, _ = sending(7)

    def away(*_: object) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(type(direct.store), "head", away)
        assert clear_uploads(desk.engine, direct) == []
    assert desk.row(video_id).status is VideoStatus.UPLOADING

    assert [done.deed for done in clear_uploads(desk.engine, direct)] == [Deed.UPLOAD_EXPIRED]


def test_one_that_comes_to_life_at_that_moment_lives(desk, direct, sending, monkeypatch) -> None:
    video_id, name = sending(7)
    head = type(direct.store).head

    def look_while_somebody_goes_on(self, key):
        with transaction(desk.engine) as conn:
            multipart.touch(conn, video_id)
        return head(self, key)

    monkeypatch.setattr(type(direct.store), "head", look_while_somebody_goes_on)

    assert clear_uploads(desk.engine, direct) == []
    assert desk.row(video_id).status is VideoStatus.UPLOADING
    assert direct.parts(f"incoming/{video_id}.mp4", name) == []
