"""What admins set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog.people import configuration


def configure(conn: Connection, changes: Mapping[str, Any], *, by: UUID) -> None:
    """Change what is configured; None means as the environment says from now on."""
    values = {**changes, "updated_at": func.now(), "updated_by": by}
    row = insert(configuration).values(id=1, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))
