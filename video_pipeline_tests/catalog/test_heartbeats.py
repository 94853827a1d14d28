from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, func, update

from video_pipeline.catalog import heartbeats
from video_pipeline.catalog.care import heartbeats as table
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.heartbeats import beat


def test_what_never_beat_has_no_age(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert heartbeats.ages(connection) == {}


def test_the_age_is_that_of_the_last_beat(engine: Engine) -> None:
    with transaction(engine) as connection:
        beat(connection, "daemon")
        connection.execute(update(table).values(beaten_at=func.now() - timedelta(seconds=90)))
    with transaction(engine) as connection:
        assert 90 <= heartbeats.ages(connection)["daemon"] < 100
        beat(connection, "daemon")
        assert 0 <= heartbeats.ages(connection)["daemon"] < 10


def test_a_clock_that_was_set_back_makes_no_negative_age(engine: Engine) -> None:
    with transaction(engine) as connection:
        beat(connection, "daemon")
        connection.execute(update(table).values(beaten_at=func.now() + timedelta(hours=1)))
        assert heartbeats.ages(connection) == {"daemon": 0.0}
