from __future__ import annotations

from video_pipeline.care.deeds import Deed
from video_pipeline.care.patience import Patience
from video_pipeline.care.stray_runs import ActiveRun
from video_pipeline.care.watchdog import clean, watch
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.types import Stage
from video_pipeline_tests.catalog.stories import processing, registered


class Books:
    """What Dagster would say, and what it was told."""

    def __init__(self, *runs: ActiveRun) -> None:
        self.runs = list(runs)

    def active(self) -> list[ActiveRun]:
        return self.runs

    def end(self, run_id: str, why: str, *, is_tried_again: bool) -> None:
        self.runs = [run for run in self.runs if run.run_id != run_id]


def test_one_look_finds_everything_and_the_next_nothing(engine, store, monkeypatch) -> None:
    monkeypatch.setattr("video_pipeline.care.stuck_jobs.CONFIRM_SECONDS", 0.0)
    direct, patience = DirectUploads(store, store.client), Patience()
    with transaction(engine) as conn:
        registered(conn)
        video_id = processing(conn)
        jobs.start_job(conn, video_id=video_id, stage=Stage.METADATA, run_id="run-1", worker="w")
        conn.exec_driver_sql("UPDATE videos SET created_at = now() - interval '7 hours'")
        conn.exec_driver_sql("UPDATE jobs SET heartbeat_at = now() - interval '2 min'")
    books = Books(ActiveRun("run-1", video_id, is_started=True, is_ending=False, seconds=130))

    done = [one.deed for one in clean(engine, direct, patience)]
    assert done == [Deed.UPLOAD_EXPIRED, Deed.JOB_GIVEN_UP]
    assert [one.deed for one in watch(engine, direct, books, patience)] == [Deed.RUN_ENDED]
    assert watch(engine, direct, books, patience) == []
