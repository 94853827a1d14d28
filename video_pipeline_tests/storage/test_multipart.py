from __future__ import annotations

import hashlib
import os
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest

from video_pipeline.errors import ObjectMissing, RequestRefused, StoreUnavailable
from video_pipeline.storage import keys
from video_pipeline.storage.client import client
from video_pipeline.storage.leftovers import unfinished
from video_pipeline.storage.multipart import (
    PART_BYTES_MIN,
    PARTS_MAX,
    UPLOAD_BYTES_MAX,
    DirectUploads,
    Part,
    part_bytes,
)
from video_pipeline.storage.objects import MIB, ObjectStore
from video_pipeline_tests.senders import put, send
from video_pipeline_tests.storage.conftest import Answering

FIRST, LAST = os.urandom(PART_BYTES_MIN), b"the last one is small"


@pytest.fixture
def direct(store: ObjectStore) -> DirectUploads:
    return DirectUploads(store, store.client)


@pytest.fixture
def key() -> str:
    return keys.upload(uuid4(), "mp4")


def sent(direct: DirectUploads, key: str, *bodies: bytes) -> str:
    """An upload in parts, all of them sent."""
    upload_id = direct.begin(key)
    for number, body in enumerate(bodies, start=1):
        assert put(direct.part_url(key, upload_id, number, size_bytes=len(body)), body).status == 200
    return upload_id


def read(direct: DirectUploads, key: str) -> bytes:
    return b"".join(direct.store.open(key))


def test_parts_become_one_object(direct: DirectUploads, key: str) -> None:
    upload_id = sent(direct, key, FIRST, LAST)
    parts = direct.parts(key, upload_id)
    assert parts
    assert [(part.number, part.size_bytes) for part in parts] == [(1, len(FIRST)), (2, len(LAST))]

    stored = direct.complete(key, upload_id, parts)

    assert stored.size_bytes == len(FIRST + LAST)
    assert read(direct, key) == FIRST + LAST
    assert direct.parts(key, upload_id) is None


def test_completing_again_gives_the_same_object(direct: DirectUploads, key: str) -> None:
    upload_id = sent(direct, key, LAST)
    parts = direct.parts(key, upload_id) or []

    assert direct.complete(key, upload_id, parts) == direct.complete(key, upload_id, parts)


def test_an_upload_that_never_was_cannot_be_completed(direct: DirectUploads, key: str) -> None:
    upload_id = sent(direct, key, LAST)
    parts = direct.parts(key, upload_id) or []
    direct.abort(key)

    with pytest.raises(ObjectMissing):
        direct.complete(key, upload_id, parts)


def test_parts_that_the_store_has_not_got_are_refused(direct: DirectUploads, key: str) -> None:
    upload_id = sent(direct, key, LAST)

    with pytest.raises(RequestRefused):
        direct.complete(key, upload_id, [Part(1, "0" * 32)])

    assert direct.store.head(key) is None


def test_an_error_in_an_answer_of_200_is_one(answering: Answering) -> None:
    store = answering(b"<Error><Code>InternalError</Code><Message>Try again.</Message></Error>", {})

    with pytest.raises(StoreUnavailable):
        DirectUploads(store, store.client).complete("incoming/x.mp4", "upload", [Part(1, "0" * 32)])


@pytest.mark.parametrize("body", [LAST[:-1], LAST + b"!"], ids=["shorter", "longer"])
def test_a_part_has_the_size_that_was_signed(direct: DirectUploads, key: str, body: bytes) -> None:
    upload_id = direct.begin(key)

    assert put(direct.part_url(key, upload_id, 1, size_bytes=len(LAST)), body).status == 403
    assert direct.parts(key, upload_id) == []
    assert put(direct.part_url(key, upload_id, 1, size_bytes=None), body).status == 200


def test_a_whole_file_is_sent_once_with_its_size_and_its_digest(direct: DirectUploads, key: str) -> None:
    request = direct.put(key, size_bytes=len(LAST), sha256=hashlib.sha256(LAST).hexdigest())

    assert send(request, LAST + b"!").status == 403
    assert send(request, LAST[::-1]).status == 400
    assert direct.store.head(key) is None
    assert send(request, LAST).status == 200
    assert send(request, LAST).status == 412
    assert read(direct, key) == LAST


def test_a_form_sends_no_more_than_it_may(direct: DirectUploads, key: str) -> None:
    form = direct.form(key, content_type="video/mp4", largest_bytes=len(LAST))

    def posted(body: bytes) -> int:
        return httpx2.post(form.url, data=form.fields, files={"file": ("a.mp4", body, "video/mp4")}).status_code

    assert posted(LAST + b"!") in {400, 403}
    assert direct.store.head(key) is None
    assert posted(LAST) in {200, 204}
    assert read(direct, key) == LAST


def test_nothing_is_left_of_an_upload_that_is_given_up(direct: DirectUploads, key: str) -> None:
    upload_id = sent(direct, key, LAST)

    direct.abort(key)
    direct.abort(key)

    assert direct.parts(key, upload_id) is None
    assert direct.store.list("") == ()


def test_only_what_was_sent_to_that_very_key_is_given_up(direct: DirectUploads, key: str) -> None:
    longer = sent(direct, f"{key}.mp4", LAST)

    direct.abort(key)

    assert direct.parts(f"{key}.mp4", longer)
    direct.abort(f"{key}.mp4")


def test_of_uploads_whose_beginning_was_not_heard_of_none_is_left(
    environment: dict[str, str], store: ObjectStore, key: str
) -> None:
    s3 = client(environment["S3_ENDPOINT_URL"], environment["S3_REGION"])
    lost = iter([0])  # seconds until botocore asks again, as where the first answer breaks off
    s3.meta.events.register_first("needs-retry.s3.CreateMultipartUpload", lambda **_: next(lost, None))
    direct = DirectUploads(ObjectStore(s3, store.bucket), s3)

    upload_id = direct.begin(key)

    assert next(lost, None) is None
    assert [upload.upload_id for upload in unfinished(store, key)] == [upload_id]
    direct.abort(key)
    assert list(unfinished(store, key)) == []


def test_addresses_are_those_that_clients_can_reach(store: ObjectStore) -> None:
    direct = DirectUploads(store, client("https://uploads.example.org", "us-east-1"))

    assert urlsplit(direct.put("incoming/x.mp4", size_bytes=1).url).hostname == "uploads.example.org"
    assert urlsplit(direct.part_url("incoming/x.mp4", "1", 1, size_bytes=1)).hostname == "uploads.example.org"


@pytest.mark.parametrize("size", [1, 10 * MIB, 10 * MIB * PARTS_MAX, 10 * MIB * PARTS_MAX + 1, UPLOAD_BYTES_MAX])
def test_ten_thousand_parts_suffice(size: int) -> None:
    part = part_bytes(size, 10 * MIB)

    assert part >= 10 * MIB
    assert -(-size // part) <= PARTS_MAX
    assert part % MIB == 0


def test_no_part_is_smaller_than_the_store_allows() -> None:
    assert part_bytes(1, 1) == PART_BYTES_MIN
