"""An upload written down before its first byte: its video, its parts, and its bytes of a quota, in one statement.

In one, because beginning an upload is what the API does most, and each journey to the database costs it as much as the
work there; so it needs no transaction of its own either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack
from uuid import UUID

from psycopg.errors import ForeignKeyViolation
from sqlalchemy import BindParameter, Connection, FromClause, Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert

from video_pipeline.catalog.records import quota
from video_pipeline.catalog.records.uploads import Told, row_of
from video_pipeline.catalog.tables import uploads, videos
from video_pipeline.catalog.uploading import EXPIRES_AT
from video_pipeline.errors import NotFound


@dataclass(frozen=True, slots=True)
class Parts:
    """How a file is cut."""

    part_bytes: int
    part_count: int


@dataclass(frozen=True, slots=True)
class Share:
    """Bytes of a user's week, and how many are theirs in all."""

    owner: UUID
    week: datetime
    wanted: int
    limit: int


_PLACES = {f"fk_videos_{column}" for column in ("camera_id", "site_id", "category_id")}
_VIDEO, _UPLOAD = "video_", "upload_"
"""What the parameters of the two rows begin with: some of their columns share a name."""
_BEGUN = [*Told.__annotations__, "status", "source"]


def _statement(*sources: FromClause) -> ReturningInsert[Any]:
    """Both rows, where there is a row in each of `sources`. Put together once: that takes longer than to run it."""
    columns = ["id" if name == "video_id" else name for name in _BEGUN]
    video = insert(videos).from_select(columns, select(*_given(_VIDEO, videos, columns)).select_from(*sources))
    begun = video.returning(videos.c.id).cte("begun")
    cut = ["part_bytes", "part_count", "week_start"]
    upload = insert(uploads).from_select(["video_id", *cut], select(begun.c.id, *_given(_UPLOAD, uploads, cut)))
    return upload.returning(EXPIRES_AT)


def _given(prefix: str, table: Table, names: Iterable[str]) -> list[BindParameter[Any]]:
    return [bindparam(prefix + name, type_=table.c[name].type) for name in names]


_COUNTED = _statement(quota.RESERVE.cte("taken"))
_UNCOUNTED = _statement()


def announce(conn: Connection, parts: Parts, share: Share | None, **told: Unpack[Told]) -> datetime | None:
    """Begin a video's row and its upload, and take its share of a quota; gives when the upload expires.

    None, and nothing of it is written, where the share is more than is left.

    Raises:
        NotFound: the camera or the category was there a moment ago, and is not any more.
    """
    values: dict[str, object] = {_VIDEO + name: value for name, value in row_of(told).items()}
    values |= {_UPLOAD + "part_bytes": parts.part_bytes, _UPLOAD + "part_count": parts.part_count}
    values |= {_UPLOAD + "week_start": None if share is None else share.week}
    if share is not None:
        values |= {"owner": share.owner, "week": share.week, "wanted": share.wanted, "limit": share.limit}
    with _places_are_there():
        begun = conn.execute(_UNCOUNTED if share is None else _COUNTED, values)
    expires_at: datetime | None = begun.scalar_one_or_none()
    return expires_at


@contextmanager
def _places_are_there() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.orig, ForeignKeyViolation) and error.orig.diag.constraint_name in _PLACES:
            raise NotFound("The camera or the category has just been removed.") from error
        raise
