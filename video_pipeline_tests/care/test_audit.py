from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, update

from video_pipeline.care.audit import SETTLED, Leeway, audit
from video_pipeline.care.census import Census
from video_pipeline.care.disagreements import Code, Disagreement
from video_pipeline.care.stray_runs import ActiveRun
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.people import quota_usage
from video_pipeline.catalog.records import jobs
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.catalog.tables import videos
from video_pipeline.types import Stage
from video_pipeline_tests.care import messes
from video_pipeline_tests.care.messes import ALL
from video_pipeline_tests.catalog import crowd
from video_pipeline_tests.desk import Desk

NOTHING = timedelta(0)
AT_ONCE = Leeway(grace=NOTHING, overdue=NOTHING)


class Records:
    """Dagster's, as a test wants them."""

    def __init__(self, *videos: UUID) -> None:
        self._videos = videos

    def partitions(self) -> list[str]:
        return [str(video_id) for video_id in self._videos]

    def active(self) -> list[ActiveRun]:
        return [ActiveRun(str(one), one, is_started=True, is_ending=False, seconds=3600) for one in self._videos]


def codes(desk: Desk, **options) -> Counter[Code]:
    return Counter(one.code for one in audit(desk.engine, desk.store, **options))


def test_every_disagreement_is_told_and_nothing_is_changed(desk: Desk) -> None:
    for mess in ALL:
        mess(desk)
    before = messes.everything(desk)

    assert codes(desk, leeway=AT_ONCE, ledger=Records()) == Counter(ALL.values())
    assert messes.everything(desk) == before
    assert codes(desk) == {}


def test_nothing_is_told_of_a_healthy_system_at_rest(desk: Desk) -> None:
    video_id = messes.served(desk)
    messes.refuse(desk)
    messes.delete(desk, messes.served(desk))

    assert codes(desk, leeway=SETTLED, read=True, folders=()) == {}
    assert codes(desk, ledger=Records(video_id)) == {}


def test_at_rest_everything_that_is_under_way_is_told(desk: Desk) -> None:
    messes.register(desk)
    messes.upload(desk)
    working, wished = messes.accept(desk), messes.served(desk)
    with transaction(desk.engine) as connection:
        jobs.start_job(connection, video_id=working, stage=Stage.RENDITIONS, run_id="run-2", worker="here")
        request_reprocess(connection, wished, outputs=None, requested_by="ada")

    assert codes(desk) == {}
    assert codes(desk, leeway=SETTLED) == {
        Code.STUCK_UPLOAD: 1,
        Code.STUCK_VIDEO: 2,
        Code.STUCK_JOB: 1,
        Code.STUCK_REQUEST: 1,
    }


def test_a_video_in_work_needs_a_run_and_a_run_a_video(desk: Desk) -> None:
    working, gone = messes.accept(desk), uuid4()
    with transaction(desk.engine) as connection:
        connection.execute(update(videos).values(updated_at=func.now() - timedelta(hours=1)))

    assert codes(desk, ledger=Records(working)) == {}
    assert codes(desk, ledger=Records(gone)) == {Code.NO_RUN: 1, Code.LONE_RUN: 1, Code.LONE_PARTITION: 1}
    assert codes(desk) == {}  # without Dagster nobody knows, for as long as one may wait
    assert codes(desk, leeway=Leeway(patience=timedelta(minutes=30))) == {Code.STUCK_VIDEO: 1}


def test_bytes_that_read_back_otherwise_are_told_where_they_are_read(desk: Desk) -> None:
    key = messes.artifact(desk, messes.served(desk))
    stored = desk.store.head(key)
    assert stored is not None
    messes.put(desk, key, b"x" * stored.size_bytes)

    assert codes(desk, leeway=SETTLED) == {}
    assert codes(desk, leeway=SETTLED, read=True) == {Code.ARTIFACT_DAMAGED: 1}


def test_what_came_right_while_it_was_looked_at_is_not_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    messes.a_proxy_that_is_gone(desk)
    census = Census.disagreements

    def and_then_it_is_asked_for(self: Census) -> Iterator[Disagreement]:
        for one in census(self):
            with transaction(desk.engine) as connection:
                request_reprocess(connection, one.video_id or uuid4(), outputs=None, requested_by="ada")
            yield one

    monkeypatch.setattr(Census, "disagreements", and_then_it_is_asked_for)

    assert codes(desk, leeway=Leeway(grace=NOTHING)) == {}


def test_quotas_and_folders_are_looked_at(desk: Desk) -> None:
    with transaction(desk.engine) as connection:
        user_id = crowd.user(connection, "ada")
        counter = {"user_id": user_id, "week_start": func.now(), "bytes": 7}
        connection.execute(insert(quota_usage).values(counter))
    found = list(audit(desk.engine, desk.store, folders=[Path("run-1")]))

    assert found == [
        Disagreement(Code.QUOTA_DRIFT, None, str(user_id)),
        Disagreement(Code.ABANDONED_FOLDER, None, "run-1"),
    ]
    assert "7 bytes counted, 0 taken" in str(found[0])
