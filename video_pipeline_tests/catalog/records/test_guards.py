from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.records import uploads
from video_pipeline.catalog.records.guards import claiming_bytes, locked, refusal
from video_pipeline.errors import CatalogUnavailable, RequestRefused, VideoNotFound

from ..stories import uploaded


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
