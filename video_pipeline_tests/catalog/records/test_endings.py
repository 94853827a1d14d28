from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Connection

from video_pipeline.catalog import watching
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.records import endings
from video_pipeline.errors import GivenUp

from ..stories import uploaded


def test_a_run_is_wished_to_end_once_and_refused_from_then_on(conn: Connection) -> None:
    video_id = uploaded(conn)
    endings.refuse_ended(conn, "run-1")

    assert endings.ask(conn, "run-1", video_id, Ending.STALLED)
    assert not endings.ask(conn, "run-1", video_id, Ending.SILENT)

    with pytest.raises(GivenUp):
        endings.refuse_ended(conn, "run-1")
    (wished,) = watching.open_endings(conn)
    assert (wished.run_id, wished.video_id, wished.reason) == ("run-1", video_id, Ending.STALLED)


def test_its_end_is_told_once_with_the_reason_it_was_wished_for(conn: Connection) -> None:
    video_id = uploaded(conn)
    endings.ask(conn, "run-1", video_id, Ending.STALLED)

    assert endings.close(conn, "run-1", video_id) is Ending.STALLED
    assert endings.close(conn, "run-1", video_id) is None
    assert watching.open_endings(conn) == []


def test_a_run_that_ends_by_itself_may_write_no_more_either(conn: Connection) -> None:
    assert endings.close(conn, "run-1", uploaded(conn)) is Ending.ENDED

    with pytest.raises(GivenUp):
        endings.refuse_ended(conn, "run-1")


def test_a_run_of_a_video_that_is_gone_is_nothing_to_remember(conn: Connection) -> None:
    assert endings.close(conn, "run-1", uuid4()) is None

    endings.refuse_ended(conn, "run-1")


def test_runs_are_forgotten_when_no_worker_of_theirs_can_wake_up_any_more(conn: Connection) -> None:
    video_id = uploaded(conn)
    for number in range(3):
        endings.close(conn, f"run-{number}", video_id)
    endings.ask(conn, "run-3", video_id, Ending.SILENT)
    conn.exec_driver_sql("UPDATE run_endings SET done_at = now() - interval '31 days' WHERE run_id = 'run-1'")
    conn.exec_driver_sql("UPDATE run_endings SET asked_at = now() - interval '31 days'")

    assert endings.forget_old(conn) == 1

    endings.refuse_ended(conn, "run-1")
    assert [one.run_id for one in watching.open_endings(conn)] == ["run-3"]


@pytest.mark.parametrize("reason", Ending)
def test_what_nobody_wants_is_not_tried_again(reason: Ending) -> None:
    assert reason.is_tried_again is (reason is not Ending.UNWANTED)
