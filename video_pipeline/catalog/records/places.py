"""Sites, cameras and categories as admins set them up; names that are taken and things in use are conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from psycopg.errors import ForeignKeyViolation, UniqueViolation
from sqlalchemy import Connection, Table, delete, insert, update
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog.tables import cameras, categories, sites
from video_pipeline.errors import Conflict, NotFound, PipelineError, RequestRefused


def add_site(conn: Connection, values: Mapping[str, Any]) -> UUID:
    """A new site.

    Raises:
        Conflict: its slug is taken.
    """
    return _add(conn, sites, values)


def change_site(conn: Connection, site_id: UUID, changes: Mapping[str, Any]) -> None:
    """Change a site's name or what it accepts.

    Raises:
        NotFound: there is no such site.
    """
    _change(conn, sites, site_id, changes)


def remove_site(conn: Connection, site_id: UUID) -> None:
    """Remove a site that nothing belongs to; removing what is gone is as well.

    Raises:
        Conflict: it has cameras or videos.
    """
    _remove(conn, sites, site_id)


def add_camera(conn: Connection, values: Mapping[str, Any]) -> UUID:
    """A new camera.

    Raises:
        Conflict: its slug is taken at that site.
        RequestRefused: there is no such site.
    """
    return _add(conn, cameras, values)


def change_camera(conn: Connection, camera_id: UUID, changes: Mapping[str, Any]) -> None:
    """Change a camera's name.

    Raises:
        NotFound: there is no such camera.
    """
    _change(conn, cameras, camera_id, changes)


def remove_camera(conn: Connection, camera_id: UUID) -> None:
    """Remove a camera without videos; removing what is gone is as well.

    Raises:
        Conflict: it has videos.
    """
    _remove(conn, cameras, camera_id)


def add_category(conn: Connection, values: Mapping[str, Any]) -> UUID:
    """A new category.

    Raises:
        Conflict: its name or slug is taken.
    """
    return _add(conn, categories, values)


def change_category(conn: Connection, category_id: UUID, changes: Mapping[str, Any]) -> None:
    """Change a category's name or slug.

    Raises:
        NotFound: there is no such category.
        Conflict: the name or slug is taken.
    """
    _change(conn, categories, category_id, changes)


def remove_category(conn: Connection, category_id: UUID) -> None:
    """Remove a category; its videos stay, without one."""
    _remove(conn, categories, category_id)


def _add(conn: Connection, table: Table, values: Mapping[str, Any]) -> UUID:
    missing = RequestRefused("What this is to belong to does not exist.")
    with _explained(conn, foreign=missing):
        new_id: UUID = conn.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
    return new_id


def _change(conn: Connection, table: Table, row_id: UUID, changes: Mapping[str, Any]) -> None:
    # Of itself where nothing changes, so that what does not exist is found missing all the same.
    values = changes or {"name": table.c.name}
    with _explained(conn, foreign=RequestRefused("What this is to belong to does not exist.")):
        if not conn.execute(update(table).where(table.c.id == row_id).values(**values)).rowcount:
            raise NotFound


def _remove(conn: Connection, table: Table, row_id: UUID) -> None:
    with _explained(conn, foreign=Conflict("It is still in use: something belongs to it.")):
        conn.execute(delete(table).where(table.c.id == row_id))


@contextmanager
def _explained(conn: Connection, *, foreign: PipelineError) -> Iterator[None]:
    try:
        with conn.begin_nested():
            yield
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise Conflict("Another one has that name or slug already.") from error
        if isinstance(error.orig, ForeignKeyViolation):
            raise foreign from error
        raise
