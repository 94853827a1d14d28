from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pandas as pd
import pytest
from sqlalchemy import update

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.tables import videos
from video_pipeline.definitions import defs
from video_pipeline.defs import sensors
from video_pipeline.defs.assets.daily_report import days, every_morning
from video_pipeline.defs.resources import Catalog
from video_pipeline.storage import keys
from video_pipeline_tests.catalog.stories import completed, failed, processing

DAY = "2026-11-05"


@pytest.fixture
def report(instance):
    """Make a day's report."""

    def make(day):
        job = defs.resolve_job_def("report_on_day")
        return job.execute_in_process(partition_key=day, instance=instance)

    return make


def test_a_days_report_lies_in_the_bucket_and_shows_in_the_ui(report, engine, store, tmp_path):
    noon = datetime(2026, 11, 5, 12, tzinfo=UTC)
    with transaction(engine) as connection:
        completed(connection)
        failed(connection, processing(connection, content="b"))
        connection.execute(update(videos).values(uploaded_at=noon))
        connection.execute(update(videos).where(videos.c.completed_at.is_not(None)).values(completed_at=noon))
        connection.execute(update(videos).where(videos.c.failed_at.is_not(None)).values(failed_at=noon))

    result = report(DAY)

    (made,) = result.asset_materializations_for_node("daily_report")
    assert made.metadata["videos_received"].value == 2.0
    assert made.metadata["videos_failed_store_unavailable"].value == 1.0
    assert "| videos_completed |  | 1 | videos |" in made.metadata["report"].value
    path = tmp_path / "report.parquet"
    store.fetch(keys.daily_report(date(2026, 11, 5)), path)
    frame = pd.read_parquet(path)
    assert frame.loc[frame["figure"] == "hours_completed", "value"].item() == pytest.approx(10.01 / 3600)


def test_making_it_again_replaces_it(report, store):
    report(DAY)
    report(DAY)
    assert [stored.key for stored in store.list(keys.REPORTS)] == [f"reports/daily/{DAY}.parquet"]


@pytest.mark.parametrize(
    ("day", "hours"), [("2027-03-27", 24), ("2027-03-28", 23), ("2027-10-31", 25), ("2027-11-01", 24)]
)
def test_a_day_is_from_midnight_to_midnight_where_clocks_change(day, hours):
    window = days("Europe/Berlin").time_window_for_partition_key(day)
    assert (window.start.date().isoformat(), window.start.hour, window.end.hour) == (day, 0, 0)
    assert window.end.astimezone(UTC) - window.start.astimezone(UTC) == timedelta(hours=hours)


def test_every_morning_it_is_made_for_the_day_before():
    schedule = defs.resolve_schedule_def("every_morning")
    with dg.build_schedule_context(scheduled_execution_time=datetime(2026, 11, 6, 4, tzinfo=UTC)) as context:
        request = every_morning(context)
    assert isinstance(request, dg.RunRequest)
    assert schedule.cron_schedule == "0 4 * * *"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert request.partition_key == DAY


def test_a_report_that_fails_is_no_video_that_fails(instance, engine):
    tags = {"dagster/partition": DAY}
    run = instance.create_run_for_job(defs.resolve_job_def("report_on_day"), tags=tags)
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_runs",
        dagster_event=dg.DagsterEvent(dg.DagsterEventType.RUN_FAILURE.value, run.job_name),
        dagster_instance=instance,
        dagster_run=run,
        resources={"catalog": Catalog()},
    )
    sensors.failed_runs(context.for_run_failure())
