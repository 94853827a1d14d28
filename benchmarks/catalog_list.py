"""What a page of twenty videos costs the database among a million: by every filter and every sort, at start and end.

A page is what the API asks for: the ids along an index, and the count that ends at 10 000. Each is explained by the
database itself, which tells how long it took and how many blocks it touched; those are the same on a busy machine too.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, text

from benchmarks.report import Figure
from video_pipeline.catalog.cursors import Cursor, Order, Sort
from video_pipeline.catalog.engine import connect
from video_pipeline.catalog.listing import FEW, Filter, Page, count_query, page_query
from video_pipeline.catalog.tables import videos
from video_pipeline.local.stack import running
from video_pipeline.types import Caller, Role, VideoStatus
from video_pipeline_tests.catalog import crowd

VIDEOS = 1_000_000
OWNERS, SITES = 500, 100
ROUNDS = 3
PAGE_MS = 20.0
#: Blocks at the end beside those at the start: the height of an index, and where its leaves begin, may differ.
SAME = 1.5

# One a minute, in every status, named at random, recorded a little before they were sent.
MANY = text("""
    INSERT INTO videos (status, source, scope, filename, extension, title, size_bytes, duration_seconds, created_at,
                        recorded_at, uploaded_at, owner_id, site_id, camera_id, category_id, error_code, error_sentence,
                        error_retryable, failed_at)
    SELECT CASE WHEN n % 100 = 0 THEN 'failed' WHEN n % 1000 = 1 THEN 'uploading' ELSE 'uploaded' END,
           'upload', 'bench', 'clip-' || n || '.mp4', 'mp4', 'Take ' || md5(n::text),
           abs(hashint8extended(n, 1)) % 100000000, abs(hashint8extended(n, 2)) % 36000 / 10.0,
           at, at - interval '1 hour', at, (CAST(:owners AS uuid[]))[1 + n % :owner_count],
           (CAST(:sites AS uuid[]))[1 + n / 7 % :site_count], (CAST(:cameras AS uuid[]))[1 + n / 7 % :site_count],
           CASE WHEN n % 11 = 0 THEN CAST(:category AS uuid) END, CASE WHEN n % 100 = 0 THEN 'damaged' END,
           CASE WHEN n % 100 = 0 THEN 'It is damaged.' END, CASE WHEN n % 100 = 0 THEN false END,
           CASE WHEN n % 100 = 0 THEN at END
    FROM generate_series(CAST(1 AS bigint), :number) AS n,
         LATERAL (SELECT CAST(:now AS timestamptz) - n * interval '1 minute') AS moment(at)
""")


@dataclass(frozen=True, slots=True)
class Cost:
    """What the database did for a statement."""

    milliseconds: float
    blocks: int
    scans: frozenset[str]


@dataclass(frozen=True, slots=True)
class Full:
    """A full catalog: who asks, one who sees everything and one who sees a thirtieth, and for what."""

    callers: Mapping[str, Caller]
    filters: Mapping[str, Filter]


def measure() -> list[Figure]:
    """The dearest page and count of each filter, over every sort; and the last pages beside the first ones."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), parts={"postgres"}) as stack:
        os.environ.update(stack.environment)
        engine = connect(stack.environment["DATABASE_URL"], statement_seconds=0)
        with engine.begin() as conn:
            full = _filled(conn)
        with engine.connect() as conn:
            asked = product(full.filters.items(), full.callers.items())
            figures = [figure for wanted, caller in asked for figure in _of_filter(conn, *wanted, *caller)]
            figures += _from_start_to_end(conn, full.callers["an admin"])
        engine.dispose()
    return figures


def _filled(conn: Connection) -> Full:
    now = datetime.now(UTC)
    owners = [crowd.user(conn, f"owner-{n}") for n in range(OWNERS)]
    sites = [crowd.site(conn, f"site-{n}") for n in range(SITES)]
    cameras = [crowd.camera(conn, site) for site in sites]
    category = crowd.category(conn)
    told = {"owners": owners, "sites": sites, "cameras": cameras, "category": category, "now": now}
    with _without_indexes(conn):
        conn.execute(MANY, {**told, "number": VIDEOS, "owner_count": OWNERS, "site_count": SITES})
    conn.execute(text("ANALYZE videos"))
    filters = _filters(now, site=sites[0], camera=cameras[0], category=category)
    member = Caller(owners[0], Role.MEMBER, frozenset(sites[:3]))
    return Full({"an admin": Caller(owners[0], Role.ADMIN), "a member": member}, filters)


