"""The auditor: compares catalog, bucket, Dagster and work folders, tells every disagreement, and changes nothing.

What it holds everything against (who finds it in brackets):

    an upload that was acknowledged can be read back, or its row says why not      (census; with `read`, by its SHA-256)
    a scope has one video of the same bytes                                        (catalog)
    every object has its row, every row its object                                 (census)
    nothing is served that was not validated, nor other bytes than those           (census, catalog, `read`)
    nothing is stuck                                                               (catalog, Dagster)
    a completed video has every artifact, each made from its present original      (census)
    quotas count what was taken from them                                          (catalog)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine

from video_pipeline.care import integrity
from video_pipeline.care.census import Census, lying
from video_pipeline.care.disagreements import DAY, Ages, Code, Cutoffs, Disagreement
from video_pipeline.care.judgement import judge
from video_pipeline.care.ledger import Ledger, lone_partitions, lone_runs
from video_pipeline.catalog import auditing, inventory, queries
from video_pipeline.catalog.auditing import Unfinished
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.uploading import LIFETIME
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import VideoStatus

HEARTBEAT = timedelta(seconds=60)
"""How long a job may be silent before the watchdog gives it up."""

NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Leeway:
    """What is taken to be in flight, and no disagreement yet.

    What is younger than `grace` may be half done. What the sweep comes for may be there for `overdue`: its own day, and
    the one until it comes round. A wait is a wait for `patience`. `is_settled` says that nothing may be in flight.
    """

    grace: timedelta = timedelta(minutes=10)
    overdue: timedelta = 2 * DAY
    patience: timedelta = LIFETIME
    is_settled: bool = False

    @property
    def ages(self) -> Ages:
        """The same for the census."""
        return Ages(self.grace, self.overdue, Ages().rejects + self.overdue)

    @property
    def heartbeat(self) -> timedelta:
        """How long a job may be silent: the watchdog needs a while as well."""
        return NOTHING if self.is_settled else HEARTBEAT + self.grace


SETTLED = Leeway(grace=NOTHING, patience=NOTHING, is_settled=True)
"""For a system at rest: everything that is under way is told, too."""


def audit(
    engine: Engine,
    store: ObjectStore,
    *,
    ledger: Ledger | None = None,
    folders: Sequence[Path] = (),
    leeway: Leeway = Leeway(),
    read: bool = False,
) -> Iterator[Disagreement]:
    """Every disagreement there is, none where all is well.

    Args:
        engine: The catalog.
        store: The bucket.
        ledger: Dagster's records; None leaves them out.
        folders: Work folders on this machine whose runs are no more.
        leeway: What counts as in flight.
        read: Read every original and every artifact, and compare its SHA-256.

    Raises:
        StoreUnavailable, CatalogUnavailable: one of the two did not answer.
    """
    with transaction(engine) as connection:
        now = queries.now(connection)
    yield from _confirmed(engine, store, Cutoffs.at(now, leeway.ages))
    if read:
        yield from integrity.scan(engine, store, one_in=1, today=now)
    runs = None if ledger is None else ledger.active()
    with transaction(engine) as connection:
        yield from _of_catalog(connection, leeway)
        active = None if runs is None else {run.video_id for run in runs}
        yield from _of_unfinished(connection, now, active, leeway)
    if ledger is not None and runs is not None:
        yield from lone_partitions(engine, ledger.partitions())
        yield from lone_runs(engine, runs, grace=leeway.grace)
    yield from (Disagreement(Code.ABANDONED_FOLDER, key=str(folder)) for folder in folders)


def _confirmed(engine: Engine, store: ObjectStore, cutoffs: Cutoffs) -> Iterator[Disagreement]:
    """What the census found and is still so: rows and objects were read at different moments."""
    return (
        one
        for one in Census(engine, store, cutoffs).disagreements()
        if one.video_id is None
        or one.code is Code.UNFINISHED_UPLOAD
        or _is_so(engine, store, one, one.video_id, cutoffs)
    )


def _is_so(engine: Engine, store: ObjectStore, found: Disagreement, video_id: UUID, cutoffs: Cutoffs) -> bool:
    with transaction(engine) as connection:
        holding = inventory.holding(connection, video_id)
    if found.code is Code.UNADOPTED_DROP:
        return holding is None and found.key is not None and store.head(found.key) is not None
    return found in judge(video_id, holding, lying(store, video_id, holding), cutoffs)


def _of_catalog(connection: Connection, leeway: Leeway) -> Iterator[Disagreement]:
    for video_id in auditing.same_bytes_twice(connection):
        yield Disagreement(Code.SAME_BYTES_TWICE, video_id)
    for video_id, key in auditing.not_validated(connection):
        yield Disagreement(Code.NOT_VALIDATED, video_id, key)
    lifetime = NOTHING if leeway.is_settled else LIFETIME + leeway.grace
    for video_id in auditing.stuck_uploads(connection, lifetime=lifetime):
        yield Disagreement(Code.STUCK_UPLOAD, video_id)
    for video_id, job_id in auditing.stuck_jobs(connection, heartbeat=leeway.heartbeat):
        yield Disagreement(Code.STUCK_JOB, video_id, str(job_id))
    for video_id, request_id in auditing.stuck_requests(connection, patience=leeway.patience):
        yield Disagreement(Code.STUCK_REQUEST, video_id, str(request_id))
    for drift in auditing.quota_drift(connection):
        bytes_ = f"{drift.counted} bytes counted, {drift.summed} taken"
        yield Disagreement(
            Code.QUOTA_DRIFT, None, str(drift.user_id), detail=f"week of {drift.week_start:%F}, {bytes_}"
        )


def _of_unfinished(
    connection: Connection, now: datetime, active: set[UUID] | None, leeway: Leeway
) -> Iterator[Disagreement]:
    for video in auditing.unfinished(connection, heartbeat=leeway.heartbeat):
        code = _what_holds_it(video, now, active, leeway)
        if code is not None:
            yield Disagreement(code, video.video_id, detail=video.status)


def _what_holds_it(video: Unfinished, now: datetime, active: set[UUID] | None, leeway: Leeway) -> Code | None:
    """Why a video gets no further; None where it may. Without Dagster nobody knows whether it has a run."""
    if leeway.is_settled:
        return Code.STUCK_VIDEO
    if video.is_beating or (active is not None and video.video_id in active):
        return None
    age = now - video.updated_at
    if active is not None and video.status is not VideoStatus.UPLOADED:
        return Code.NO_RUN if age >= leeway.grace else None
    return Code.STUCK_VIDEO if age >= leeway.patience else None
