from __future__ import annotations

import pytest

from video_pipeline.errors import StoreUnavailable
from video_pipeline.storage.leftovers import discard, unfinished
from video_pipeline.storage.objects import ObjectStore


@pytest.fixture(autouse=True)
def _none_left(store: ObjectStore) -> None:
    for upload in list(unfinished(store)):
        discard(store, upload.key, upload.upload_id)


def begin(store: ObjectStore, key: str) -> str:
    begun = store.client.create_multipart_upload(Bucket=store.bucket, Key=key)
    store.client.upload_part(Bucket=store.bucket, Key=key, UploadId=begun["UploadId"], PartNumber=1, Body=b"part")
    return begun["UploadId"]


def test_uploads_that_nobody_finished_are_listed_with_the_stores_names_for_them(store: ObjectStore) -> None:
    begun = {(key, begin(store, key)) for key in ("incoming/a", "incoming/b", "incoming/b")}

    found = list(unfinished(store))

    assert {(one.key, one.upload_id) for one in found} == begun
    assert all(one.begun_at.tzinfo for one in found)


def test_those_under_a_prefix_are_told_apart(store: ObjectStore) -> None:
    upload_id = begin(store, "incoming/a")
    begin(store, "incoming/b")

    assert [one.upload_id for one in unfinished(store, "incoming/a")] == [upload_id]


def test_one_is_discarded_and_the_object_of_the_same_key_stays(store: ObjectStore) -> None:
    store.client.put_object(Bucket=store.bucket, Key="incoming/a", Body=b"whole")
    upload_id = begin(store, "incoming/a")

    discard(store, "incoming/a", upload_id)
    assert list(unfinished(store)) == []
    assert store.head("incoming/a") is not None


def test_discarding_again_is_the_same_as_once(store: ObjectStore) -> None:
    upload_id, other = begin(store, "incoming/a"), begin(store, "incoming/a")
    for _ in range(2):
        discard(store, "incoming/a", upload_id)

    assert [one.upload_id for one in unfinished(store)] == [other]


def test_a_store_that_is_not_there_is_our_error(absent: ObjectStore) -> None:
    with pytest.raises(StoreUnavailable):
        next(unfinished(absent))
