from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine

from video_pipeline.care.disagreements import Code, Disagreement
from video_pipeline.care.ledger import lone_partitions, lone_runs
from video_pipeline.care.stray_runs import ActiveRun
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import editing
from video_pipeline_tests.catalog.stories import completed, uploaded

NOTHING = timedelta(0)


def run(video_id: UUID, *, seconds: float = 60) -> ActiveRun:
    return ActiveRun(f"run of {video_id}", video_id, is_started=True, is_ending=False, seconds=seconds)


def test_partitions_of_no_video_are_told(engine: Engine) -> None:
    with transaction(engine) as connection:
        there = uploaded(connection)
    purged = uuid4()

    assert list(lone_partitions(engine, [str(there), str(purged), "2026-11-21"])) == [
        Disagreement(Code.LONE_PARTITION, purged, str(purged)),
        Disagreement(Code.LONE_PARTITION, None, "2026-11-21"),
    ]


def test_runs_for_what_has_ended_are_told_once_they_had_time_to_end(engine: Engine) -> None:
    with transaction(engine) as connection:
        served, deleted = completed(connection), completed(connection, content="b")
        editing.delete_video(connection, deleted)
    runs = [run(served), run(deleted), run(uuid4(), seconds=0)]

    assert [one.key for one in lone_runs(engine, runs, grace=NOTHING)] == [run.run_id for run in runs[1:]]
    assert list(lone_runs(engine, runs, grace=timedelta(minutes=2))) == []
