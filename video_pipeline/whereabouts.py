"""Where a video's bytes lie in the bucket, and what is removed there once the catalog has said what became of it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Engine

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.guards import locked
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.errors import DuplicateVideo, MediaRefused
from video_pipeline.storage import keys
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Finding, StoredObject, VideoStatus

VANISHED = Finding("upload_vanished", "The file was removed or replaced before it could be validated. Upload it again.")


def locate(store: ObjectStore, row: VideoRow) -> StoredObject:
    """The object that holds a video's bytes now: its original, its upload, or what was refused of it.

    Raises:
        MediaRefused: `upload_vanished`, none of them is there, or a dropped file is no longer the one that was adopted.
        DuplicateVideo: the video was found to be a duplicate before; what was left of its bytes is gone now.
    """
    if row.duplicate_of is not None:
        clear(store, row, keep=())
        raise DuplicateVideo(row.duplicate_of)
    found = places(store, row)
    if not found:
        raise MediaRefused(VANISHED)
    return found[0]


def places(store: ObjectStore, row: VideoRow) -> list[StoredObject]:
    """Every object that holds the video's bytes, the most trusted first."""
    candidates = (row.original_key, row.inbox_key, keys.rejected(row.id))
    present = (store.head(key) for key in candidates if key is not None)
    return [stored for stored in present if stored is not None and _is_the_one(row, stored)]


def _is_the_one(row: VideoRow, stored: StoredObject) -> bool:
    """A drop is pinned to the ETag its id came from; an upload is whatever its owner put last before validation."""
    is_pinned = stored.key == row.inbox_key and keys.drop_path(stored.key) is not None
    return not is_pinned or stored.etag == row.inbox_etag


def clear(store: ObjectStore, row: VideoRow, *, keep: Collection[str]) -> None:
    """Remove a video's bytes from every place but those; another file dropped under the same name stays.

    A run that was killed may have left a copy among the originals that was never accepted: no row names it.
    """
    found = (*places(store, row), *store.list(keys.originals_of(row.id)))
    for stored in {stored.key: stored for stored in found if stored.key not in keep}.values():
        store.delete_exactly(stored)


def clear_refused(engine: Engine, store: ObjectStore, video_id: UUID) -> None:
    """Remove what a refused video or a duplicate has left in the bucket, but for what is kept of a refused one.

    Nothing happens to any other video. Doing it again is the same as once: so whoever broke off between the catalog's
    word and the last object goes on here. Nobody takes the video up meanwhile, which would make an original of it.

    Raises:
        VideoNotFound: no video has that id.
        StoreUnavailable: the store did not answer; something may be left.
    """
    with transaction(engine) as connection:
        row = locked(connection, video_id)
        if row.status is not VideoStatus.FAILED or row.original_key is not None:
            return
        kept = () if row.duplicate_of is not None else (keys.rejected(video_id),)
        if all(store.head(key) is not None for key in kept):  # else what lies elsewhere may be all there is
            clear(store, row, keep=kept)
        made = {stored.key for stored in store.list(keys.renditions_of(video_id))}
        store.delete(made - queries.known_keys(connection, video_id))
