"""The few verbs on the bucket's objects."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig

from video_pipeline.errors import ObjectChanged, ObjectMissing, StoreUnavailable
from video_pipeline.storage.faults import translated, whole
from video_pipeline.types import StoredObject

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client

MIB = 1024**2
CHUNK_BYTES = MIB // 4  # a player waits for the whole of the first piece, and each that plays holds one in memory
LISTED_AT_ONCE = 1000  # S3's own bound, for listing and for deleting
OPAQUE = "application/octet-stream"

#: Above 64 MiB an object travels in parts, four at a time: one lost connection costs one part. The 10 000 parts that S3
#: allows make 625 GiB.
IN_PARTS = TransferConfig(multipart_threshold=64 * MIB, multipart_chunksize=64 * MIB, max_concurrency=4)


class ObjectStore:
    """The objects of one bucket. Threads may share it.

    Every verb raises StoreUnavailable where the store does not answer as it should; boto3 has tried three times then.
    """

    def __init__(self, client: S3Client, bucket: str, *, transfer: TransferConfig = IN_PARTS) -> None:
        self.client = client
        self.bucket = bucket
        self._transfer = transfer

    def list(self, prefix: str, *, limit: int | None = None, start_after: str | None = None) -> Sequence[StoredObject]:
        """The objects under `prefix` in the order of their keys, behind `start_after`, at most `limit` of them.

        Markers that stores keep for folders are no objects: their keys end in a slash.
        """
        return tuple(islice(self.walk(prefix, start_after=start_after), limit))

    def walk(self, prefix: str, *, start_after: str | None = None) -> Iterator[StoredObject]:
        """The same one by one: a page of them is in memory at a time, however many there are."""
        with translated(prefix):
            yield from (found for found in self._pages(prefix, start_after or "") if not found.key.endswith("/"))

    def _pages(self, prefix: str, start_after: str) -> Iterator[StoredObject]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket,
            Prefix=prefix,
            StartAfter=start_after,
            PaginationConfig={"PageSize": LISTED_AT_ONCE},
        )
        for page in pages:
            for entry in whole(page).get("Contents", ()):
                yield StoredObject(entry["Key"], entry["ETag"].strip('"'), entry["Size"], entry["LastModified"])

    def head(self, key: str) -> StoredObject | None:
        """The object at `key`, or None where there is none."""
        try:
            with translated(key):
                found = self.client.head_object(Bucket=self.bucket, Key=key)
                return StoredObject(key, found["ETag"].strip('"'), found["ContentLength"], found["LastModified"])
        except ObjectMissing:
            return None

    def fetch(self, key: str, path: Path, *, etag: str | None = None) -> str:
        """Read the object once, into the file at `path`; gives the SHA-256 of what was written, in hexadecimal.

        With `etag` it is that object or none. Nothing is left at `path` where it fails.

        Raises:
            ObjectMissing: there is no object at `key`.
            ObjectChanged: it is not the one with `etag`.
            StoreUnavailable: it ended before the length it promised, among other things.
        """
        digest = hashlib.sha256()
        try:
            with closing(self.open(key, etag=etag)) as chunks, path.open("wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    file.write(chunk)
        except BaseException:  # an interrupt, too, must leave no part of a file behind
            path.unlink(missing_ok=True)
            raise
        return digest.hexdigest()

    def open(
        self, key: str, *, etag: str | None = None, span: tuple[int, int] | None = None
    ) -> Generator[bytes, None, None]:
        """The object's bytes, piece by piece. It is asked for now; its connection ends with the generator.

        With `span` only those from the first up to and including the last, counted from 0.

        Raises:
            ObjectMissing: there is no object at `key`.
            ObjectChanged: it is not the one with `etag`, where that is given.
        """
        wanted: dict[str, Any] = {"IfMatch": f'"{etag}"'} if etag is not None else {}
        if span is not None:
            wanted["Range"] = f"bytes={span[0]}-{span[1]}"
        with translated(key):
            body = self.client.get_object(Bucket=self.bucket, Key=key, **wanted)["Body"]
        return _chunks(body, key)

    def link(self, key: str, *, seconds: int, content_type: str, disposition: str) -> str:
        """A presigned URL that gives the object to whoever holds it; the store sends these headers with it."""
        told = {"ResponseContentType": content_type, "ResponseContentDisposition": disposition}
        with translated(key):
            return self.client.generate_presigned_url(
                "get_object", Params={"Bucket": self.bucket, "Key": key, **told}, ExpiresIn=seconds
            )

    def store(
        self, path: Path, key: str, *, content_type: str, on_bytes: Callable[[int], None] | None = None
    ) -> StoredObject:
        """Put the file at `path` to `key`, in parts where it is large, and look that it arrived whole.

        `on_bytes` is told how many bytes more have gone, from several threads; fewer when a part is sent again.
        """
        with translated(key):
            self.client.upload_file(
                str(path),
                self.bucket,
                key,
                ExtraArgs={"ContentType": content_type},
                Callback=on_bytes,
                Config=self._transfer,
            )
        return self._arrived(key, path.stat().st_size)

    def copy(self, source_key: str, key: str, *, etag: str, content_type: str = OPAQUE) -> StoredObject:
        """Copy an object within the bucket, inside the store, if it is still the one with `etag`.

        What its uploader said of it (type, metadata) is not copied: a stranger does not decide what a browser makes of
        an object of ours.

        Raises:
            ObjectMissing: there is no object at `source_key`.
            ObjectChanged: it is not the one with `etag`; nothing is written.
        """
        source = self.head(source_key)
        if source is None:
            raise ObjectMissing(f"There is no object {source_key!r} in the bucket.")
        pinned = {"CopySourceIfMatch": f'"{etag}"', "MetadataDirective": "REPLACE", "ContentType": content_type}
        with translated(source_key):
            self.client.copy(
                {"Bucket": self.bucket, "Key": source_key}, self.bucket, key, ExtraArgs=pinned, Config=self._transfer
            )
        return self._arrived(key, source.size_bytes)

    def _arrived(self, key: str, size_bytes: int) -> StoredObject:
        stored = self.head(key)
        if stored is None or stored.size_bytes != size_bytes:
            raise StoreUnavailable(f"The object store took {key!r} but does not have it whole.")
        return stored

    def delete(self, keys: Collection[str]) -> None:
        """Remove the objects at these keys; where there is none, that is as well."""
        wanted = sorted(keys)
        for start in range(0, len(wanted), LISTED_AT_ONCE):
            batch = wanted[start : start + LISTED_AT_ONCE]
            with translated(batch[0]):
                answer = self.client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True}
                )
            for fault in answer.get("Errors", ()):
                raise StoreUnavailable(f"The object store did not delete {fault.get('Key')!r}: {fault.get('Message')}")

    def delete_exactly(self, stored: StoredObject) -> bool:
        """Remove the object if it is still this one. False where it is another one by now, or gone."""
        try:
            with translated(stored.key):
                self.client.delete_object(Bucket=self.bucket, Key=stored.key, IfMatch=f'"{stored.etag}"')
        except (ObjectChanged, ObjectMissing):
            return False
        return True


def _chunks(body: StreamingBody, key: str) -> Generator[bytes, None, None]:
    """The pieces of a body; botocore compares what came with the Content-Length when it ends."""
    with translated(key), closing(body):
        yield from body.iter_chunks(CHUNK_BYTES)
