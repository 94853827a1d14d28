from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4

import pytest

from video_pipeline.catalog import queries, uploading
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import multipart
from video_pipeline.errors import VideoNotFound
from video_pipeline.types import StoredObject, VideoStatus
from video_pipeline_tests.catalog.stories import in_parts, registered, wait_until_somebody_waits_for

STORED = StoredObject("k", "etag-1", 12, datetime(2026, 5, 3, tzinfo=UTC))


@pytest.fixture
def begun(conn):
    """An upload in three parts."""
    video_id = registered(conn)
    in_parts(conn, video_id, part_bytes=5, part_count=3, week_start=None)
    return video_id


def test_an_upload_is_known_by_the_stores_name_once_that_has_begun_it(conn, begun):
    assert uploading.upload(conn, begun).multipart_id is None

    assert multipart.started(conn, begun, "m-1")

    assert uploading.upload(conn, begun).multipart_id == "m-1"


def test_a_sign_of_life_puts_the_end_off(conn, begun):
    conn.exec_driver_sql("UPDATE uploads SET seen_at = now() - interval '7 hours'")
    assert uploading.upload(conn, begun).is_expired

    multipart.touch(conn, begun)

    found = uploading.upload(conn, begun)
    assert (found.is_expired, found.expires_at) == (False, queries.now(conn) + uploading.LIFETIME)


def test_a_size_is_told_once(conn, begun):
    conn.exec_driver_sql("UPDATE videos SET declared_bytes = NULL")

    assert [multipart.declare(conn, begun, size_bytes=size) for size in (12, 13)] == [True, False]
    assert uploading.upload(conn, begun).declared_bytes == 12


def test_what_has_arrived_cannot_be_given_up_and_arrives_once(conn, begun):
    assert multipart.arrived(conn, begun, STORED)
    assert not multipart.arrived(conn, begun, STORED)
    assert not multipart.give_up(conn, begun)

    found = uploading.upload(conn, begun)
    assert (found.status, found.is_completed, found.is_aborted) == (VideoStatus.UPLOADED, True, False)


def test_what_was_given_up_cannot_arrive_nor_begin(conn, begun):
    assert multipart.give_up(conn, begun)
    assert multipart.give_up(conn, begun)
    assert not multipart.arrived(conn, begun, STORED)
    assert not multipart.started(conn, begun, "m-1")

    found = uploading.upload(conn, begun)
    assert (found.status, found.is_completed, found.is_aborted) == (VideoStatus.DELETED, False, True)


def test_a_video_without_an_upload_of_its_own_arrives_as_well(conn):
    assert multipart.arrived(conn, registered(conn), STORED)
    with pytest.raises(VideoNotFound):
        multipart.arrived(conn, uuid4(), STORED)


def test_what_never_began_is_forgotten(conn, begun):
    multipart.forget(conn, begun)

    with pytest.raises(VideoNotFound):
        uploading.upload(conn, begun)
    with pytest.raises(VideoNotFound):
        queries.video(conn, begun)


def test_who_begins_with_the_same_bytes_waits(engine):
    with transaction(engine) as first:
        multipart.alone(first, "owner:1", "a" * 64)
        order = []

        def second():
            with transaction(engine) as connection:
                multipart.alone(connection, "owner:2", "a" * 64)  # another scope: no wait
                multipart.alone(connection, "owner:1", "a" * 64)
                order.append("second")

        thread = Thread(target=second)
        thread.start()
        wait_until_somebody_waits_for(first)
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_what_nobody_goes_on_with_fails_and_is_told_of(conn, begun):
    assert not multipart.expire(conn, begun)
    conn.exec_driver_sql("UPDATE uploads SET seen_at = now() - interval '7 hours'")

    assert multipart.expire(conn, begun)
    assert not multipart.expire(conn, begun)

    video = queries.video(conn, begun)
    assert (video.status, video.error_code, video.error_retryable) == (VideoStatus.FAILED, "upload_expired", False)
    assert uploading.upload(conn, begun).is_aborted
    assert not multipart.started(conn, begun, "m-1")
    assert conn.exec_driver_sql("SELECT type FROM events").scalars().all() == ["upload.expired"]
