"""A day's figures as a data frame, and as Parquet.

One figure is one row, so that days can be put below each other however the figures of later versions differ:

    day         the date, as clocks show it in the installation's time zone
    figure      what is counted or measured
    of          of which part: a stage, or a failure's code; empty where it is of everything
    value       a number
    unit        of what

It imports pandas, which takes a second: whoever does not make reports should not import it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from video_pipeline.catalog.reporting import FinishedJob, Happenings
from video_pipeline.types import Stage

HOUR = 3600.0
COLUMNS = ("figure", "of", "value", "unit")
QUANTILES = {"p50": 0.5, "p95": 0.95}


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of a report."""

    figure: str
    of: str
    value: float
    unit: str


def report(day: date, happened: Happenings) -> pd.DataFrame:
    """The figures of a day; what was measured of nothing is left out, what was counted is zero."""
    figures = [*_counts(happened), *_failures(happened.failures), *_times(happened), *_speed(happened.jobs)]
    frame = pd.DataFrame([astuple(figure) for figure in figures], columns=list(COLUMNS))
    frame.insert(0, "day", day)
    return frame.astype({"figure": "string", "of": "string", "value": "float64", "unit": "string"})


def _counts(happened: Happenings) -> Iterator[Figure]:
    completed = happened.completed
    yield Figure("videos_received", "", happened.received_videos, "videos")
    yield Figure("bytes_received", "", happened.received_bytes, "bytes")
    yield Figure("videos_completed", "", len(completed), "videos")
    yield Figure("bytes_completed", "", sum(video.size_bytes for video in completed), "bytes")
    yield Figure("hours_completed", "", sum(video.duration_seconds for video in completed) / HOUR, "hours")
    yield Figure("bytes_derived", "", happened.derived_bytes, "bytes")


def _failures(failures: Mapping[str, int]) -> Iterator[Figure]:
    yield Figure("videos_failed", "", sum(failures.values()), "videos")
    for code, number in sorted(failures.items()):
        yield Figure("videos_failed", code, number, "videos")


def _times(happened: Happenings) -> Iterator[Figure]:
    took = [video.seconds_to_complete for video in happened.completed]
    yield from _quantiles("seconds_to_complete", "", (seconds for seconds in took if seconds is not None), "seconds")
    for stage in Stage:
        jobs = [job.seconds for job in happened.jobs if job.stage is stage]
        yield Figure("stages_done", stage, len(jobs), "jobs")
        yield from _quantiles("stage_seconds", stage, jobs, "seconds")


def _speed(jobs: Iterable[FinishedJob]) -> Iterator[Figure]:
    speeds = (job.speed for job in jobs if job.stage is Stage.RENDITIONS and job.speed is not None)
    yield from _quantiles("encode_speed", "", speeds, "seconds of video per second")


def _quantiles(figure: str, of: str, values: Iterable[float], unit: str) -> Iterator[Figure]:
    series = pd.Series(list(values), dtype="float64")
    if not series.empty:
        for name, share in QUANTILES.items():
            yield Figure(f"{figure}_{name}", of, float(series.quantile(share)), unit)


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a report as Parquet; the day is a date there."""
    frame.to_parquet(path, engine="pyarrow", index=False, compression="zstd")


def plotted(frame: pd.DataFrame) -> dict[str, float]:
    """Each figure by its name, those of a part as `name_part`: what a plot over days has a line for."""
    names = (frame["figure"] + "_" + frame["of"]).str.rstrip("_")
    return dict(zip(names, frame["value"], strict=True))


def shown(frame: pd.DataFrame) -> str:
    """The report as a Markdown table."""
    rows = (f"| {row.figure} | {row.of} | {row.value:,.6g} | {row.unit} |" for row in frame.itertuples())
    return "\n".join(["| Figure | Of | Value | Unit |", "| --- | --- | ---: | --- |", *rows])
