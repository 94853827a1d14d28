from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, func, update

from video_pipeline.catalog import queries
from video_pipeline.catalog.records import reprocess, videos
from video_pipeline.catalog.tables import videos as table
from video_pipeline.errors import RequestRefused, VideoNotFound
from video_pipeline.types import Output

from ..stories import completed, failed, processing, registered, validating


def deleted(conn: Connection) -> UUID:
    video_id = completed(conn)
    conn.execute(update(table).values(status="deleted", deleted_at=func.now()))
    return video_id


def test_a_wish_waits(conn: Connection) -> None:
    video_id = completed(conn)
    request_id = reprocess.request_reprocess(conn, video_id, outputs=[Output.POSTER], requested_by="ada")

    (wish,) = queries.pending_reprocess(conn, 10)

    assert (wish.id, wish.video_id, wish.outputs) == (request_id, video_id, (Output.POSTER,))
    assert (wish.requested_by, wish.requested_at) == ("ada", queries.now(conn))
    assert (wish.dispatched_at, wish.run_id) == (None, None)


def test_a_dispatched_wish_waits_until_its_run_is_seen(conn: Connection) -> None:
    request_id = reprocess.request_reprocess(conn, completed(conn), outputs=None, requested_by="ada")
    reprocess.mark_dispatched(conn, [request_id])

    (wish,) = queries.pending_reprocess(conn, 10)
    assert (wish.outputs, wish.dispatched_at) == (None, queries.now(conn))

    reprocess.confirm_dispatch(conn, request_id, "run-2")
    assert queries.pending_reprocess(conn, 10) == []


def test_a_failed_video_may_be_tried_again(conn: Connection) -> None:
    video_id = failed(conn, validating(conn))

    assert reprocess.request_reprocess(conn, video_id, outputs=None, requested_by="ada")


@pytest.mark.parametrize("made", [registered, deleted])
def test_what_is_not_there_is_not_processed_again(conn: Connection, made: Callable[[Connection], UUID]) -> None:
    with pytest.raises(RequestRefused, match="cannot be processed again"):
        reprocess.request_reprocess(conn, made(conn), outputs=None, requested_by="ada")


def test_an_unknown_video_is_not_processed_again(conn: Connection) -> None:
    with pytest.raises(VideoNotFound):
        reprocess.request_reprocess(conn, uuid4(), outputs=None, requested_by="ada")


def test_a_duplicate_points_at_the_video_to_ask_for(conn: Connection) -> None:
    original, duplicate = processing(conn), validating(conn)
    videos.mark_duplicate(conn, duplicate, of=original)

    with pytest.raises(RequestRefused, match=str(original)):
        reprocess.request_reprocess(conn, duplicate, outputs=None, requested_by="ada")
