from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, update

from video_pipeline.catalog import queries, uploading
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import quota_usage
from video_pipeline.catalog.records import multipart, quota, videos
from video_pipeline.catalog.records.uploads import register_upload
from video_pipeline.catalog.tables import uploads
from video_pipeline.types import StoredObject
from video_pipeline_tests.catalog import crowd, stories
from video_pipeline_tests.catalog.stories import in_parts

WEEK = datetime(2026, 5, 3, tzinfo=UTC)


@pytest.fixture
def user(engine):
    with engine.begin() as connection:
        return crowd.user(connection, "ada")


def reserve(connection, user, size, *, limit=100, week=WEEK):
    return quota.reserve(connection, user, week_start=week, size_bytes=size, limit_bytes=limit)


@pytest.fixture
def used(engine, user):
    def read(week=WEEK):
        with transaction(engine) as connection:
            return uploading.used_bytes(connection, user, week)

    return read


@pytest.fixture
def begun(engine, user):
    """An upload of 60 bytes, or of up to 60 whose size nobody knows, taken from the week."""

    def begin(declared=60):
        video_id = uuid4()
        with transaction(engine) as connection:
            assert reserve(connection, user, 60)
            register_upload(
                connection,
                video_id=video_id,
                inbox_key=f"incoming/{video_id}.mp4",
                filename="a.mp4",
                extension="mp4",
                scope="x",
                owner_id=user,
                declared_bytes=declared,
            )
            in_parts(connection, video_id, part_bytes=60, part_count=1, week_start=WEEK)
        return video_id

    return begin


def test_bytes_are_taken_up_to_the_limit_and_not_one_more(engine, user, used):
    with transaction(engine) as connection:
        assert [reserve(connection, user, size) for size in (101, 60, 41, 40, 1)] == [False, True, False, True, False]

    assert used() == 100


def test_every_week_is_counted_for_itself(engine, user, used):
    with transaction(engine) as connection:
        assert reserve(connection, user, 100)
        assert reserve(connection, user, 100, week=WEEK + timedelta(days=7))

    assert used() == used(WEEK + timedelta(days=7)) == 100


def test_of_many_who_take_the_last_bytes_at_once_as_many_as_there_is_room_for_get_them(engine, user, used):
    def take(_):
        with transaction(engine) as connection:
            return reserve(connection, user, 30)

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(take, range(10))) == 3
    assert used() == 90


def test_what_is_given_back_is_given_back_once(engine, begun, used):
    video_id = begun()

    for _ in range(2):
        with transaction(engine) as connection:
            quota.give_back(connection, video_id)

    assert used() == 0


def test_what_was_reserved_beyond_the_size_comes_back_when_it_is_known(engine, begun, used):
    video_id = begun(declared=None)

    for _ in range(2):
        with transaction(engine) as connection:
            quota.settle(connection, video_id, 25)

    assert used() == 25
    with transaction(engine) as connection:
        quota.give_back(connection, video_id)
    assert used() == 0


@pytest.mark.parametrize("end", ["refuse", "mark_duplicate"])
def test_bytes_that_are_not_kept_are_not_counted(engine, begun, used, end):
    video_id = begun()
    with transaction(engine) as connection:
        multipart.arrived(connection, video_id, StoredObject("k", "e", 60, WEEK))
        if end == "refuse":
            videos.refuse(connection, video_id, code="not_a_video", sentence="It is none.")
        else:
            videos.mark_duplicate(connection, video_id, of=stories.registered(connection))

    assert used() == 0


def test_an_upload_that_expires_gives_back_what_it_took(engine, begun, used):
    video_id = begun()
    with transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE uploads SET seen_at = now() - interval '7 hours'")
        assert multipart.expire(connection, video_id)

    assert used() == 0


def test_counters_of_long_ago_are_forgotten(engine, user, begun, used):
    video_id = begun()
    with transaction(engine) as connection:
        assert reserve(connection, user, 7, week=WEEK + timedelta(days=7))
        assert quota.forget(connection, before=WEEK) == 0
        assert quota.forget(connection, before=WEEK + timedelta(days=1)) == 1
        quota.give_back(connection, video_id)  # nothing is there to return to any more

    assert (used(), used(WEEK + timedelta(days=7))) == (0, 7)


@pytest.mark.parametrize("told", [59, 60, 100, None])
def test_a_counter_is_what_the_uploads_say(engine, user, begun, used, told):
    begun()
    with transaction(engine) as connection:
        yesterday = queries.now(connection) - timedelta(days=1)
        connection.execute(update(uploads).values(week_start=yesterday))
        connection.execute(update(quota_usage).values(week_start=yesterday, bytes=told or 0))
        if told is None:
            connection.execute(delete(quota_usage))

        assert quota.settle_drift(connection) == ([] if told == 60 else [user])
        assert quota.settle_drift(connection) == []

    assert used(yesterday) == 60
