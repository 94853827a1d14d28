"""The watchdog: whatever is stuck is tried again, a bounded number of times, or fails with a code; nothing is silent.

    uploads that nobody goes on with      stuck_uploads
    jobs that are silent or stand still   stuck_jobs, by the rule of `patience`
    runs and videos that lost each other  stray_runs

It works on what the catalog says, so that any number of watchdogs may look at once: each deed is decided by the WHERE
of one statement.
"""

from __future__ import annotations

from sqlalchemy import Engine

from video_pipeline.care.deeds import Done
from video_pipeline.care.patience import Patience
from video_pipeline.care.stray_runs import Runs, settle_runs
from video_pipeline.care.stuck_jobs import give_up_jobs
from video_pipeline.care.stuck_uploads import clear_uploads
from video_pipeline.storage.multipart import DirectUploads


def clean(engine: Engine, direct: DirectUploads, patience: Patience) -> list[Done]:
    """The part that needs no Dagster: stuck uploads and jobs. Their runs are left for the next `watch` to end.

    Raises:
        CatalogUnavailable: the database did not answer.
    """
    return [*clear_uploads(engine, direct), *give_up_jobs(engine, patience)]


def watch(engine: Engine, direct: DirectUploads, runs: Runs, patience: Patience) -> list[Done]:
    """Look at everything once, and do what is to be done.

    Raises:
        CatalogUnavailable: the database did not answer.
    """
    return [*clean(engine, direct, patience), *settle_runs(engine, runs)]
