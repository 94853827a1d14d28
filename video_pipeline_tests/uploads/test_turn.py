from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from video_pipeline.catalog import queries, uploading
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import quota
from video_pipeline.catalog.records.uploads import register_upload
from video_pipeline.uploads.turn import Turned, turn_week
from video_pipeline_tests.catalog import crowd
from video_pipeline_tests.catalog.stories import in_parts


@pytest.fixture
def reserved(engine):
    """An upload of 60 bytes, in a week that began so long ago; gives its owner and its week."""

    def begin(**ago: int):
        video_id = uuid4()
        with transaction(engine) as connection:
            user_id = crowd.user(connection, str(ago))
            week_start = queries.now(connection) - timedelta(**ago)
            quota.reserve(connection, user_id, week_start=week_start, size_bytes=60, limit_bytes=100)
            register_upload(
                connection,
                video_id=video_id,
                inbox_key=f"incoming/{video_id}.mp4",
                filename="a.mp4",
                extension="mp4",
                scope="x",
                owner_id=user_id,
                declared_bytes=60,
            )
            in_parts(connection, video_id, part_bytes=60, part_count=1, week_start=week_start)
        return user_id, week_start

    return begin


def used(engine, user_id, week_start):
    with transaction(engine) as connection:
        return uploading.used_bytes(connection, user_id, week_start)


def told(engine):
    with engine.begin() as connection:
        return list(connection.exec_driver_sql("SELECT type FROM events").scalars())


def test_what_counts_is_kept_and_what_is_long_ago_forgotten(engine, reserved) -> None:
    old, recent, present = reserved(weeks=9), reserved(weeks=7), reserved(days=1)

    assert turn_week(engine) == Turned(forgotten=1, settled=0)

    assert [used(engine, *one) for one in (old, recent, present)] == [0, 60, 60]
    assert told(engine) == []
    assert turn_week(engine) == Turned(forgotten=0, settled=0)


def test_a_counter_that_was_wrong_is_put_right_and_operators_hear_of_it(engine, reserved) -> None:
    right, wrong = reserved(days=1), reserved(days=2)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE quota_usage SET bytes = 1 WHERE user_id = %(user)s", {"user": wrong[0]})

    assert turn_week(engine) == Turned(forgotten=0, settled=1)

    assert [used(engine, *one) for one in (right, wrong)] == [60, 60]
    assert told(engine) == ["watchdog.quota_settled"]
