"""What Dagster watches: the inbox, and runs that failed."""

import time
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from uuid import UUID

import dagster as dg
from sqlalchemy import Connection

from video_pipeline import intake
from video_pipeline.catalog import queries
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.heartbeats import DAEMON
from video_pipeline.catalog.records import endings, heartbeats, jobs, multipart, reprocess, uploads, videos
from video_pipeline.config import settings
from video_pipeline.defs.arrivals import Decision, decide, selection, sort_inbox
from video_pipeline.defs.jobs import ingest_video
from video_pipeline.defs.partitions import video_partitions
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.defs.stage import REQUEST_TAG
from video_pipeline.storage import keys
from video_pipeline.types import Finding, StoredObject

#: Objects listed at one look. The next look goes on behind the last of them, and comes round to the first again.
WINDOW = 1000

SECONDS_BETWEEN_LOOKS = 0.5

FAILURE_REASON_TAG, STEP_FAILED = "dagster/failure_reason", "STEP_FAILURE"

INTERRUPTED = Finding(
    "interrupted", "Processing was interrupted again and again by trouble on our side. Ask for it to be done again."
)
STALLED = Finding(
    "stalled",
    "Processing stood still again and again, and was given up. Ask for it to be done again; if it stands "
    "still then too, look at the file.",
)
CANCELED = Finding("canceled", "An operator stopped the processing. Ask for it to be done again.")


@dg.sensor(job=ingest_video, minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox(context: dg.SensorEvaluationContext, catalog: Catalog, bucket: Bucket) -> dg.SensorResult | dg.SkipReason:
    """Gives every video that arrived in the inbox its partition and its run, and every wish to reprocess its run.

    Dagster's daemon comes round to its sensors every five seconds, so a tick waits a while for something to arrive
    instead of ending at once: what arrives on an idle system is seen within a second.
    """
    deadline = time.monotonic() + settings().inbox_watch_seconds
    with catalog.transaction() as connection:
        heartbeats.beat(connection, DAEMON)
    while True:
        decision, cursor = look(context.instance, catalog, bucket, context.cursor)
        if decision.has_work:
            return _result(decision, cursor)
        if time.monotonic() >= deadline:
            context.update_cursor(cursor or "")
            return dg.SkipReason(decision.reason)
        time.sleep(SECONDS_BETWEEN_LOOKS)


def look(
    instance: dg.DagsterInstance, catalog: Catalog, bucket: Bucket, cursor: str | None
) -> tuple[Decision, str | None]:
    """Look at one window of the inbox and at the wishes, and decide; the cursor is where the next window begins.

    The cost follows what is pending, not what was ever uploaded: validation empties the inbox.
    """
    listing = bucket.objects.list(keys.INBOX, limit=WINDOW, start_after=cursor or None)
    following = listing[-1].key if len(listing) == WINDOW else None
    arrived, drops = sort_inbox(listing, bucket.objects.bucket)
    with catalog.transaction() as connection:
        wishes = queries.pending_reprocess(connection, limit=settings().inbox_batch)
        if not arrived and not wishes:
            return Decision(), following
        _adopt(connection, arrived, drops)
        queued = instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
        decision = decide(
            arrived,
            queries.statuses(connection, arrived),
            wishes,
            now=queries.now(connection),
            room=_room(queued),
            spare=settings().backfill_queue_limit - queued,
        )
        _note(connection, decision)
    for stored in decision.discard:
        bucket.objects.delete_exactly(stored)
    return decision, following


def _adopt(connection: Connection, arrived: Mapping[UUID, StoredObject], drops: AbstractSet[UUID]) -> None:
    """Give the drops that the catalog has not seen their rows."""
    for video_id in drops - queries.statuses(connection, drops).keys():
        intake.adopt(connection, video_id, arrived[video_id])


def _room(queued: int) -> int:
    """How many runs may be requested now: the queue daemon reads its whole queue every second, so it is kept short."""
    return min(settings().inbox_batch, settings().inbox_queue_limit - queued)


def _note(connection: Connection, decision: Decision) -> None:
    for video_id, stored in decision.heal:
        multipart.arrived(connection, video_id, stored)
    uploads.mark_requested(connection, decision.request)
    reprocess.mark_dispatched(connection, [wish.id for wish in decision.fulfil])


def _result(decision: Decision, cursor: str | None) -> dg.SensorResult:
    arrivals = [dg.RunRequest(run_key=str(video_id), partition_key=str(video_id)) for video_id in decision.request]
    wishes = [
        dg.RunRequest(
            run_key=f"request-{wish.id}",
            partition_key=str(wish.video_id),
            asset_selection=[dg.AssetKey(name) for name in selection(wish) or []] or None,
            tags={REQUEST_TAG: str(wish.id), "dagster/priority": str(wish.priority - 1)},
        )
        for wish in decision.fulfil
    ]
    partitions = {str(request.partition_key) for request in (*arrivals, *wishes)}
    return dg.SensorResult(
        run_requests=[*arrivals, *wishes],
        dynamic_partitions_requests=[video_partitions.build_add_request(sorted(partitions))],
        cursor=cursor or "",
    )


@dg.run_failure_sensor(minimum_interval_seconds=5, default_status=dg.DefaultSensorStatus.RUNNING)
def failed_runs(context: dg.RunFailureSensorContext, catalog: Catalog) -> None:
    """Ends what a failed run left unfinished in the catalog.

    A run whose worker was killed could not say so itself: its jobs still look busy, and, when no retry follows, so
    does its video.
    """
    _end(context.dagster_run, catalog, INTERRUPTED)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.CANCELED,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def canceled_runs(context: dg.RunStatusSensorContext, catalog: Catalog) -> None:
    """Ends what a run that an operator cancelled left unfinished in the catalog."""
    _end(context.dagster_run, catalog, CANCELED)


def _end(run: dg.DagsterRun, catalog: Catalog, why: Finding) -> None:
    video_id = _video(run)
    if video_id is None:
        return
    is_last = run.tags.get("dagster/will_retry") != "true"
    with catalog.transaction() as connection:
        jobs.interrupt_jobs(connection, run.run_id)
        ending = endings.close(connection, run.run_id, video_id)
        if ending is not None and is_last:
            _settle_wish(connection, run)
            if not _is_tried_by_watchdog(run):
                _give_up(connection, video_id, run, STALLED if ending is Ending.STALLED else why)


def _is_tried_by_watchdog(run: dg.DagsterRun) -> bool:
    """Whether a step of the run failed though its stage, which ends its video itself, may have had no part in it.

    It found that it had been given up before anybody had ended it; or Dagster could not write down what it did, as one
    broken connection to its database is enough for. Dagster tries no run again whose step failed. The watchdog does, if
    the video has not ended: it has no run any more.
    """
    return run.tags.get(FAILURE_REASON_TAG) == STEP_FAILED


def _video(run: dg.DagsterRun) -> UUID | None:
    """The video that a run is for; others are for a day or for nothing in particular."""
    try:
        return UUID(run.tags.get("dagster/partition", ""))
    except ValueError:
        return None


def _settle_wish(connection: Connection, run: dg.DagsterRun) -> None:
    """No other run follows: no wish waits for this one."""
    request = run.tags.get(REQUEST_TAG)
    if request is not None:
        reprocess.confirm_dispatch(connection, int(request), run.run_id)


def _give_up(connection: Connection, video_id: UUID, run: dg.DagsterRun, why: Finding) -> None:
    """The video has failed, unless it had ended before."""
    videos.fail(connection, video_id, code=why.code, sentence=why.sentence, retryable=True, run_id=run.run_id)
