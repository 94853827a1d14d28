"""Lists of videos: whatever the filters and the sort, a page is read along an index and not out of all videos.

Whoever is no admin sees videos for one of several reasons, and each reason is a branch of its own with the page's
limit: one condition that ORs them would make PostgreSQL walk everybody's videos to find somebody's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Subquery, func, literal, or_, select, tuple_, union_all

from video_pipeline.catalog.cursors import Cursor, Key, Order, Sort
from video_pipeline.catalog.described import DescribedVideo, described
from video_pipeline.catalog.tables import LISTED_BYTES, LISTED_NAME, LISTED_SECONDS, videos
from video_pipeline.catalog.visibility import reasons_to_see
from video_pipeline.types import Caller, VideoStatus

#: Counting on would cost more than anybody reads.
MOST_COUNTED = 10_000

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
    total = _count(conn, caller, wanted)
    found = [(row.id, cast(Key, row.key)) for row in conn.execute(page_query(caller, wanted, page))]
    shown = found[: page.limit]
    known = described(conn, [video_id for video_id, _ in shown])
    following = Cursor(page.sort, page.order, shown[-1][1], shown[-1][0]) if len(found) > page.limit else None
    return Listing(
        videos=tuple(known[video_id] for video_id, _ in shown if video_id in known),
        total=min(total, MOST_COUNTED),
        total_is_exact=total <= MOST_COUNTED,
        following=following,
    )


def page_query(caller: Caller, wanted: Filter, page: Page) -> Select[Any]:
    """The ids and keys of a page's videos, and of one more that tells whether another page follows."""
    reach = page.offset + page.limit + 1
    merged = _merged(caller, wanted, lambda branch: _in_order(branch, page).limit(reach))
    return (
        select(merged.c.id, merged.c.key).order_by(*_ordered(merged.c, page)).offset(page.offset).limit(page.limit + 1)
    )


def _in_order(branch: Select[Any], page: Page) -> Select[Any]:
    key = SORT_KEYS[page.sort]
    branch = branch.add_columns(key.label("key"))
    if page.after is not None:
        here = tuple_(key, videos.c.id)
        place = tuple_(literal(page.after.key, key.type), literal(page.after.video_id, videos.c.id.type))
        branch = branch.where(here < place if page.order is Order.DESCENDING else here > place)
    return branch.order_by(*(_directed(column, page.order) for column in (key, videos.c.id)))


def _ordered(columns: Any, page: Page) -> list[ColumnElement[Any]]:  # noqa: ANN401
    return [_directed(column, page.order) for column in (columns.key, columns.id)]


def _directed(column: ColumnElement[Any], order: Order) -> ColumnElement[Any]:
    return column.desc() if order is Order.DESCENDING else column.asc()


def _count(conn: Connection, caller: Caller, wanted: Filter) -> int:
    merged = _merged(caller, wanted, lambda branch: branch.limit(MOST_COUNTED + 1))
    bounded = select(merged.c.id).limit(MOST_COUNTED + 1).subquery()
    return conn.execute(select(func.count()).select_from(bounded)).scalar_one()


def _merged(caller: Caller, wanted: Filter, bound: Callable[[Select[Any]], Select[Any]]) -> Subquery:
    """Every reason's videos together; they are told apart by `bound`, which limits each of them."""
    conditions = _conditions(wanted)
    branches = [bound(select(videos.c.id).where(reason, *conditions)) for reason in reasons_to_see(caller)]
    return union_all(*(branch.subquery().select() for branch in branches)).subquery()


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
