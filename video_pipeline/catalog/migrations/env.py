"""Alembic's entry: runs revisions on the connection that migrate.py hands over.

On the command line, to draft a revision after a change of tables.py:

    alembic -x database_url=$DATABASE_URL revision --autogenerate -m "what changes"
"""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.sql.schema import SchemaItem

from video_pipeline.catalog.documents import MediaFactsJson, WarningsJson
from video_pipeline.catalog.engine import connect
from video_pipeline.catalog.migrate import VERSION_TABLE
from video_pipeline.catalog.tables import videos

metadata = videos.metadata


def _is_ours(item: SchemaItem, name: str | None, kind: str, reflected: bool, compared: SchemaItem | None) -> bool:  # noqa: FBT001, ARG001 - Alembic's signature
    return kind != "table" or name in metadata.tables


def _rendered(kind: str, item: object, autogenerate: AutogenContext) -> str | Literal[False]:
    """Revisions name PostgreSQL's types, not ours: they must work when ours have changed."""
    if kind != "type" or not isinstance(item, MediaFactsJson | WarningsJson):
        return False
    autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
    return "postgresql.JSONB()"


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        include_object=_is_ours,
        render_item=_rendered,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on_own_connection(database_url: str) -> None:
    engine = connect(database_url)
    with engine.connect() as connection:
        _run(connection)
    engine.dispose()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    _run(handed_over)
else:
    _run_on_own_connection(context.get_x_argument(as_dictionary=True)["database_url"])
