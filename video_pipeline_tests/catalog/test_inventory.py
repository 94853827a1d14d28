from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Connection, Engine, update

from video_pipeline.catalog import inventory, queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs, multipart
from video_pipeline.catalog.records.artifacts import replace_artifact
from video_pipeline.catalog.tables import uploads
from video_pipeline.types import Stage

from .stories import artifact, completed, in_parts, processing, registered, uploaded


def test_a_holding_is_the_row_with_every_artifact_that_is_not_forgotten(conn: Connection) -> None:
    video_id = completed(conn)
    replace_artifact(conn, artifact(video_id, content="another"))
    found = inventory.holding(conn, video_id)

    assert found is not None
    assert found.video == queries.video(conn, video_id)
    assert [made.superseded_at is None for made in found.artifacts].count(True) == 1
    assert {made.key for made in found.artifacts} == queries.known_keys(conn, video_id)
    assert (found.is_busy, found.is_aborted, found.holds_quota, found.multipart_id) == (False, False, False, None)


def test_of_an_unknown_video_there_is_none(conn: Connection) -> None:
    assert inventory.holding(conn, uuid4(), locked=True) is None


def test_a_video_is_busy_in_work_and_while_a_job_of_it_runs(conn: Connection) -> None:
    served, worked_on = completed(conn), processing(conn, content="b")
    jobs.start_job(conn, video_id=served, stage=Stage.RENDITIONS, run_id="run-2", worker="here")

    assert [one.is_busy for one in inventory.holdings(conn, [served, worked_on])] == [True, True]


def test_an_upload_in_parts_is_alive_until_it_ends(conn: Connection) -> None:
    video_id = registered(conn)
    in_parts(conn, video_id, part_bytes=1, part_count=2, week_start=queries.now(conn))
    multipart.started(conn, video_id, "store's name")

    (alive,) = inventory.holdings(conn, [video_id])
    multipart.give_up(conn, video_id)
    (given_up,) = inventory.holdings(conn, [video_id])

    assert (alive.multipart_id, alive.holds_quota, alive.is_aborted) == ("store's name", True, False)
    assert (given_up.multipart_id, given_up.holds_quota, given_up.is_aborted) == (None, False, True)


def test_a_week_that_is_over_holds_no_quota(conn: Connection) -> None:
    video_id = uploaded(conn)
    in_parts(conn, video_id, part_bytes=1, part_count=1, week_start=queries.now(conn))
    conn.execute(update(uploads).values(week_start=queries.now(conn) - inventory.QUOTA_WEEK * 2))

    (found,) = inventory.holdings(conn, [video_id])
    assert not found.holds_quota


def test_all_are_read_in_pages_and_in_the_order_of_their_ids(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "PAGE", 2)
    with transaction(engine) as connection:
        ids = {uploaded(connection) for _ in range(4)}

    assert [one.video.id for one in inventory.all_holdings(engine)] == sorted(ids)
