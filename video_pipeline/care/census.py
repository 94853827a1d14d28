"""Catalog and bucket, compared from end to end: both are read once, in the order of videos' ids, a page at a time.

The bucket's listings of uploads, originals, derived and refused objects are each sorted by key, and a video's id begins
its key; so they are merged with the catalog's rows as two sorted files are. Neither side is ever in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine

from video_pipeline.care.disagreements import Code, Cutoffs, Disagreement
from video_pipeline.care.judgement import WAITING, judge
from video_pipeline.catalog import inventory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.inventory import Holding
from video_pipeline.intake import drop_id
from video_pipeline.storage import keys
from video_pipeline.storage.leftovers import Unfinished, unfinished
from video_pipeline.storage.objects import LISTED_AT_ONCE, ObjectStore
from video_pipeline.types import StoredObject, VideoStatus

T = TypeVar("T")

OWNED = (keys.INBOX, keys.ORIGINALS, keys.RENDITIONS, keys.REJECTED)
"""The prefixes that are judged; previews, reports and what runs printed are others' business."""

#: A row, or an object, and the id that both are merged by.
Entry = tuple[UUID, Holding | StoredObject]
_ID = itemgetter(0)


class Kind(StrEnum):
    """What there is many of; no sweep removes more than half of one."""

    INBOX = "objects in the inbox"
    ORIGINALS = "originals"
    RENDITIONS = "derived objects"
    REJECTS = "refused files"
    UNFINISHED = "unfinished uploads"
    VIDEOS = "videos"
    ARTIFACTS = "artifacts"
    PARTITIONS = "partitions"


_KINDS = {
    keys.INBOX: Kind.INBOX,
    keys.ORIGINALS: Kind.ORIGINALS,
    keys.RENDITIONS: Kind.RENDITIONS,
    keys.REJECTED: Kind.REJECTS,
}


class Census:
    """One look at everything. `counted` says afterwards how many there were of each kind."""

    def __init__(self, engine: Engine, store: ObjectStore, cutoffs: Cutoffs) -> None:
        self._engine = engine
        self._store = store
        self._cutoffs = cutoffs
        self._unknown: list[StoredObject] = []
        self.counted: Counter[Kind] = Counter()

    def disagreements(self) -> Iterator[Disagreement]:
        """What is wrong, as it was read: rows and objects that changed meanwhile may be among it (see `look`).

        Raises:
            StoreUnavailable, CatalogUnavailable: one of the two did not answer.
        """
        for video_id, entries in groupby(merge(self._rows(), *map(self._under, OWNED), key=_ID), key=_ID):
            yield from self._judged(video_id, [found for _, found in entries])
            yield from self._strangers()
        yield from self._strangers()
        yield from self._dropped()
        for upload in unfinished(self._store):
            self.counted[Kind.UNFINISHED] += 1
            yield from self._unfinished(upload)

    def _rows(self) -> Iterator[Entry]:
        for holding in inventory.all_holdings(self._engine):
            self.counted[Kind.VIDEOS] += 1
            self.counted[Kind.ARTIFACTS] += len(holding.artifacts)
            yield holding.video.id, holding

    def _under(self, prefix: str) -> Iterator[Entry]:
        for stored in self._store.walk(prefix):
            self.counted[_KINDS[prefix]] += 1
            video_id = keys.owner(stored.key)
            if video_id is not None:
                yield video_id, stored
            elif keys.drop_path(stored.key) is None:
                self._unknown.append(stored)

    def _judged(self, video_id: UUID, found: Sequence[Holding | StoredObject]) -> Iterator[Disagreement]:
        holding = next((one for one in found if isinstance(one, Holding)), None)
        objects = [one for one in found if isinstance(one, StoredObject)]
        if holding is not None and holding.video.status is VideoStatus.UPLOADED:
            objects += dropped(self._store, holding)
        return judge(video_id, holding, objects, self._cutoffs)

    def _strangers(self) -> Iterator[Disagreement]:
        while self._unknown:
            stored = self._unknown.pop()
            if stored.last_modified < self._cutoffs.settled:
                yield Disagreement(Code.UNKNOWN_OBJECT, None, stored.key, stored.etag, f"{stored.size_bytes} bytes")

    def _dropped(self) -> Iterator[Disagreement]:
        """Of dropped files, whose ids are in no order, each page is looked up."""
        drops = (stored for stored in self._store.walk(keys.DROP) if keys.drop_path(stored.key))
        for page in _pages(drops, LISTED_AT_ONCE):
            by_id = {drop_id(self._store.bucket, stored): stored for stored in page}
            with transaction(self._engine) as connection:
                known = {one.video.id: one for one in inventory.holdings(connection, by_id)}
            for video_id, stored in by_id.items():
                yield from self._drop(video_id, stored, known.get(video_id))

    def _drop(self, video_id: UUID, stored: StoredObject, holding: Holding | None) -> Iterator[Disagreement]:
        if holding is not None and holding.video.status in WAITING:
            return
        if holding is not None:
            found = judge(video_id, holding, lying(self._store, video_id, holding), self._cutoffs)
            yield from (one for one in found if one.key == stored.key and one.code is Code.STRAY_UPLOAD)
        elif stored.last_modified < self._cutoffs.settled:
            yield Disagreement(Code.UNADOPTED_DROP, video_id, stored.key, stored.etag)

    def _unfinished(self, upload: Unfinished) -> Iterator[Disagreement]:
        if upload.begun_at < self._cutoffs.settled and not is_alive(self._engine, upload.key, upload.upload_id):
            yield Disagreement(Code.UNFINISHED_UPLOAD, keys.owner(upload.key), upload.key, upload.upload_id)


def is_alive(engine: Engine, key: str, upload_id: str) -> bool:
    """Whether somebody is still sending an upload in parts, as far as the catalog knows."""
    video_id = keys.upload_id(key)
    if video_id is None:
        return False
    with transaction(engine) as connection:
        holding = inventory.holding(connection, video_id)
    return holding is not None and holding.multipart_id == upload_id


def lying(store: ObjectStore, video_id: UUID, holding: Holding | None) -> list[StoredObject]:
    """Everything in the bucket that is a video's, as it is now."""
    prefixes = (f"{keys.INBOX}{video_id}.", keys.originals_of(video_id), keys.renditions_of(video_id))
    found = [stored for prefix in (*prefixes, keys.rejected_of(video_id)) for stored in store.list(prefix)]
    return found + (dropped(store, holding) if holding is not None else [])


def dropped(store: ObjectStore, holding: Holding) -> list[StoredObject]:
    """The file that a video was dropped as, while it lies there; another one under its name is another video's."""
    key = holding.video.inbox_key
    stored = store.head(key) if key is not None and keys.drop_path(key) else None
    return [stored] if stored is not None and stored.etag == holding.video.inbox_etag else []


def _pages(items: Iterable[T], size: int) -> Iterator[list[T]]:
    page: list[T] = []
    for item in items:
        page.append(item)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page
