from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.records import uploads, videos
from video_pipeline.catalog.records.guards import claiming_bytes, locked, refusal
from video_pipeline.errors import CatalogUnavailable, DuplicateVideo, RequestRefused, VideoNotFound
from video_pipeline.types import VideoStatus

from ..stories import RUN, accept, failed, processing, uploaded, validating


def test_a_locked_video_is_changed_by_nobody_else(engine: Engine, database_url: str) -> None:
    impatient = connect(database_url, lock_seconds=0.05)
    with transaction(engine) as conn:
        video_id = uploaded(conn)

    with transaction(engine) as conn:
        assert locked(conn, video_id).id == video_id
        with pytest.raises(CatalogUnavailable, match="lock timeout"), transaction(impatient) as other:
            uploads.mark_requested(other, [video_id])

    impatient.dispose()


def test_a_video_that_is_not_there_cannot_be_locked(conn: Connection) -> None:
    with pytest.raises(VideoNotFound):
        locked(conn, uuid4())


def test_a_refusal_says_where_the_video_stands(conn: Connection) -> None:
    error = refusal(conn, uploaded(conn), "be completed")

    assert isinstance(error, RequestRefused)
    assert "is uploaded; it cannot be completed" in str(error)


def test_a_refusal_of_an_unknown_video_is_that_it_is_unknown(conn: Connection) -> None:
    assert isinstance(refusal(conn, uuid4(), "be completed"), VideoNotFound)


def test_a_broken_constraint_that_is_no_duplicate_stays_what_it_is(conn: Connection) -> None:
    video_id = uploaded(conn)

    with pytest.raises(IntegrityError), claiming_bytes(conn, video_id):
        conn.execute(text("UPDATE videos SET size_bytes = -1"))


def test_of_many_who_accept_the_same_bytes_at_once_one_succeeds(engine: Engine, database_url: str) -> None:
    crowd = 6
    with transaction(engine) as conn:
        ids = [validating(conn) for _ in range(crowd)]
    together, pool = threading.Barrier(crowd), connect(database_url, pool_size=crowd)

    def try_to_accept(video_id: UUID) -> UUID | None:
        with transaction(pool) as conn:
            together.wait()
            try:
                accept(conn, video_id, "a")
            except DuplicateVideo as duplicate:
                videos.mark_duplicate(conn, video_id, of=duplicate.original_id)
                return duplicate.original_id
            return None

    with ThreadPoolExecutor(crowd) as threads:
        originals = dict(zip(ids, threads.map(try_to_accept, ids), strict=True))
    pool.dispose()

    (winner,) = (video_id for video_id, original in originals.items() if original is None)
    assert {original for video_id, original in originals.items() if video_id != winner} == {winner}
    with transaction(engine) as conn:
        counts = queries.counts_by_status(conn)
    assert (counts[VideoStatus.PROCESSING], counts[VideoStatus.FAILED]) == (1, crowd - 1)


def test_a_duplicate_of_what_has_just_been_given_up_is_tried_again(conn: Connection) -> None:
    """The other video fails between our attempt and our look at it: here, because a trigger makes it so."""
    processing(conn, content="a")
    second = validating(conn)
    conn.exec_driver_sql(
        "CREATE FUNCTION pg_temp.clash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE unique_violation USING CONSTRAINT = 'uq_videos_scope_checksum_sha256'; END $$"
    )
    conn.exec_driver_sql(
        "CREATE TRIGGER clash BEFORE UPDATE ON videos FOR EACH ROW "
        "WHEN (NEW.status = 'processing') EXECUTE FUNCTION pg_temp.clash()"
    )

    with pytest.raises(CatalogUnavailable, match="given up"):
        accept(conn, second, "b")

    conn.rollback()


@pytest.mark.parametrize("step", [videos.begin_validation, videos.resume])
def test_a_failed_video_whose_bytes_came_in_again_is_a_duplicate(conn: Connection, step: Callable[..., object]) -> None:
    first = failed(conn, processing(conn, content="a"))
    second = processing(conn, content="a")

    with pytest.raises(DuplicateVideo) as error:
        step(conn, first, run_id=RUN)

    assert error.value.original_id == second
    assert queries.video(conn, first).status is VideoStatus.FAILED
