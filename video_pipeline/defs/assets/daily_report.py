"""The report on a day: what was received, made and refused, and how long it took."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from video_pipeline.catalog.reporting import Span, happenings
from video_pipeline.config import calendar
from video_pipeline.defs.resources import Bucket, Catalog, Workspace
from video_pipeline.defs.stage import RETRIES
from video_pipeline.storage import keys

PARQUET = "application/vnd.apache.parquet"
FIRST_DAY = "2026-11-01"  # no installation is older
HOUR_OF_DAY = 4  # by then the watch and the sweep of the night are done


def days(time_zone: str) -> dg.DailyPartitionsDefinition:
    """Every day that is over, from midnight to midnight on the clocks of a place, be it 23, 24 or 25 hours long."""
    return dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=time_zone)


@dg.asset(
    partitions_def=days(calendar().time_zone),
    retry_policy=RETRIES,
    group_name="reports",
    kinds={"pandas", "parquet", "s3"},
)
def daily_report(
    context: dg.AssetExecutionContext, catalog: Catalog, bucket: Bucket, workspace: Workspace
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """A day's figures, as Parquet in the bucket and as numbers that the UI plots over the days."""
    from video_pipeline.reports import daily  # pandas takes a second, which no other run must pay

    window, day = context.partition_time_window, date.fromisoformat(context.partition_key)
    with catalog.transaction() as connection:
        frame = daily.report(day, happenings(connection, Span(window.start, window.end)))
    path = workspace.outputs() / "report.parquet"
    daily.write(frame, path)
    stored = bucket.objects.store(path, keys.daily_report(day), content_type=PARQUET)
    figures = {name: dg.MetadataValue.float(value) for name, value in daily.plotted(frame).items()}
    return dg.MaterializeResult(
        metadata={"report": dg.MetadataValue.md(daily.shown(frame)), "key": stored.key, **figures}
    )


report_on_day = dg.define_asset_job(
    "report_on_day", selection=[daily_report], executor_def=dg.in_process_executor, description="Makes a day's report."
)


@dg.schedule(
    job=report_on_day,
    cron_schedule=f"0 {HOUR_OF_DAY} * * *",
    execution_timezone=calendar().time_zone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Asks for the report on the day before."""
    today = context.scheduled_execution_time.astimezone(ZoneInfo(calendar().time_zone)).date()
    return dg.RunRequest(partition_key=(today - timedelta(days=1)).isoformat())
