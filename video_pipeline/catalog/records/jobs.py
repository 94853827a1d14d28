"""Jobs: what each stage of each run did for a video, with a heartbeat while it does it.

Whoever writes for a job holds it (`hold`), in the same transaction: a worker that was given up for dead and wakes up
publishes nothing over its successor.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from video_pipeline.catalog.records.endings import refuse_ended
from video_pipeline.catalog.records.videos import begin_validation, resume
from video_pipeline.catalog.tables import jobs
from video_pipeline.errors import GivenUp
from video_pipeline.types import JobStatus, Stage

_INTERRUPTED = "The run that did this work ended before the work was done."


def start_job(conn: Connection, *, video_id: UUID, stage: Stage, run_id: str, worker: str) -> UUID:
    """A stage begins for a video, or begins again within the same run; gives the job's id.

    The video is taken up by the run: a failed one is in work again. What other runs left running for it is failed.

    Raises:
        VideoNotFound: no video has that id.
        RequestRefused: the video does not stand where the stage can begin.
        DuplicateVideo: it had failed, and the same bytes have come in as another video since.
        GivenUp: the run was given up, or has ended.
    """
    # Jobs before their video, as everywhere: two who lock the same rows in different orders block each other.
    _interrupt(conn, jobs.c.video_id == video_id, jobs.c.run_id != run_id)
    take_up = begin_validation if stage is Stage.VALIDATION else resume
    take_up(conn, video_id, run_id=run_id)
    refuse_ended(conn, run_id)  # with the video's row in hand: whoever gives a run up holds it as well
    started = {"status": JobStatus.RUNNING, "worker": worker}
    again = {
        "progress": 0,
        "attempt": jobs.c.attempt + 1,
        "error_code": None,
        "error_sentence": None,
        "heartbeat_at": func.now(),
        "advanced_at": func.now(),
        "started_at": func.now(),
        "finished_at": None,
    }
    job = insert(jobs).values(video_id=video_id, stage=stage, run_id=run_id, **started)
    job = job.on_conflict_do_update(index_elements=["video_id", "stage", "run_id"], set_={**started, **again})
    job_id: UUID = conn.execute(job.returning(jobs.c.id)).scalar_one()
    return job_id


def beat(conn: Connection, job_id: UUID, *, progress: int) -> bool:
    """The job is alive and `progress` percent done. False where it is held to have ended: somebody else took over."""
    alive = update(jobs).where(jobs.c.id == job_id, jobs.c.status == JobStatus.RUNNING)
    advanced_at = case((jobs.c.progress < progress, func.now()), else_=jobs.c.advanced_at)
    step = alive.values(progress=progress, heartbeat_at=func.now(), advanced_at=advanced_at)
    return conn.execute(step).rowcount == 1


def hold(conn: Connection, job_id: UUID) -> None:
    """Make sure that the job is at work, and let nobody give it up before this transaction has ended.

    Raises:
        GivenUp: it has ended.
    """
    running = select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.status == JobStatus.RUNNING)
    if conn.scalar(running.with_for_update(key_share=True)) is None:
        raise GivenUp


def finish_job(conn: Connection, job_id: UUID, *, media_seconds: float) -> None:
    """The job, which is held, did its work; its media processes took `media_seconds`."""
    done = {"status": JobStatus.COMPLETED, "progress": 100, "media_seconds": media_seconds, "finished_at": func.now()}
    conn.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.status == JobStatus.RUNNING).values(done))


def fail_job(conn: Connection, job_id: UUID, *, code: str, sentence: str) -> bool:
    """The job failed. False where it has ended: then it keeps the reason it ended with, and has no say any more."""
    return _end(conn, jobs.c.id == job_id, code=code, sentence=sentence) == 1


def give_up_job(
    conn: Connection,
    job_id: UUID,
    *,
    code: str,
    sentence: str,
    heartbeat_at: datetime | None = None,
    advanced_at: datetime | None = None,
) -> bool:
    """Fail a job from outside. False where it has ended, or where it beat or advanced since the moments given."""
    seen = [(jobs.c.heartbeat_at, heartbeat_at), (jobs.c.advanced_at, advanced_at)]
    unchanged = [column == moment for column, moment in seen if moment is not None]
    return _end(conn, jobs.c.id == job_id, *unchanged, code=code, sentence=sentence) == 1


def interrupt_jobs(conn: Connection, run_id: str) -> None:
    """Fail what a run that has ended left running."""
    _interrupt(conn, jobs.c.run_id == run_id)


def _interrupt(conn: Connection, *which: ColumnElement[bool]) -> None:
    _end(conn, *which, code="interrupted", sentence=_INTERRUPTED)


def _end(conn: Connection, *which: ColumnElement[bool], code: str, sentence: str) -> int:
    step = update(jobs).where(*which, jobs.c.status == JobStatus.RUNNING)
    failed = {"status": JobStatus.FAILED, "error_code": code, "error_sentence": sentence}
    return conn.execute(step.values(**failed, finished_at=func.now())).rowcount
