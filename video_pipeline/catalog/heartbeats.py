"""How long ago a sign of life was given."""

from __future__ import annotations

from sqlalchemy import Connection, extract, func, select

from video_pipeline.catalog.care import heartbeats

DAEMON = "daemon"
"""Beats with every tick of the inbox sensor, which Dagster's daemon calls and its code server executes."""


def ages(conn: Connection) -> dict[str, float]:
    """The seconds since each thing beat; one that never did is missing."""
    age = extract("epoch", func.clock_timestamp() - heartbeats.c.beaten_at)
    return {name: max(float(seconds), 0.0) for name, seconds in conn.execute(select(heartbeats.c.name, age))}
