from __future__ import annotations

from sqlalchemy import Engine, select

from video_pipeline.catalog.care import heartbeats as table
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.heartbeats import beat


def test_each_name_has_one_row_that_follows_the_clock_within_a_transaction(engine: Engine) -> None:
    last = select(table.c.beaten_at).where(table.c.name == "daemon")
    with transaction(engine) as connection:
        beat(connection, "daemon")
        beat(connection, "courier")
        first = connection.scalar(last)
        beat(connection, "daemon")
        assert first is not None
        assert connection.execute(last).scalar_one() > first
        assert set(connection.scalars(select(table.c.name))) == {"daemon", "courier"}
