from __future__ import annotations

from collections.abc import Callable

import pytest

from video_pipeline.errors import ObjectChanged, ObjectMissing, StoreUnavailable
from video_pipeline.local import seaweedfs
from video_pipeline.storage.client import client
from video_pipeline.storage.faults import translated
from video_pipeline.storage.leftovers import unfinished
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.storage.breaking import breaking


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


BEGUN = b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
LISTED = b"<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>"
HEADERS = (
    b'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Type: application/xml\r\nLast-Modified: Sun, 22 Nov 2026 03:00:00 GMT\r\n'
)
ASKED: dict[str, tuple[bytes, Callable[[DirectUploads], object]]] = {
    "begin": (BEGUN, lambda uploads: uploads.begin("a")),
    "parts": (LISTED, lambda uploads: uploads.parts("a", "u")),
    "head": (b"", lambda uploads: uploads.store.head("a")),
    "list": (LISTED, lambda uploads: uploads.store.list("a")),
    "unfinished": (LISTED, lambda uploads: list(unfinished(uploads.store))),
}


def answered(environment: dict[str, str], verb: str, percent: int) -> object:
    """What comes of so much of an answer."""
    body, ask = ASKED[verb]
    answer = HEADERS + b"Content-Length: %d\r\n\r\n" % (len(body) or 5) + body
    with breaking(answer[: len(answer) * percent // 100]) as address:
        store = ObjectStore(seaweedfs.client(environment | {"S3_ENDPOINT_URL": address}), "videos")
        return ask(DirectUploads(store, store.client))


@pytest.mark.parametrize("verb", ASKED)
def test_a_whole_answer_is_one(environment: dict[str, str], verb: str) -> None:
    answered(environment, verb, 100)


@pytest.mark.filterwarnings("ignore:tzname")  # botocore's, of a date that ends within "GMT"
@pytest.mark.parametrize("percent", range(0, 94, 3))
@pytest.mark.parametrize("verb", ASKED)
def test_an_answer_that_was_cut_off_is_no_answer(environment: dict[str, str], verb: str, percent: int) -> None:
    with pytest.raises(StoreUnavailable):
        answered(environment, verb, percent)
