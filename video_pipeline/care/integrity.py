"""Reads what lies in the bucket, and tells whose bytes are no longer those that were validated or checked.

A day's share of the videos is read: one in so many, others every day, so that after as many days each has been.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from sqlalchemy import Engine

from video_pipeline.care.disagreements import Code, Disagreement
from video_pipeline.catalog import inventory
from video_pipeline.catalog.inventory import Holding
from video_pipeline.errors import ObjectChanged, ObjectMissing
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import VideoStatus


def scan(engine: Engine, store: ObjectStore, *, one_in: int, today: datetime) -> Iterator[Disagreement]:
    """What is damaged of one in so many videos; with 1, of all. What is missing is the census's to tell.

    Raises:
        StoreUnavailable, CatalogUnavailable: one of the two did not answer.
    """
    day = today.date().toordinal()
    for holding in inventory.all_holdings(engine):
        is_due = holding.video.id.int % one_in == day % one_in
        if is_due and not holding.is_busy and holding.video.status is not VideoStatus.DELETED:
            yield from _damaged(store, holding)


def _damaged(store: ObjectStore, holding: Holding) -> Iterator[Disagreement]:
    video = holding.video
    if video.original_key is not None and video.checksum_sha256 is not None:
        seen = _wrong(store, video.original_key, video.checksum_sha256)
        if seen is not None:
            yield Disagreement(Code.ORIGINAL_DAMAGED, video.id, video.original_key, seen, "its SHA-256 differs")
    for made in holding.artifacts:
        seen = _wrong(store, made.key, made.sha256) if made.superseded_at is None else None
        if seen is not None:
            yield Disagreement(Code.ARTIFACT_DAMAGED, video.id, made.key, seen, f"{made.kind}, its SHA-256 differs")


def _wrong(store: ObjectStore, key: str, sha256: str) -> str | None:
    """The ETag of the object if it has other bytes; None where they are right, or it is gone or replaced meanwhile."""
    stored = store.head(key)
    if stored is None:
        return None
    try:
        read = digest(store, key, stored.etag)
    except (ObjectMissing, ObjectChanged):
        return None
    return stored.etag if read != sha256 else None


def digest(store: ObjectStore, key: str, etag: str) -> str:
    """SHA-256 of an object's bytes as they are read back now."""
    hashed = hashlib.sha256()
    with closing(store.open(key, etag=etag)) as chunks:
        for chunk in chunks:
            hashed.update(chunk)
    return hashed.hexdigest()
