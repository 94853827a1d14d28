"""Signs of life of what runs beside the API: the sensor beats for the daemon and the code server, which it needs."""

from __future__ import annotations

from sqlalchemy import Connection, func
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog.care import heartbeats


def beat(conn: Connection, name: str) -> None:
    """Say that `name` is alive now."""
    sign = insert(heartbeats).values(name=name)
    conn.execute(sign.on_conflict_do_update(index_elements=["name"], set_={"beaten_at": func.clock_timestamp()}))
