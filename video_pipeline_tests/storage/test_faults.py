from __future__ import annotations

import pytest

from video_pipeline.errors import ObjectChanged, ObjectMissing, StoreUnavailable
from video_pipeline.storage.client import client
from video_pipeline.storage.faults import translated
from video_pipeline.storage.objects import ObjectStore


def get(store: ObjectStore, **condition: str) -> None:
    with translated("a"):
        store.client.get_object(Bucket=store.bucket, Key="a", **condition)  # type: ignore[arg-type]


def test_no_object_is_missing(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing, match="no object 'a'"):
        get(store)


def test_another_object_is_changed(store: ObjectStore) -> None:
    store.client.put_object(Bucket=store.bucket, Key="a", Body=b"a")

    with pytest.raises(ObjectChanged, match="'a' is not the one"):
        get(store, IfMatch='"another"')


def test_a_bucket_that_is_not_there_is_no_missing_object(store: ObjectStore) -> None:
    with pytest.raises(StoreUnavailable, match="NoSuchBucket"):
        get(ObjectStore(store.client, "no-such-bucket"))


def test_a_refusal_tells_its_reason(
    store: ObjectStore, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "guessed")
    stranger = client(environment["S3_ENDPOINT_URL"], environment["S3_REGION"])

    with pytest.raises(StoreUnavailable, match="refused GetObject of 'a': SignatureDoesNotMatch"):
        get(ObjectStore(stranger, store.bucket))


def test_a_store_that_is_not_there_is_unavailable(absent: ObjectStore) -> None:
    with pytest.raises(StoreUnavailable, match="did not answer"):
        get(absent)


def test_what_is_not_the_stores_passes() -> None:
    with pytest.raises(ZeroDivisionError), translated("a"):
        _ = 1 / 0
