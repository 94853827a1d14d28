"""Making things as old as a test needs them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, Table, func, update


def backdate(conn: Connection, table: Table, row_id: object = None, **ages: timedelta) -> None:
    """Set columns to so long ago, in the row of that key, or in all."""
    step = update(table).values({name: func.now() - age for name, age in ages.items()})
    (key,) = table.primary_key
    conn.execute(step if row_id is None else step.where(key == row_id))
