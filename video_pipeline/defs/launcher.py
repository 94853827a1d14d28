"""How runs get to workers, and how they are taken from them again; dagster.yaml names this class."""

from __future__ import annotations

import logging

import dagster as dg
import dagster_celery.launcher
from celery.exceptions import OperationalError
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

logger = logging.getLogger(__name__)


class CeleryRunLauncher(dagster_celery.launcher.CeleryRunLauncher):
    """Dagster's own, which cancels what it is asked to cancel."""

    def terminate(self, run_id: str) -> bool:
        """Cancel a run, as the button in Dagster's UI asks; False where there is nothing to cancel.

        Dagster's own only revokes the task, with SIGTERM. Its monitoring takes that for a crash and tries the run
        again, while the step that was meant takes the signal for trouble of its own and does the same.
        """
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        if run.status is not dg.DagsterRunStatus.CANCELING:  # else whoever asks says what becomes of it
            self._instance.report_run_canceled(run, "It was cancelled while it was under way.")
        self.kill(run)
        return True

    def kill(self, run: dg.DagsterRun) -> None:
        """Kill the worker's child, and with it whatever it has started.

        SIGTERM a stopped process does not get, and a hung one ignores. A machine that is gone gets nothing, and needs
        nothing.
        """
        task_id = run.tags.get(DAGSTER_CELERY_TASK_ID_TAG)
        if task_id is None:
            return
        try:
            self.celery.control.revoke(task_id, terminate=True, signal="SIGKILL")
        except OperationalError as error:
            logger.warning("Run %s has ended, but its worker could not be told: %s", run.run_id, error)
