from __future__ import annotations

from video_pipeline.catalog.progress import SHARES, percent
from video_pipeline.types import Stage, VideoStatus
from video_pipeline_tests.cli.snapshots import job, snapshot


def test_the_shares_are_the_whole() -> None:
    assert SHARES.keys() == set(Stage)
    assert sum(SHARES.values()) == 100


def test_what_other_runs_did_does_not_count() -> None:
    done = [job(Stage.VALIDATION, progress=100, run_id="run-1"), job(Stage.RENDITIONS, progress=50, run_id="run-2")]
    video = snapshot(VideoStatus.PROCESSING, run_id="run-2").video

    assert percent(video, done) == SHARES[Stage.RENDITIONS] // 2


def test_a_completed_video_is_done() -> None:
    assert percent(snapshot(VideoStatus.COMPLETED).video, []) == 100
