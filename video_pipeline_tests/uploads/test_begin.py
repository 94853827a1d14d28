from dataclasses import replace

import pytest

from video_pipeline.catalog.records import multipart
from video_pipeline.catalog.uploading import UploadRow
from video_pipeline.errors import Conflict, StoreUnavailable
from video_pipeline.storage.client import client
from video_pipeline.storage.leftovers import unfinished
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.storage.objects import MIB, ObjectStore
from video_pipeline.uploads import transfer
from video_pipeline.uploads.begin import FIRST_URLS, Begun, announced, begin, opened
from video_pipeline.uploads.limits import standing
from video_pipeline.uploads.plans import exact


@pytest.fixture
def absent(environment):
    """A store whose port nobody listens at."""
    s3 = client("http://127.0.0.1:9", "us-east-1")
    return DirectUploads(ObjectStore(s3, environment["S3_BUCKET"]), s3)


def test_nothing_is_left_of_an_upload_that_the_store_did_not_begin(engine, absent, caller, file, limits):
    with pytest.raises(StoreUnavailable):
        begin(engine, absent, caller, replace(file, size_bytes=11 * MIB), defaults=limits)

    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM videos").scalar_one() == 0
        assert standing(connection, caller.user_id, limits).used == 0


def test_nothing_is_left_of_an_upload_whose_beginning_was_not_heard_of(
    engine, direct, store, caller, file, limits, monkeypatch
):
    real, begun = DirectUploads.begin, []

    def cut_off(self, key):
        begun.append((key, real(self, key)))
        raise StoreUnavailable

    monkeypatch.setattr(DirectUploads, "begin", cut_off)

    with pytest.raises(StoreUnavailable):
        begin(engine, direct, caller, replace(file, size_bytes=11 * MIB), defaults=limits)

    [(key, _)] = begun
    assert list(unfinished(store, key)) == []


def test_the_first_hundred_addresses_come_at_once(engine, direct, caller, file, limits):
    wide = replace(limits, max_file_bytes=10**12, weekly_bytes=10**12)

    begun = begin(engine, direct, caller, replace(file, size_bytes=101 * 5 * MIB), defaults=wide)

    assert isinstance(begun, Begun)
    assert begun.upload.part_count == FIRST_URLS + 1
    assert list(begun.signed.urls) == list(range(1, FIRST_URLS + 1))


def test_an_upload_that_is_given_up_while_it_begins_is_not_under_way(
    engine, direct, store, caller, file, limits, monkeypatch
):
    registered = announced(engine, caller, replace(file, size_bytes=11 * MIB), defaults=limits, planning=exact)
    assert isinstance(registered, UploadRow)
    started = multipart.started

    def late(connection, video_id, multipart_id):
        transfer.abort(engine, direct, caller, video_id)
        return started(connection, video_id, multipart_id)

    monkeypatch.setattr(multipart, "started", late)

    with pytest.raises(Conflict):
        opened(engine, direct, registered)

    assert list(unfinished(store, registered.key)) == []
