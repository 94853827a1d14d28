"""Uploads in parts that somebody began and nobody finished: their parts take room, and no listing shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from botocore.exceptions import ClientError

from video_pipeline.storage.faults import translated, whole
from video_pipeline.storage.objects import ObjectStore

_GONE = "NoSuchUpload"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload in parts that the store still expects parts of; `upload_id` is the store's name for it."""

    key: str
    upload_id: str
    begun_at: datetime


def unfinished(store: ObjectStore, prefix: str = "") -> Iterator[Unfinished]:
    """Every upload in parts to a key with that prefix that is under way or was left, page by page.

    Raises:
        StoreUnavailable: the store did not answer as it should.
    """
    with translated(store.bucket):
        pages = store.client.get_paginator("list_multipart_uploads").paginate(Bucket=store.bucket, Prefix=prefix)
        for page in pages:
            for entry in whole(page).get("Uploads", ()):
                yield Unfinished(entry["Key"], entry["UploadId"], entry["Initiated"])


def discard(store: ObjectStore, key: str, upload_id: str) -> None:
    """Remove the parts that were sent; an object at `key` stays. Where there are no parts, that is as well.

    Raises:
        StoreUnavailable: the store did not answer as it should.
    """
    with translated(key):
        try:
            store.client.abort_multipart_upload(Bucket=store.bucket, Key=key, UploadId=upload_id)
        except ClientError as error:
            if error.response["Error"].get("Code") != _GONE:
                raise
