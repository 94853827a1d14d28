"""Jobs that do not live or do not get on: given up, and a wish written that their run ends.

From then on the job's worker writes nothing more (records/jobs.hold), wherever it is and whenever it wakes up. The run
itself is ended by whoever knows Dagster (stray_runs.py).
"""

from __future__ import annotations

import logging
import time

from sqlalchemy import Connection, Engine

from video_pipeline.care.deeds import Deed, Done
from video_pipeline.care.patience import Patience
from video_pipeline.catalog import watching
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import endings, events, jobs
from video_pipeline.catalog.records.guards import locked
from video_pipeline.catalog.watching import RunningJob
from video_pipeline.errors import CatalogUnavailable

logger = logging.getLogger(__name__)

CONFIRM_SECONDS = 5.0
"""How long a suspect has to show that it lives.

After a database was away, a clock jumped or a machine slept, everything looks silent until its next heartbeat, half a
second later.
"""

_WHY = {
    Ending.SILENT: ("interrupted", "Nothing was heard for {silent:.0f} s of its worker, {worker}."),
    Ending.STALLED: ("stalled", "It stood still for {still:.0f} s, on {worker}, at a limit of {limit:.0f} s."),
    Ending.UNWANTED: ("canceled", "Its video is {status}: the work is not wanted any more."),
}


def give_up_jobs(engine: Engine, patience: Patience) -> list[Done]:
    """Give up every job that is silent, stands still, or works for a video that is gone."""
    with transaction(engine) as connection:
        suspects = _suspects(connection, patience)
    if any(reason is not Ending.UNWANTED for _, reason, _ in suspects):
        time.sleep(CONFIRM_SECONDS)
    outcomes = [_try(engine, *suspect) for suspect in suspects]
    return [outcome for outcome in outcomes if outcome is not None]


def _suspects(conn: Connection, patience: Patience) -> list[tuple[RunningJob, Ending, str]]:
    """The jobs to be given up, why, and the same in words."""
    running = watching.running_jobs(conn)
    paces = {stage: watching.usual_pace(conn, stage) for stage in {job.stage for job in running}}
    verdicts = [(job, patience.verdict(job, paces[job.stage])) for job in running]
    return [
        (job, reason, _words(job, reason, patience.limit_seconds(job.media_seconds, paces[job.stage])))
        for job, reason in verdicts
        if reason is not None
    ]


def _words(job: RunningJob, reason: Ending, limit_seconds: float) -> str:
    return _WHY[reason][1].format(
        silent=job.silent_seconds,
        still=job.still_seconds,
        limit=limit_seconds,
        worker=job.worker,
        status=job.video_status,
    )


def _try(engine: Engine, job: RunningJob, reason: Ending, why: str) -> Done | None:
    """Give one up, unless it shows that it lives; one whose row is held fast is left for the next look."""
    try:
        with transaction(engine) as connection:
            is_given_up = _give_up(connection, job, reason, why)
    except CatalogUnavailable as error:
        logger.warning("Job %s could not be given up now: %s", job.id, error)
        return None
    return Done(Deed.JOB_GIVEN_UP, str(job.id), why) if is_given_up else None


def _give_up(conn: Connection, job: RunningJob, reason: Ending, why: str) -> bool:
    is_given_up = jobs.give_up_job(
        conn,
        job.id,
        code=_WHY[reason][0],
        sentence=why,
        heartbeat_at=job.heartbeat_at if reason is Ending.SILENT else None,
        advanced_at=job.advanced_at if reason is Ending.STALLED else None,
    )
    if not is_given_up:
        return False
    locked(conn, job.video_id)  # a next stage of the run, begun at this moment, comes before or sees the ending
    endings.ask(conn, job.run_id, job.video_id, reason)
    told = {
        "video_id": job.video_id,
        "job_id": job.id,
        "stage": job.stage,
        "run_id": job.run_id,
        "reason": reason,
        "sentence": why,
    }
    is_alert = reason is not Ending.UNWANTED
    events.emit(conn, "watchdog.job_given_up", job.video_id, told, same_as=f"job:{reason}" if is_alert else None)
    return True
