"""Where videos come from and what they are about, as people read them: sites, their cameras, and categories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, Table, select, true

from video_pipeline.catalog.tables import cameras, categories, sites
from video_pipeline.errors import NotFound
from video_pipeline.types import Caller


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site, and what it accepts where that is less than the installation does."""

    id: UUID
    slug: str
    name: str
    accepted_extensions: list[str] | None
    max_file_bytes: int | None
    max_duration_seconds: float | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera of a site."""

    id: UUID
    site_id: UUID
    slug: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """What a video can be about."""

    id: UUID
    name: str
    slug: str
    created_by: UUID | None
    created_at: datetime


Row = TypeVar("Row", SiteRow, CameraRow, CategoryRow)


def list_sites(conn: Connection, caller: Caller) -> list[SiteRow]:
    """The sites that the caller is a member of, or all for an admin, by name."""
    return _rows(conn, SiteRow, _by_name(sites).where(_among(caller, sites.c.id)))


def site(conn: Connection, caller: Caller, site_id: UUID) -> SiteRow:
    """One of those sites.

    Raises:
        NotFound: there is none of that id, or none that the caller may see.
    """
    found = _rows(conn, SiteRow, select(sites).where(sites.c.id == site_id, _among(caller, sites.c.id)))
    return _only(found, "site", site_id)


def list_cameras(conn: Connection, caller: Caller, *, site_id: UUID | None = None) -> list[CameraRow]:
    """The cameras of the caller's sites, or of one of them, by name."""
    of_one = cameras.c.site_id == site_id if site_id else true()
    return _rows(conn, CameraRow, _by_name(cameras).where(_among(caller, cameras.c.site_id), of_one))


def camera(conn: Connection, caller: Caller, camera_id: UUID) -> CameraRow:
    """One of those cameras.

    Raises:
        NotFound: there is none of that id, or none that the caller may see.
    """
    one = select(cameras).where(cameras.c.id == camera_id, _among(caller, cameras.c.site_id))
    return _only(_rows(conn, CameraRow, one), "camera", camera_id)


def list_categories(conn: Connection) -> list[CategoryRow]:
    """Every category, by name."""
    return _rows(conn, CategoryRow, _by_name(categories))


def category(conn: Connection, category_id: UUID) -> CategoryRow:
    """One category.

    Raises:
        NotFound: there is none of that id.
    """
    found = _rows(conn, CategoryRow, select(categories).where(categories.c.id == category_id))
    return _only(found, "category", category_id)


def _by_name(table: Table) -> Select[*tuple[object, ...]]:
    return select(table).order_by(table.c.name, table.c.id)


def _among(caller: Caller, site_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    return true() if caller.is_admin else site_id.in_(caller.sites)


def _rows(conn: Connection, kind: type[Row], query: Select[*tuple[object, ...]]) -> list[Row]:
    return [kind(**row._mapping) for row in conn.execute(query)]


def _only(found: list[Row], what: str, sought: UUID) -> Row:
    if not found:
        raise NotFound(f"No {what} has the id {sought}.")
    return found[0]
