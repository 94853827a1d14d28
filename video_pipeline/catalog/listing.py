"""Lists of videos: whatever the filters and the sort, a page is read along an index and not out of all videos.

There are two ways to a page, and counting, which comes first anyway, tells which one is short. Few videos are fetched
by whatever finds them, and sorted. Many are met soon enough along the index of the sort. PostgreSQL, left to choose,
takes filter and sort for independent: it walks the whole index where what is wanted lies at its other end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select, tuple_

from video_pipeline.catalog.cursors import Cursor, Key, Order, Sort
from video_pipeline.catalog.described import DescribedVideo, described
from video_pipeline.catalog.tables import LISTED_BYTES, LISTED_NAME, LISTED_SECONDS, videos
from video_pipeline.catalog.visibility import visible_to
from video_pipeline.types import Caller, VideoStatus

#: Counting on would cost more than anybody reads.
MOST_COUNTED = 10_000

#: So many are fetched and sorted in a few milliseconds; more than that among millions are met soon along any index.
FEW = 5_000

SORT_KEYS: Mapping[Sort, ColumnElement[Any]] = {
    Sort.DATE: videos.c.created_at,
    Sort.NAME: LISTED_NAME,
    Sort.DURATION: LISTED_SECONDS,
    Sort.SIZE: LISTED_BYTES,
}


_WILD, _ESCAPED = re.compile(r"([\\%_])"), r"\\\1"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which videos are wanted; None means whichever. Ranges begin with their first moment and end before their last."""

    status: VideoStatus | None = None
    words: str | None = None
    site_id: UUID | None = None
    camera_id: UUID | None = None
    category_id: UUID | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    uploaded_from: datetime | None = None
    uploaded_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Which piece of the list is wanted: behind `after`, and behind `offset` more."""

    sort: Sort = Sort.DATE
    order: Order = Order.DESCENDING
    limit: int = 20
    offset: int = 0
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of videos, how many there are in all (`MOST_COUNTED` at most), and where the next page begins."""

    videos: tuple[DescribedVideo, ...]
    total: int
    total_is_exact: bool
    following: Cursor | None


def list_videos(conn: Connection, caller: Caller, wanted: Filter, page: Page) -> Listing:
    """The videos that the caller may see and wants to."""
    total = conn.execute(count_query(caller, wanted)).scalar_one()
    rows = conn.execute(page_query(caller, wanted, page, are_few=total <= FEW))
    found = [(row.id, cast(Key, row.key)) for row in rows]
    shown = found[: page.limit]
    known = described(conn, [video_id for video_id, _ in shown])
    following = Cursor(page.sort, page.order, shown[-1][1], shown[-1][0]) if len(found) > page.limit else None
    return Listing(
        videos=tuple(known[video_id] for video_id, _ in shown if video_id in known),
        total=min(total, MOST_COUNTED),
        total_is_exact=total <= MOST_COUNTED,
        following=following,
    )


def page_query(caller: Caller, wanted: Filter, page: Page, *, are_few: bool) -> Select[Any]:
    """The ids and keys of a page's videos, and of one more that tells whether another page follows.

    Args:
        caller: who asks.
        wanted: which videos they want.
        page: which piece of the list.
        are_few: whether so few videos are wanted that they had better be found first and sorted then.
    """
    key = SORT_KEYS[page.sort]
    found = select(videos.c.id, key.label("key")).where(visible_to(caller), *_conditions(wanted))
    if not are_few:
        return _cut(found, key, videos.c.id, page)
    first = found.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return _cut(select(first.c.id, first.c.key), first.c.key, first.c.id, page)


def count_query(caller: Caller, wanted: Filter) -> Select[int]:
    """How many videos there are; counting ends one behind `MOST_COUNTED`."""
    found = select(videos.c.id).where(visible_to(caller), *_conditions(wanted))
    return select(func.count()).select_from(found.limit(MOST_COUNTED + 1).subquery())


def _cut(found: Select[Any], key: ColumnElement[Any], video_id: ColumnElement[UUID], page: Page) -> Select[Any]:
    if page.after is not None:
        here = tuple_(key, video_id)
        place = tuple_(literal(page.after.key, key.type), literal(page.after.video_id, video_id.type))
        found = found.where(here < place if page.order is Order.DESCENDING else here > place)
    ordered = found.order_by(*(_directed(column, page.order) for column in (key, video_id)))
    return ordered.offset(page.offset).limit(page.limit + 1)


def _directed(column: ColumnElement[Any], order: Order) -> ColumnElement[Any]:
    return column.desc() if order is Order.DESCENDING else column.asc()


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    return [condition for condition in (*_equal(wanted), *_between(wanted), _words(wanted)) if condition is not None]


def _equal(wanted: Filter) -> list[ColumnElement[bool] | None]:
    pairs = [
        (videos.c.status, wanted.status),
        (videos.c.site_id, wanted.site_id),
        (videos.c.camera_id, wanted.camera_id),
        (videos.c.category_id, wanted.category_id),
    ]
    return [column == value for column, value in pairs if value is not None]


def _between(wanted: Filter) -> list[ColumnElement[bool] | None]:
    recorded, uploaded = videos.c.recorded_at, videos.c.uploaded_at
    return [
        None if wanted.recorded_from is None else recorded >= wanted.recorded_from,
        None if wanted.recorded_before is None else recorded < wanted.recorded_before,
        None if wanted.uploaded_from is None else uploaded >= wanted.uploaded_from,
        None if wanted.uploaded_before is None else uploaded < wanted.uploaded_before,
    ]


def _words(wanted: Filter) -> ColumnElement[bool] | None:
    """The words as they stand in any of the texts, in small or capital letters."""
    if not wanted.words:
        return None
    texts = (videos.c.title, videos.c.description, videos.c.filename)
    pattern = f"%{_WILD.sub(_ESCAPED, wanted.words)}%"  # ILIKE, which the index of trigrams serves; LOWER it does not
    return or_(*(column.ilike(pattern) for column in texts))
