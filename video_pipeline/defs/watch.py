"""When the watchdog looks, and the rest of what is due by the clock: the nightly care, and the week's turn."""

from collections.abc import Iterator

import dagster as dg

from video_pipeline.care import sweep as sweeping
from video_pipeline.care.deeds import Deed, Done, summary
from video_pipeline.care.patience import Patience
from video_pipeline.care.watchdog import watch
from video_pipeline.catalog.records import endings, events
from video_pipeline.catalog.uploading import configured_now
from video_pipeline.config import calendar, settings
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.defs.runs import DagsterRuns
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.uploads.limits import reset_of
from video_pipeline.uploads.turn import turn_week
from video_pipeline.uploads.week import Reset, week_of

SECONDS_BETWEEN_LOOKS = 15

#: The nightly sweep reads the bytes of one video in so many, and every video's within as many days.
READ_ONE_IN = 30


def _look(instance: dg.DagsterInstance, catalog: Catalog, bucket: Bucket) -> list[Done]:
    store = bucket.objects
    return watch(catalog.engine, DirectUploads(store, store.client), DagsterRuns(instance), Patience.within(settings()))


@dg.sensor(minimum_interval_seconds=SECONDS_BETWEEN_LOOKS, default_status=dg.DefaultSensorStatus.RUNNING)
def watchdog(context: dg.SensorEvaluationContext, catalog: Catalog, bucket: Bucket) -> dg.SkipReason:
    """Sets going again what is stuck, or lets it fail with a code: uploads, jobs, runs, videos without a run."""
    done = _look(context.instance, catalog, bucket)
    for one in done:
        context.log.warning(f"{one.deed}: {one.subject}. {one.why}")
    return dg.SkipReason(summary(done))


@dg.op
def watch_over(context: dg.OpExecutionContext, catalog: Catalog, bucket: Bucket) -> None:
    """Look for what is stuck, as the sensor does; its counts are on record."""
    done = _look(context.instance, catalog, bucket)
    deeds = [one.deed for one in done]
    context.add_output_metadata({deed.value: deeds.count(deed) for deed in Deed})


@dg.op
def sweep_away(context: dg.OpExecutionContext, catalog: Catalog, bucket: Bucket) -> None:
    """Remove what is nobody's, and have made again what is missing."""
    report = sweeping.sweep(catalog.engine, bucket.objects, apply=True, integrity_of=READ_ONE_IN)
    context.add_output_metadata(report.counts())


@dg.op
def forget(context: dg.OpExecutionContext, catalog: Catalog) -> None:
    """Forget events that were told long ago, and runs of which no worker can wake up any more."""
    with catalog.transaction() as connection:
        forgotten = {"events": events.purge(connection), "runs": endings.forget_old(connection)}
    context.add_output_metadata(forgotten)


@dg.op
def order_quota(context: dg.OpExecutionContext, catalog: Catalog) -> None:
    """Forget counters of long ago, and compare those that count with the uploads."""
    turned = turn_week(catalog.engine)
    context.add_output_metadata({"counters_forgotten": turned.forgotten, "counters_settled": turned.settled})


@dg.job(executor_def=dg.in_process_executor, description="Sets going what is stuck, and sweeps away what is nobody's.")
def care_for_installation() -> None:
    """Ops that do not need each other: where one fails, the others are done nevertheless."""
    watch_over()
    sweep_away()
    forget()
    order_quota()


care_nightly = dg.ScheduleDefinition(
    name="care_nightly",
    job=care_for_installation,
    cron_schedule="0 3 * * *",
    execution_timezone=calendar().time_zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.job(executor_def=dg.in_process_executor, description="Puts the counters of the weekly quota in order.")
def turn_quota_week() -> None:
    """Quotas are full again by themselves: each week has counters of its own."""
    order_quota()


@dg.schedule(
    job=turn_quota_week,
    cron_schedule="*/15 * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def quota_week(catalog: Catalog) -> Iterator[dg.RunRequest]:
    """One run for each week, when it begins: admins say when that is, and where, while we run.

    It looks every quarter of an hour, since zones are that far apart. The run's key is the week's beginning, and
    Dagster makes no second run of a key; after a time without a daemon, it is made up for.
    """
    with catalog.transaction() as connection:
        told, now = configured_now(connection)
        week = week_of(now, reset_of(told, Reset()))
    yield dg.RunRequest(run_key=f"week-{week.start.isoformat()}")
