from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, func, update

from video_pipeline.catalog.records.artifacts import replace_artifact
from video_pipeline.catalog.records.editing import delete_video
from video_pipeline.catalog.statistics import statistics
from video_pipeline.catalog.tables import videos
from video_pipeline.types import Caller, Role, VideoStatus

from .stories import artifact, completed, failed, registered, uploaded

ADMIN = Caller(uuid4(), Role.ADMIN)


def test_everything_is_added_up(conn: Connection) -> None:
    done = [completed(conn, content=content) for content in "ab"]
    replace_artifact(conn, artifact(done[0], content="a better proxy"))
    registered(conn)
    failed(conn, uploaded(conn))
    for video_id, seconds in zip(done, (10, 30), strict=True):
        earlier = func.now() - timedelta(seconds=seconds)
        conn.execute(update(videos).where(videos.c.id == video_id).values(uploaded_at=earlier))

    found = statistics(conn, ADMIN)

    assert {status: number for status, number in found.by_status.items() if number} == {
        VideoStatus.COMPLETED: 2,
        VideoStatus.UPLOADING: 1,
        VideoStatus.FAILED: 1,
    }
    assert (found.original_bytes, found.derived_bytes) == (3000, len("a better proxy") + len("proxy"))
    assert found.video_seconds == pytest.approx(20.02)
    assert found.completed_this_month == 2
    assert found.mean_seconds_to_complete == pytest.approx(20)
    assert found.p95_seconds_to_complete == pytest.approx(29)
    assert {type(found.original_bytes), type(found.derived_bytes)} == {int}
    assert {type(found.mean_seconds_to_complete), type(found.p95_seconds_to_complete)} == {float}
    assert (found.uploaded_today, found.completed_today, found.failed_today) == (3, 2, 1)


def test_what_is_deleted_or_somebody_elses_does_not_count(conn: Connection) -> None:
    delete_video(conn, completed(conn))
    uploaded(conn)

    of_all, of_nobody = statistics(conn, ADMIN), statistics(conn, Caller(uuid4(), Role.MEMBER))

    assert (sum(of_all.by_status.values()), of_all.derived_bytes, of_all.original_bytes) == (1, 0, 1000)
    assert (sum(of_nobody.by_status.values()), of_nobody.original_bytes, of_nobody.video_seconds) == (0, 0, 0)
    assert of_nobody.mean_seconds_to_complete is None


def test_what_is_long_ago_is_no_recent_activity(conn: Connection) -> None:
    video_id = completed(conn)
    ago = func.now() - timedelta(days=31)
    conn.execute(update(videos).where(videos.c.id == video_id).values(uploaded_at=ago, completed_at=ago))

    found = statistics(conn, ADMIN)

    assert (found.completed_this_month, found.completed_today, found.uploaded_today) == (0, 0, 0)
