from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from video_pipeline.catalog.reporting import CompletedVideo, FinishedJob, Happenings
from video_pipeline.reports import daily
from video_pipeline.types import Stage

DAY = date(2027, 3, 28)
NOTHING = Happenings(0, 0, 0, [], {}, [])
SOME = Happenings(
    received_videos=5,
    received_bytes=5000,
    derived_bytes=70,
    completed=[CompletedVideo(1000, 3600.0, 10.0), CompletedVideo(2000, 1800.0, None)],
    failures={"encrypted": 2, "damaged": 1},
    jobs=[
        *(FinishedJob(Stage.RENDITIONS, seconds, 2.0) for seconds in (1.0, 2.0, 3.0, 4.0, 5.0)),
        FinishedJob(Stage.RENDITIONS, 6.0, None),
        FinishedJob(Stage.VALIDATION, 0.5, 9.0),
    ],
)


def test_figures_are_added_up() -> None:
    plotted = daily.plotted(daily.report(DAY, SOME))
    assert plotted == {
        "videos_received": 5,
        "bytes_received": 5000,
        "videos_completed": 2,
        "bytes_completed": 3000,
        "hours_completed": 1.5,
        "bytes_derived": 70,
        "videos_failed": 3,
        "videos_failed_encrypted": 2,
        "videos_failed_damaged": 1,
        "seconds_to_complete_p50": 10.0,
        "seconds_to_complete_p95": 10.0,
        "stages_done_validation": 1,
        "stage_seconds_p50_validation": 0.5,
        "stage_seconds_p95_validation": 0.5,
        "stages_done_metadata": 0,
        "stages_done_renditions": 6,
        "stage_seconds_p50_renditions": 3.5,
        "stage_seconds_p95_renditions": pytest.approx(5.75),
        "stages_done_publication": 0,
        "encode_speed_p50": 2.0,
        "encode_speed_p95": 2.0,
    }


def test_what_was_measured_of_nothing_is_left_out_and_counts_are_zero() -> None:
    frame = daily.report(DAY, NOTHING)
    assert set(frame["value"]) == {0.0}
    assert "videos_completed" in set(frame["figure"])
    assert not frame["figure"].str.contains("p50").any()


@pytest.mark.parametrize("happened", [NOTHING, SOME], ids=["an empty day", "a day"])
def test_parquet_gives_back_what_was_written(tmp_path: Path, happened: Happenings) -> None:
    frame, path = daily.report(DAY, happened), tmp_path / "report.parquet"
    daily.write(frame, path)

    found = pd.read_parquet(path)

    assert list(found.columns) == ["day", "figure", "of", "value", "unit"]
    assert set(found["day"]) == {DAY}
    assert found["value"].tolist() == frame["value"].tolist()
    assert found["of"].tolist() == frame["of"].tolist()


def test_the_ui_shows_a_row_for_each_figure() -> None:
    frame = daily.report(DAY, SOME)
    lines = daily.shown(frame).splitlines()
    assert len(lines) == len(frame) + 2
    assert "| bytes_received |  | 5,000 | bytes |" in lines


def test_only_who_makes_reports_imports_pandas() -> None:
    at_once = re.compile(r"^(?:import|from) (?:pandas|pyarrow|video_pipeline\.reports)", re.MULTILINE)
    package = Path(daily.__file__).parents[1]
    found = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if at_once.search(path.read_text())}
    assert found == {"reports/daily.py"}
