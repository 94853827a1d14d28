from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from boto3.s3.transfer import TransferConfig

from video_pipeline.errors import ObjectChanged, ObjectMissing, StoreUnavailable
from video_pipeline.storage import objects
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import StoredObject

from .conftest import Answering

MIB = 1024**2
SMALLEST_PART = 5 * MIB  # that S3 allows


def put(store: ObjectStore, key: str, body: bytes = b"hello") -> StoredObject:
    store.client.put_object(Bucket=store.bucket, Key=key, Body=body, ContentType="text/html", Metadata={"by": "them"})
    return present(store, key)


def present(store: ObjectStore, key: str) -> StoredObject:
    stored = store.head(key)
    assert stored is not None
    return stored


def body_of(store: ObjectStore, key: str) -> bytes:
    return b"".join(store.open(key))


@pytest.fixture
def in_parts(store: ObjectStore) -> ObjectStore:
    """The bucket, by a client that sends all but small objects in parts."""
    parts = TransferConfig(multipart_threshold=SMALLEST_PART, multipart_chunksize=SMALLEST_PART)
    return ObjectStore(store.client, store.bucket, transfer=parts)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of three parts."""
    path = tmp_path / "large"
    path.write_bytes(os.urandom(2 * SMALLEST_PART + 1))
    return path


def test_a_listing_has_the_prefixs_objects_in_the_order_of_their_keys(store: ObjectStore) -> None:
    stored = [put(store, key) for key in ("more/2", "list/1", "more/1")]

    assert store.list("more/") == (stored[2], stored[0])
    assert store.list("nothing/") == ()
    assert "".join(found.etag for found in store.list("")).isalnum()


def test_a_listing_goes_on_behind_a_key_and_ends_at_its_limit(store: ObjectStore) -> None:
    for number in range(6):
        put(store, f"list/{number}")

    found = store.list("list/", limit=2, start_after="list/1")

    assert [stored.key for stored in found] == ["list/2", "list/3"]


def test_a_listing_goes_over_many_pages(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LISTED_AT_ONCE", 2)
    for number in range(5):
        put(store, f"list/{number}")

    assert len(store.list("list/")) == 5
    assert [stored.key for stored in store.list("list/", limit=3)] == ["list/0", "list/1", "list/2"]


def test_a_listing_has_no_folders(store: ObjectStore) -> None:
    put(store, "list/folder/", b"")
    put(store, "list/empty.mp4", b"")

    assert [stored.key for stored in store.list("list/")] == ["list/empty.mp4"]


@pytest.mark.parametrize("key", ["list/ü ñ+%20&<>'\".mp4", "list/two\nlines.mp4", "list/日本.mp4"])
def test_a_strangers_key_comes_back_as_it_is(store: ObjectStore, tmp_path: Path, key: str) -> None:
    put(store, key)

    (stored,) = store.list("list/")
    assert stored.key == key
    store.copy(key, "b", etag=stored.etag)
    store.fetch(key, tmp_path / "file", etag=stored.etag)
    store.delete([key])
    assert [left.key for left in store.list("")] == ["b"]


def test_head_tells_what_lies_there_if_anything(store: ObjectStore) -> None:
    stored = put(store, "a", b"hello")

    assert (stored.key, stored.size_bytes) == ("a", 5)
    assert stored.etag == hashlib.md5(b"hello", usedforsecurity=False).hexdigest()
    assert store.head("b") is None


def test_fetch_writes_the_file_and_tells_its_sha256(store: ObjectStore, tmp_path: Path) -> None:
    body = os.urandom(objects.CHUNK_BYTES + 1)
    stored = put(store, "a", body)

    assert store.fetch("a", tmp_path / "file", etag=stored.etag) == hashlib.sha256(body).hexdigest()
    assert (tmp_path / "file").read_bytes() == body
    assert store.fetch("a", tmp_path / "again") == hashlib.sha256(body).hexdigest()


def test_fetch_takes_no_other_object_than_the_one_asked_for(store: ObjectStore, tmp_path: Path) -> None:
    seen = put(store, "a", b"judged")
    put(store, "a", b"swapped")

    with pytest.raises(ObjectChanged):
        store.fetch("a", tmp_path / "file", etag=seen.etag)
    assert list(tmp_path.iterdir()) == []


def test_fetch_of_nothing_is_told(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing):
        store.fetch("a", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_an_object_of_parts_is_known_by_its_etag(in_parts: ObjectStore, large: Path, tmp_path: Path) -> None:
    stored = in_parts.store(large, "a", content_type="video/mp4")

    assert stored.etag.endswith("-3")
    assert in_parts.fetch("a", tmp_path / "file", etag=stored.etag) == hashlib.sha256(large.read_bytes()).hexdigest()
    with pytest.raises(ObjectChanged):
        in_parts.fetch("a", tmp_path / "file", etag=stored.etag.replace("-3", "-2"))


def test_fetch_of_a_body_that_is_cut_short_leaves_nothing(answering: Answering, tmp_path: Path) -> None:
    cut = answering(b"only this", {"Content-Length": "1000", "ETag": '"a"'})

    with pytest.raises(StoreUnavailable, match="did not answer as it should for 'a'"):
        cut.fetch("a", tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_an_answer_that_is_cut_off_within_its_headers_is_none(answering: Answering) -> None:
    with pytest.raises(StoreUnavailable, match="lacks 'ETag'"):
        answering(b"", {"Content-Length": "10"}).head("a")


def test_fetch_into_a_folder_that_is_not_there_is_not_the_stores_fault(store: ObjectStore, tmp_path: Path) -> None:
    put(store, "a")

    with pytest.raises(FileNotFoundError):
        store.fetch("a", tmp_path / "no" / "file")


def test_open_gives_the_bytes_piece_by_piece(store: ObjectStore) -> None:
    body = os.urandom(2 * objects.CHUNK_BYTES + 1)
    put(store, "a", body)

    pieces = list(store.open("a"))

    assert b"".join(pieces) == body
    assert max(map(len, pieces)) <= objects.CHUNK_BYTES


def test_open_gives_the_span_that_is_wanted(store: ObjectStore) -> None:
    put(store, "a", b"0123456789")

    assert [b"".join(store.open("a", span=span)) for span in ((0, 0), (3, 5), (8, 9))] == [b"0", b"345", b"89"]


def test_open_tells_at_once_that_nothing_is_there(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        store.open("a")


def test_store_puts_a_file_and_tells_how_it_goes(store: ObjectStore, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"hello")
    gone: list[int] = []

    stored = store.store(path, "a", content_type="image/jpeg", on_bytes=gone.append)

    assert (stored, sum(gone)) == (present(store, "a"), 5)
    assert body_of(store, "a") == b"hello"
    assert store.client.head_object(Bucket=store.bucket, Key="a")["ContentType"] == "image/jpeg"


def test_store_sends_a_large_file_in_parts(in_parts: ObjectStore, large: Path) -> None:
    gone: list[int] = []
    in_parts.store(large, "a", content_type="video/mp4", on_bytes=gone.append)

    assert body_of(in_parts, "a") == large.read_bytes()
    assert sum(gone) == large.stat().st_size


def test_store_notices_that_not_everything_arrived(store: ObjectStore, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"hello")

    def grow(_: int) -> None:
        path.write_bytes(b"hello, world")

    with pytest.raises(StoreUnavailable, match="whole"):
        store.store(path, "a", content_type="text/plain", on_bytes=grow)


def test_store_of_a_file_that_is_not_there_is_not_the_stores_fault(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.store(tmp_path / "file", "a", content_type="text/plain")


def test_a_copy_has_the_bytes_and_nothing_that_its_uploader_said(store: ObjectStore) -> None:
    stored = put(store, "incoming/a", b"<script>")

    copied = store.copy("incoming/a", "originals/a", etag=stored.etag, content_type="video/mp4")

    found = store.client.head_object(Bucket=store.bucket, Key="originals/a")
    assert copied == present(store, "originals/a")
    assert body_of(store, "originals/a") == b"<script>"
    assert (found["ContentType"], found["Metadata"]) == ("video/mp4", {})


def test_a_large_object_is_copied_in_parts(in_parts: ObjectStore, large: Path) -> None:
    stored = in_parts.store(large, "a", content_type="text/html")

    copied = in_parts.copy("a", "b", etag=stored.etag)

    assert copied.etag.endswith("-3")
    assert body_of(in_parts, "b") == large.read_bytes()
    assert in_parts.client.head_object(Bucket=in_parts.bucket, Key="b")["ContentType"] == objects.OPAQUE


@pytest.mark.parametrize("size", [5, 2 * SMALLEST_PART], ids=["small", "large"])
def test_an_object_that_was_swapped_is_not_copied(in_parts: ObjectStore, size: int) -> None:
    judged = put(in_parts, "a", b"1" * size)
    put(in_parts, "a", b"2" * size)

    with pytest.raises(ObjectChanged):
        in_parts.copy("a", "b", etag=judged.etag)
    assert in_parts.head("b") is None


def test_a_copy_of_nothing_is_told(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing):
        store.copy("a", "b", etag="etag-1")


def test_delete_removes_what_is_there(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "LISTED_AT_ONCE", 2)
    for key in ("a", "b", "c", "d"):
        put(store, key)

    store.delete({"a", "b", "c", "never there"})
    store.delete([])

    assert [stored.key for stored in store.list("")] == ["d"]


def test_a_delete_that_the_store_refuses_is_told(answering: Answering) -> None:
    error = "<Error><Key>a</Key><Code>AccessDenied</Code><Message>It is held.</Message></Error>"
    body = f"<DeleteResult>{error}</DeleteResult>".encode()
    holding = answering(body, {"Content-Type": "application/xml", "Content-Length": str(len(body))})

    with pytest.raises(StoreUnavailable, match="did not delete 'a': It is held"):
        holding.delete(["a"])


def test_delete_exactly_spares_what_took_the_objects_place(store: ObjectStore) -> None:
    first = put(store, "a", b"first")
    second = put(store, "a", b"second")

    assert not store.delete_exactly(first)
    assert body_of(store, "a") == b"second"
    assert store.delete_exactly(second)
    assert store.head("a") is None
    assert not store.delete_exactly(second)


def test_every_verb_tells_that_the_store_is_not_there(absent: ObjectStore, large: Path, tmp_path: Path) -> None:
    stored = StoredObject("a", "etag-1", 1, datetime.now(UTC))
    verbs: list[Callable[[], object]] = [
        lambda: absent.list(""),
        lambda: absent.head("a"),
        lambda: absent.open("a"),
        lambda: absent.fetch("a", tmp_path / "file"),
        lambda: absent.store(large, "a", content_type="video/mp4"),
        lambda: absent.copy("a", "b", etag="etag-1"),
        lambda: absent.delete(["a"]),
        lambda: absent.delete_exactly(stored),
    ]
    with ThreadPoolExecutor(len(verbs)) as threads:
        outcomes = [threads.submit(verb).exception() for verb in verbs]

    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * len(verbs)
