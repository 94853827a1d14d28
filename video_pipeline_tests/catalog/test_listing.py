from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql

from video_pipeline.catalog import listing
from video_pipeline.catalog.cursors import Order, Sort
from video_pipeline.catalog.listing import Filter, Page, list_videos, page_query
from video_pipeline.catalog.tables import videos
from video_pipeline.catalog.visibility import visible_to
from video_pipeline.types import Caller, VideoStatus

from .crowd import Crowd, gathered

FEW, MANY = 60, 40_000


@pytest.fixture
def crowd(conn: Connection) -> Crowd:
    return gathered(conn, FEW)


def ids(conn: Connection, caller: Caller, wanted: Filter, page: Page) -> list[UUID]:
    return [video.row.id for video in list_videos(conn, caller, wanted, page).videos]


def walked(conn: Connection, caller: Caller, page: Page) -> Iterator[UUID]:
    """Every video of a list, page by page along its cursors."""
    while True:
        found = list_videos(conn, caller, Filter(), page)
        yield from (video.row.id for video in found.videos)
        if found.following is None:
            return
        page = replace(page, after=found.following)


@pytest.mark.parametrize(("sort", "order", "few"), list(product(Sort, Order, (0, 1000))))
def test_pages_along_cursors_and_along_offsets_are_the_whole_list(
    conn: Connection, crowd: Crowd, sort: Sort, order: Order, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    conn.execute(update(videos).where(videos.c.duration_seconds < 30).values(duration_seconds=None, size_bytes=None))
    caller, page = crowd.member(0, 1), Page(sort, order, limit=7)
    expected = conn.scalar(select(func.count()).where(visible_to(caller)))
    whole = ids(conn, caller, Filter(), replace(page, limit=100))

    by_offset = [
        video for offset in range(0, FEW, 7) for video in ids(conn, caller, Filter(), replace(page, offset=offset))
    ]
    assert list(walked(conn, caller, page)) == by_offset == whole
    assert len(set(whole)) == len(whole) == expected
    assert ids(conn, caller, Filter(), Page(sort, _other(order), limit=100)) == whole[::-1]


def _other(order: Order) -> Order:
    return Order.ASCENDING if order is Order.DESCENDING else Order.DESCENDING


def test_the_newest_come_first_with_all_that_they_belong_to(conn: Connection, crowd: Crowd) -> None:
    first = list_videos(conn, crowd.admin, Filter(), Page(limit=2)).videos[0]

    assert first.row.filename == "clip-1.mp4"
    assert [named and named.name for named in (first.owner, first.site, first.camera, first.category)] == [
        "owner-1",
        "Site-0",
        "Gate",
        None,
    ]


def test_filters_pick(conn: Connection, crowd: Crowd) -> None:
    one = conn.scalars(select(videos.c.id).where(videos.c.filename == "clip-30.mp4")).one()
    ago = datetime.now(UTC) - timedelta(minutes=10.5)
    conn.execute(
        update(videos).where(videos.c.id == one).values(description="100 % ÜBER_Fahrt", recorded_at=ago, title="Hafen")
    )
    expected = [
        (Filter(status=VideoStatus.UPLOADED), FEW),
        (Filter(status=VideoStatus.FAILED), 0),
        (Filter(site_id=crowd.sites[0]), 32),
        (Filter(camera_id=crowd.cameras[1]), 28),
        (Filter(category_id=crowd.category), 5),
        (Filter(words="über_f"), 1),
        (Filter(words="0 %"), 1),
        (Filter(words="1%2"), 0),
        (Filter(words="hAF"), 1),
        (Filter(words="CLIP-3"), 11),
        (Filter(recorded_from=ago), 1),
        (Filter(recorded_before=ago), 0),
        (Filter(uploaded_from=ago), 10),
        (Filter(uploaded_before=ago), 50),
        (Filter(uploaded_before=ago, category_id=crowd.category), 5),
    ]
    page = Page(limit=100)
    assert [len(ids(conn, crowd.admin, wanted, page)) for wanted, _ in expected] == [number for _, number in expected]
    assert [list_videos(conn, crowd.admin, wanted, page).total for wanted, _ in expected] == [n for _, n in expected]


def test_a_list_says_how_far_it_counted(conn: Connection, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list_videos(conn, crowd.admin, Filter(), Page())
    monkeypatch.setattr(listing, "MOST_COUNTED", 50)
    beginning = list_videos(conn, crowd.admin, Filter(), Page())

    assert (whole.total, whole.total_is_exact) == (FEW, True)
    assert (beginning.total, beginning.total_is_exact) == (50, False)


def explained(conn: Connection, caller: Caller, wanted: Filter, page: Page) -> tuple[set[str], int]:
    """The indexes that PostgreSQL reads a page by ("" is a whole table), and how many rows it read and threw away."""
    are_few = list_videos(conn, caller, wanted, page).total <= listing.FEW
    query = page_query(caller, wanted, page, are_few=are_few).compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    told = conn.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}".replace("%%", "%").replace("%", "%%"))
    plan = told.scalar_one()
    nodes = list(_nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    scans = [node for node in nodes if node["Node Type"].endswith("Scan") and node["Node Type"] != "CTE Scan"]
    indexes = {scan.get("Index Name", "") for scan in scans if scan["Node Type"] != "Bitmap Heap Scan"}
    read = sum(scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0) for scan in scans)
    return indexes, round(read)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


def test_pages_are_read_along_indexes_at_the_start_and_at_the_end(conn: Connection) -> None:
    crowd = gathered(conn, MANY, owners=100, places=90)
    sparse = crowd.member(3, 4)
    far = datetime.now(UTC) - timedelta(days=20_000)
    cases = [
        (crowd.admin, Filter(), Sort.DATE, {"ix_videos_created_at"}),
        (crowd.admin, Filter(), Sort.NAME, {"ix_videos_listed_name"}),
        (crowd.admin, Filter(), Sort.DURATION, {"ix_videos_listed_seconds"}),
        (crowd.admin, Filter(), Sort.SIZE, {"ix_videos_listed_bytes"}),
        (crowd.admin, Filter(camera_id=crowd.cameras[2]), Sort.DATE, {"ix_videos_camera_id_created_at"}),
        (
            crowd.admin,
            Filter(category_id=crowd.category),
            Sort.DATE,
            {"ix_videos_category_id_created_at", "ix_videos_created_at"},
        ),
        (crowd.admin, Filter(words="clip-31415.mp4"), Sort.DATE, {"ix_videos_words"}),
        (sparse, Filter(), Sort.DATE, {"ix_videos_owner_id_created_at", "ix_videos_site_id_created_at"}),
        (crowd.admin, Filter(recorded_before=far), Sort.DATE, {"ix_videos_recorded_at"}),
        (crowd.admin, Filter(uploaded_before=far), Sort.NAME, {"ix_videos_uploaded_at"}),
    ]
    for caller, wanted, sort, expected in cases:
        start = Page(sort)
        end = replace(start, after=_near_the_end(conn, caller, wanted, start))
        for page in (start, end):
            indexes, read = explained(conn, caller, wanted, page)
            assert set() < indexes <= expected, (wanted, sort)
            total = list_videos(conn, caller, wanted, page).total
            assert read <= (3 * total if total <= listing.FEW else 500), (wanted, sort)


def _near_the_end(conn: Connection, caller: Caller, wanted: Filter, page: Page) -> Any:
    """The cursor some videos before a list's end, found from its other side."""
    backwards = replace(page, order=Order.ASCENDING, limit=25)
    found = list_videos(conn, caller, wanted, backwards).following
    return found and replace(found, order=Order.DESCENDING)
