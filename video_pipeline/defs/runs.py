"""Dagster's runs for videos, as the watchdog sees and ends them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES, RunRecord  # public, but exported nowhere

from video_pipeline.care.stray_runs import ActiveRun
from video_pipeline.defs.launcher import CeleryRunLauncher


class DagsterRuns:
    """The runs of an instance."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        """Work on the runs of `instance`."""
        self._instance = instance

    def active(self) -> list[ActiveRun]:
        """Every run for a video that has not ended; one query, along the index of statuses, as Dagster does itself."""
        return list(self._active())

    def _active(self) -> Iterator[ActiveRun]:
        now = datetime.now(UTC)
        for record in self._instance.get_run_records(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES)):
            run, video_id = record.dagster_run, _video(record)
            if video_id is not None:
                yield ActiveRun(
                    run_id=run.run_id,
                    video_id=video_id,
                    is_started=run.status is dg.DagsterRunStatus.STARTED,
                    is_ending=run.status is dg.DagsterRunStatus.CANCELING,
                    seconds=(now - _since(record)).total_seconds(),
                )

    def end(self, run_id: str, why: str, *, is_tried_again: bool) -> None:
        """End a run in Dagster's books, then kill what may be left of it.

        In this order: Dagster's own monitoring tells of a killed worker too, and a run that fails twice is tried again
        twice, or not at all.
        """
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return
        if is_tried_again:
            self._instance.report_run_failed(run, why)
        else:
            self._instance.report_run_canceled(run, why)
        launcher = self._instance.run_launcher
        if isinstance(launcher, CeleryRunLauncher):
            launcher.kill(run)


def _video(record: RunRecord) -> UUID | None:
    """The video that a run is for; other assets have partitions as well, whose keys are no ids."""
    try:
        return UUID(record.dagster_run.tags.get("dagster/partition", ""))
    except ValueError:
        return None


def _since(record: RunRecord) -> datetime:
    """When it started, or was asked for where it has not."""
    if record.start_time is not None:
        return datetime.fromtimestamp(record.start_time, UTC)
    return record.create_timestamp.replace(tzinfo=UTC)
