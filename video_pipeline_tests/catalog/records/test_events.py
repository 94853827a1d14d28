from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, select, update

from video_pipeline.catalog import outbox, queries
from video_pipeline.catalog.alerting import events as table
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import events, videos
from video_pipeline.types import ArtifactKind
from video_pipeline_tests.catalog.mail import ERP, news, take
from video_pipeline_tests.catalog.stories import RUN, completed, failed, processing, uploaded, validating


def told(conn: Connection) -> list[Any]:
    return list(conn.execute(select(table.c.type, table.c.subject, table.c.data, table.c.same_as)).all())


def test_an_event_is_there_with_its_fact_or_not_at_all(engine: Engine) -> None:
    def take_back() -> None:
        with transaction(engine) as connection:
            completed(connection)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        take_back()

    with transaction(engine) as connection:
        assert told(connection) == []


def test_ids_and_moments_become_text(conn: Connection) -> None:
    number, moment = uuid4(), queries.now(conn)
    events.emit(conn, "upload.expired", number, {"video_id": number, "at": moment, "bytes": 5, "nothing": None})
    assert told(conn)[0].data == {"video_id": str(number), "at": moment.isoformat(), "bytes": 5, "nothing": None}
    assert told(conn)[0].subject == str(number)


def test_only_documented_types_are_written(conn: Connection) -> None:
    with pytest.raises(ValueError, match="exploded"):
        events.emit(conn, "video.exploded", "a", {})


def test_a_video_is_told_to_be_completed_once(conn: Connection) -> None:
    video_id = completed(conn)
    videos.complete(conn, video_id, run_id="run-2", required=[ArtifactKind.PROXY])

    (event,) = told(conn)

    assert (event.type, event.subject, event.same_as) == ("video.completed", str(video_id), None)
    assert event.data["status"] == "completed"
    assert event.data["path"] == f"/api/videos/{video_id}"
    assert event.data["completed_at"] is not None


def test_nothing_that_a_stranger_wrote_is_told(conn: Connection) -> None:
    completed(conn)
    assert "harbour" not in str(told(conn)[0].data)


def _fail(conn: Connection) -> UUID:
    return failed(conn, processing(conn))


def _refuse(conn: Connection) -> UUID:
    video_id = validating(conn)
    videos.refuse(conn, video_id, code="encrypted", sentence="It is encrypted.")
    return video_id


def _duplicate(conn: Connection) -> UUID:
    video_id = validating(conn)
    videos.mark_duplicate(conn, video_id, of=uploaded(conn))
    return video_id


@pytest.mark.parametrize(
    ("end", "code", "retryable", "same_as"),
    [
        (_fail, "store_unavailable", True, "video.failed:store_unavailable"),
        (_refuse, "encrypted", False, None),
        (_duplicate, "duplicate", False, None),
    ],
)
def test_every_failure_is_told_and_operators_hear_of_ours(
    conn: Connection, end: Callable[[Connection], UUID], code: str, retryable: bool, same_as: str | None
) -> None:
    video_id = end(conn)
    (event,) = told(conn)
    assert (event.type, event.subject, event.same_as) == ("video.failed", str(video_id), same_as)
    assert (event.data["code"], event.data["retryable"], event.data["status"]) == (code, retryable, "failed")
    assert event.data["sentence"]
    assert (event.data["duplicate_of"] is not None) is (code == "duplicate")


def test_what_changes_nothing_is_not_told(conn: Connection) -> None:
    video_id = _fail(conn)
    failed(conn, video_id)
    videos.refuse(conn, video_id, code="encrypted", sentence="It is encrypted.")
    assert len(told(conn)) == 1


def test_a_second_failure_is_told_again(conn: Connection) -> None:
    video_id = _fail(conn)
    videos.resume(conn, video_id, run_id=RUN)
    failed(conn, video_id)
    assert len(told(conn)) == 2


def test_old_events_go_with_their_deliveries(conn: Connection) -> None:
    news(conn, "old")
    take(conn, ERP)
    news(conn, "old, but nobody has seen it")
    conn.execute(update(table).values(occurred_at=table.c.occurred_at - events.KEPT - timedelta(days=1)))
    news(conn, "young")

    assert events.purge(conn) == 1

    assert {event.subject for event in told(conn)} == {"old, but nobody has seen it", "young"}
    assert outbox.undelivered(conn, limit=9) == []
