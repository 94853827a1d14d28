"""Dagster's runs for videos, as the watchdog sees and ends them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import dagster as dg
from celery.exceptions import OperationalError
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES, RunRecord  # public, but exported nowhere
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from video_pipeline.care.stray_runs import ActiveRun

logger = logging.getLogger(__name__)


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
        self._kill(run)

    def _kill(self, run: dg.DagsterRun) -> None:
        """Kill the worker's child, and with it whatever it has started.

        CeleryRunLauncher's own `terminate` sends SIGTERM, which a stopped process does not get, and a hung one ignores.
        A machine that is gone gets nothing, and needs nothing.
        """
        task_id, launcher = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG), self._instance.run_launcher
        if task_id is None or not isinstance(launcher, CeleryRunLauncher):
            return
        try:
            launcher.celery.control.revoke(task_id, terminate=True, signal="SIGKILL")
        except OperationalError as error:
            logger.warning("Run %s has ended, but its worker could not be told: %s", run.run_id, error)


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
