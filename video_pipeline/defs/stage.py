"""A stage of one video's journey as Dagster runs it: its job row, its heartbeat, and what its errors mean."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

import dagster as dg
from sqlalchemy import Connection

from video_pipeline import intake, whereabouts
from video_pipeline.care import workspace
from video_pipeline.catalog.engine import translated
from video_pipeline.catalog.records import jobs, reprocess, videos
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.errors import (
    CatalogUnavailable,
    GivenUp,
    MediaRefused,
    Permanent,
    PipelineError,
    Retryable,
    VideoNotFound,
)
from video_pipeline.media.process import metered
from video_pipeline.types import Stage

logger = logging.getLogger(__name__)

#: Waits of about 2, 4, 8, 16 and 32 s between six attempts: a store that restarts is back within that minute.
RETRIES = dg.RetryPolicy(max_retries=5, delay=2, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)

#: A run carries the wish it fulfils, so that the wish is done when the run has begun.
REQUEST_TAG = "video_pipeline/request"

HEARTBEAT_SECONDS = 0.5

INTERNAL = "Something went wrong on our side. It has been recorded; ask for the video to be processed again later."


@dataclass
class Job:
    """One run of one stage for one video."""

    id: UUID
    video_id: UUID
    run_id: str
    catalog: Catalog = field(repr=False)
    _progress: float = field(default=0.0, repr=False)
    _is_given_up: bool = field(default=False, repr=False)

    def progress(self, fraction: float) -> None:
        """Say how far the work is, from 0 to 1; the next heartbeat carries it.

        Raises:
            GivenUp: there is no use in going on.
        """
        if self._is_given_up:
            raise GivenUp
        self._progress = fraction

    def hold(self, connection: Connection) -> None:
        """Let nobody give the job up before this transaction has ended.

        Raises:
            GivenUp: somebody has.
        """
        jobs.hold(connection, self.id)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that is the job's: what it writes counts only while nobody has given the job up for dead.

        Raises:
            GivenUp: somebody has.
        """
        with self.catalog.transaction() as connection:
            self.hold(connection)
            yield connection

    def beat(self) -> None:
        """Give a sign of life, and learn whether it is of interest to anybody."""
        with self.catalog.transaction() as connection:
            self._is_given_up = not jobs.beat(connection, self.id, progress=self.percent)

    @property
    def percent(self) -> int:
        """How far the work is, from 0 to 100."""
        return round(100 * min(max(self._progress, 0.0), 1.0))


@contextmanager
def stage(context: dg.AssetExecutionContext, catalog: Catalog, bucket: Bucket, name: Stage) -> Iterator[Job]:
    """Run the block as a job that beats twice a second, and turn what it raises into what Dagster understands.

    Raises:
        dagster.Failure: another attempt cannot help, or the fault is in our code; the video is `failed` with a code
            and a sentence.
        Retryable: it can, and Dagster's retry policy decides when; `failed` only when the last attempt is spent.
    """
    job = _start(context, catalog, bucket, name)
    try:
        with workspace.with_room(), translated(), _heartbeat(job), _refusing(bucket, job), metered() as meter:
            yield job  # what assets log goes to Dagster's database, which fails in the same ways as the catalog's
        with job.transaction() as connection:
            jobs.finish_job(connection, job.id, media_seconds=meter.seconds)
    except GivenUp as error:  # what became of the video is somebody else's to say
        raise _final(error) from error
    except Permanent as error:
        _fail(job, code_of(error), str(error), retryable=False)
        raise _final(error) from error
    except Retryable as error:
        is_last = context.retry_number >= RETRIES.max_retries
        _fail(job, error.code, str(error), retryable=True, ends_video=is_last)
        raise
    except Exception as error:  # the edge: a fault of ours is neither retried as if it would pass, nor silent
        logger.exception("A fault of ours ended job %s.", job.id)
        _fail(job, PipelineError.code, INTERNAL, retryable=True)
        raise dg.Failure(INTERNAL, allow_retries=False) from error


def _final(error: Permanent) -> dg.Failure:
    """The end of the run: what went wrong, for the operator, and no retry."""
    return dg.Failure(str(error), metadata={"code": code_of(error)}, allow_retries=False)


def code_of(error: PipelineError) -> str:
    """The stable code of what went wrong: the rule's, where a rule refused the file."""
    return error.reason.code if isinstance(error, MediaRefused) else error.code


def _start(context: dg.AssetExecutionContext, catalog: Catalog, bucket: Bucket, name: Stage) -> Job:
    video_id, run_id = UUID(context.partition_key), context.run.run_id
    request = context.run.tags.get(REQUEST_TAG)
    try:
        with catalog.transaction() as connection:
            if request is not None:
                reprocess.confirm_dispatch(connection, int(request), run_id)
            job_id = jobs.start_job(
                connection, video_id=video_id, stage=name, run_id=run_id, worker=socket.gethostname()
            )
    except Permanent as error:  # the video does not stand where this stage begins: it has no job to fail
        with suppress(VideoNotFound):  # an attempt before this one may have refused it, and broken off
            whereabouts.clear_refused(catalog.engine, bucket.objects, video_id)
        raise _final(error) from error
    return Job(job_id, video_id, run_id, catalog)


@contextmanager
def _refusing(bucket: Bucket, job: Job) -> Iterator[None]:
    """Keep apart what a rule refuses; that takes the store, which may be away then like at any other step."""
    try:
        yield
    except MediaRefused as error:
        with suppress(GivenUp):
            intake.refuse(job.catalog.engine, bucket.objects, job.video_id, error, fence=job.hold)
        raise


def _fail(job: Job, code: str, sentence: str, *, retryable: bool, ends_video: bool = True) -> None:
    """Let the job fail, and its video with it; a job that was given up has no say in what becomes of the video."""
    with job.catalog.transaction() as connection:
        has_say = jobs.fail_job(connection, job.id, code=code, sentence=sentence)
        if has_say and ends_video:
            videos.fail(connection, job.video_id, code=code, sentence=sentence, retryable=retryable)


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Write progress and a sign of life from a thread, so that they do not wait for the work itself."""
    done = threading.Event()
    beating = threading.Thread(target=_beat, args=(job, done), name="heartbeat", daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()


def _beat(job: Job, done: threading.Event) -> None:
    while not done.wait(HEARTBEAT_SECONDS):
        try:
            job.beat()
        except CatalogUnavailable:
            logger.warning("A heartbeat of job %s was lost: the catalog did not answer.", job.id)