@contextmanager
def _without_indexes(conn: Connection) -> Iterator[None]:
    """Make the table's own indexes anew when the block ends: row by row they take ten times as long."""
    for index in videos.indexes:
        index.drop(conn)
    yield
    for index in videos.indexes:
        index.create(conn)


def _filters(now: datetime, *, site: UUID, camera: UUID, category: UUID) -> dict[str, Filter]:
    """One of each kind; ranges are a day, a year ago."""
    day = now - timedelta(days=365)
    return {
        "nothing": Filter(),
        "a status that most have": Filter(status=VideoStatus.UPLOADED),
        "a status that few have": Filter(status=VideoStatus.UPLOADING),
        "a status that none has": Filter(status=VideoStatus.PROCESSING),
        "a site": Filter(site_id=site),
        "a camera": Filter(camera_id=camera),
        "a category": Filter(category_id=category),
        "a day of recording": Filter(recorded_from=day, recorded_before=day + timedelta(days=1)),
        "a day of uploading": Filter(uploaded_from=day, uploaded_before=day + timedelta(days=1)),
        "words that all have": Filter(words="take"),
        "words that one has": Filter(words=f"clip-{VIDEOS // 2}."),
        "words that none has": Filter(words="harbour"),
    }


def _of_filter(conn: Connection, name: str, wanted: Filter, who: str, caller: Caller) -> Iterator[Figure]:
    are_few = conn.execute(count_query(caller, wanted)).scalar_one() <= FEW
    pages = [
        _cost(conn, page_query(caller, wanted, Page(sort, order), are_few=are_few))
        for sort, order in product(Sort, Order)
    ]
    count = _cost(conn, count_query(caller, wanted))
    told = f"{name}, for {who}: the dearest page of any sort{_walked(*pages)}"
    yield Figure(told, max(page.milliseconds for page in pages), "ms", PAGE_MS)
    yield Figure(f"and counting{_walked(count)}", count.milliseconds, "ms", PAGE_MS)


def _walked(*costs: Cost) -> str:
    """Says so where one of them walked the table; counting may, for it ends early."""
    return ", **without an index**" if any("Seq Scan" in cost.scans for cost in costs) else ""


def _from_start_to_end(conn: Connection, caller: Caller) -> Iterator[Figure]:
    """Pages behind a cursor near the start, and behind one near the end."""
    for sort in Sort:
        start, end = (_behind(conn, caller, Page(sort, offset=round(VIDEOS * place))) for place in (0.001, 0.999))
        yield Figure(f"by {sort}: a page near the end", end.milliseconds, "ms", PAGE_MS)
        yield Figure("blocks that it touches, beside one near the start", end.blocks / start.blocks, "×", SAME)


def _behind(conn: Connection, caller: Caller, page: Page) -> Cost:
    """The page behind the first video of another."""
    video_id, key = conn.execute(page_query(caller, Filter(), page, are_few=False)).tuples().all()[0]
    after = Cursor(page.sort, page.order, key, video_id)
    return _cost(conn, page_query(caller, Filter(), Page(page.sort, page.order, after=after), are_few=False))


def _cost(conn: Connection, query: Select[Any]) -> Cost:
    """The median round of a statement, planning included; the first of them has filled the cache."""
    rounds = sorted((_explained(conn, query) for _ in range(ROUNDS)), key=lambda cost: cost.milliseconds)
    return rounds[ROUNDS // 2]


def _explained(conn: Connection, query: Select[Any]) -> Cost:
    compiled = query.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})
    told = conn.exec_driver_sql(
        f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled}".replace("%%", "%").replace("%", "%%")
    )
    [explained] = told.scalar_one()
    plan = explained["Plan"]
    return Cost(
        explained["Planning Time"] + explained["Execution Time"],
        plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        frozenset(_scans(plan)),
    )


def _scans(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for inner in plan.get("Plans", ()):
        yield from _scans(inner)
