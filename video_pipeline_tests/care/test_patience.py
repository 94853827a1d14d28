from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from video_pipeline.care.patience import Patience
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.watching import RunningJob
from video_pipeline.types import Stage, VideoStatus

NOW = datetime(2026, 5, 3, tzinfo=UTC)
JOB = RunningJob(
    id=uuid4(),
    video_id=uuid4(),
    stage=Stage.RENDITIONS,
    run_id="run-1",
    worker="host-1",
    heartbeat_at=NOW,
    advanced_at=NOW,
    silent_seconds=0.5,
    still_seconds=1.0,
    media_seconds=1000.0,
    video_status=VideoStatus.PROCESSING,
    video_still_seconds=5000.0,
)
PATIENCE = Patience(silent_seconds=60, floor_seconds=300, cap_seconds=14_400, pace=4)


@pytest.mark.parametrize(
    ("media_seconds", "usual_pace", "limit"),
    [
        (None, None, 300),  # nobody has probed it: the floor
        (10.0, 0.5, 300),
        (1000.0, None, 4000),  # no job has told yet how fast this machine is: as the settings say
        (1000.0, 0.5, 2000),  # four times what the last ones took
        (1000.0, 2.0, 8000),
        (14_400.0, 2.0, 14_400),  # the cap
    ],
)
def test_the_limit_follows_the_media_and_what_the_stage_took_of_late(media_seconds, usual_pace, limit) -> None:
    assert PATIENCE.limit_seconds(media_seconds, usual_pace) == limit


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ({}, None),
        ({"silent_seconds": 59.9}, None),
        ({"silent_seconds": 60.0}, Ending.SILENT),
        ({"still_seconds": 1999.0}, None),
        ({"still_seconds": 2000.0}, Ending.STALLED),
        ({"silent_seconds": 99.0, "still_seconds": 9999.0}, Ending.SILENT),
        ({"video_status": VideoStatus.COMPLETED}, None),  # made again while it is served
        ({"video_status": VideoStatus.DELETED}, Ending.UNWANTED),
        ({"video_status": VideoStatus.FAILED}, Ending.UNWANTED),
        ({"video_status": VideoStatus.FAILED, "video_still_seconds": 3.0}, None),  # its job ends in a moment
    ],
)
def test_a_job_is_given_up_for_silence_for_standing_still_and_for_nothing_else(seen, verdict) -> None:
    assert PATIENCE.verdict(replace(JOB, **seen), usual_pace=0.5) is verdict


def test_what_moves_is_not_given_up_for_being_slow() -> None:
    """A hundred times slower than usual, a percent every 500 s: eleven hours in, it is still waited for."""
    assert all(PATIENCE.verdict(replace(JOB, still_seconds=second), 0.5) is None for second in range(0, 500, 50))


def test_an_installation_says_how_long_its_stages_may_take() -> None:
    class Told:
        stage_seconds_floor = 1.0
        stage_seconds_per_second = 2.0
        stage_seconds_cap = 3.0

    assert Patience.within(Told()) == Patience(floor_seconds=1, pace=2, cap_seconds=3)
