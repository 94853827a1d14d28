"""What clients send straight to the bucket: presigned addresses, and uploads in parts.

An address is good for `URL_SECONDS`, for one key, and, where the size is known, for exactly that many bytes: the
Content-Length is signed with it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from video_pipeline.errors import ObjectMissing, RequestRefused
from video_pipeline.storage.faults import translated, whole
from video_pipeline.storage.leftovers import discard, unfinished
from video_pipeline.storage.objects import MIB, OPAQUE, ObjectStore
from video_pipeline.types import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

URL_SECONDS = 15 * 60

# S3's own bounds (Amazon S3 User Guide, "Amazon S3 multipart upload limits").
PARTS_MAX = 10_000
PART_BYTES_MIN = 5 * MIB
PART_BYTES_MAX = 5 * 1024 * MIB
UPLOAD_BYTES_MAX = PARTS_MAX * PART_BYTES_MAX

#: How a store says that the list of parts is not what it has.
_BAD_PARTS = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML"}
_GONE = "NoSuchUpload"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an upload that the store has; `number` counts from 1."""

    number: int
    etag: str
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that whoever holds it may send to the store; `fields` are those of a form that POST sends."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


class DirectUploads:
    """Uploads from clients to one bucket. Threads may share it.

    Every verb that asks the store raises StoreUnavailable where it does not answer as it should.
    """

    def __init__(self, store: ObjectStore, public: S3Client) -> None:
        """Work on the bucket of `store`; addresses are those that `public`, a client of the same store, makes."""
        self.store = store
        self._client = store.client
        self._public = public

    def begin(self, key: str) -> str:
        """Begin an upload in parts; gives the store's name for it, and leaves no other one at the key.

        Where botocore asked again, the store may have begun one for each answer that was lost.
        """
        with translated(key):
            begun = self._client.create_multipart_upload(Bucket=self.store.bucket, Key=key, ContentType=OPAQUE)
            upload_id, retries = begun["UploadId"], begun["ResponseMetadata"]["RetryAttempts"]
        if retries:
            self._discard(key, but=upload_id)
        return upload_id

    def part_url(self, key: str, upload_id: str, number: int, *, size_bytes: int | None) -> str:
        """Where a part may be PUT: exactly `size_bytes` of it, or any number where that is None."""
        wanted = {"UploadId": upload_id, "PartNumber": number, **_sized(size_bytes)}
        return self._signed("upload_part", key, wanted)

    def put(self, key: str, *, size_bytes: int, sha256: str | None = None) -> SignedRequest:
        """How a whole file is sent at once: exactly `size_bytes`, once, and with the digest in hex where it is known.

        The store takes it only while nothing lies at `key`, and only if its SHA-256 is the one given.
        """
        headers = {"If-None-Match": "*"}
        wanted: dict[str, Any] = {"IfNoneMatch": "*", **_sized(size_bytes)}
        if sha256 is not None:
            checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
            headers["x-amz-checksum-sha256"] = wanted["ChecksumSHA256"] = checksum
        return SignedRequest("PUT", self._signed("put_object", key, wanted), headers)

    def form(self, key: str, *, content_type: str, largest_bytes: int) -> SignedRequest:
        """How a browser's form sends a whole file whose size nobody has said: at most `largest_bytes`."""
        conditions: list[Any] = [{"Content-Type": content_type}, ["content-length-range", 1, largest_bytes]]
        with translated(key):
            post = self._public.generate_presigned_post(
                self.store.bucket,
                key,
                Fields={"Content-Type": content_type},
                Conditions=conditions,
                ExpiresIn=URL_SECONDS,
            )
        return SignedRequest("POST", post["url"], fields=post["fields"])

    def _signed(self, verb: str, key: str, wanted: dict[str, Any]) -> str:
        params = {"Bucket": self.store.bucket, "Key": key, **wanted}
        with translated(key):
            return self._public.generate_presigned_url(verb, Params=params, ExpiresIn=URL_SECONDS)

    def parts(self, key: str, upload_id: str) -> list[Part] | None:
        """The parts that have arrived, by number; None where the store knows no such upload, or no more."""
        pages = self._client.get_paginator("list_parts").paginate(Bucket=self.store.bucket, Key=key, UploadId=upload_id)
        with translated(key):
            try:
                found = [part for page in pages for part in whole(page).get("Parts", ())]
            except ClientError as error:
                if _code(error) != _GONE:
                    raise
                return None
        return [Part(part["PartNumber"], part["ETag"].strip('"'), part["Size"]) for part in found]

    def complete(self, key: str, upload_id: str, parts: Sequence[Part]) -> StoredObject:
        """Make the parts one object. What the store says decides; asking again gives the same object.

        botocore reads the body of a 200 too, where S3 may tell of an error, and asks again then. Where the answer to an
        attempt was lost, the upload is gone and the object is there.

        Raises:
            RequestRefused: the store has not got these parts.
            ObjectMissing: it knows neither the upload nor an object.
        """
        listed: Any = {"Parts": [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]}
        with translated(key):
            try:
                self._client.complete_multipart_upload(
                    Bucket=self.store.bucket, Key=key, UploadId=upload_id, MultipartUpload=listed
                )
            except ClientError as error:
                if _code(error) in _BAD_PARTS:
                    raise RequestRefused(f"The object store has other parts than those listed: {error}") from error
                if _code(error) != _GONE:
                    raise
        stored = self.store.head(key)
        if stored is None:
            raise ObjectMissing("The object store knows neither this upload nor a file that came of it.")
        return stored

    def abort(self, key: str) -> None:
        """Remove whatever was sent to a key; where nothing was, that is as well.

        What is under way there the store is asked for: it may have begun what nobody was told of.
        """
        self._discard(key)
        self.store.delete([key])

    def _discard(self, key: str, *, but: str | None = None) -> None:
        for upload in list(unfinished(self.store, key)):
            if upload.key == key and upload.upload_id != but:
                discard(self.store, key, upload.upload_id)


def part_bytes(size_bytes: int, wanted: int) -> int:
    """How large parts are: as wanted, or as large as it takes for S3's 10 000 to suffice, in whole MiB."""
    needed = -(-size_bytes // (PARTS_MAX * MIB)) * MIB
    return max(wanted, PART_BYTES_MIN, needed if needed > wanted else 0)


def _sized(size_bytes: int | None) -> dict[str, Any]:
    return {} if size_bytes is None else {"ContentLength": size_bytes}


def _code(error: ClientError) -> str:
    code: str = error.response["Error"].get("Code", "")
    return code
