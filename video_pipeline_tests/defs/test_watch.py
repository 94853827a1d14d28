from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import jobs
from video_pipeline.catalog.records.configuration import configure
from video_pipeline.definitions import defs
from video_pipeline.defs import watch
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.types import JobStatus, Stage
from video_pipeline_tests.api.people import add_user
from video_pipeline_tests.catalog.stories import processing


@pytest.fixture
def frozen_run(engine, instance, monkeypatch):
    """A run whose worker was lost in the middle of a job; gives its id and the video's."""
    monkeypatch.setattr("video_pipeline.care.stuck_jobs.CONFIRM_SECONDS", 0.0)
    with transaction(engine) as connection:
        video_id = processing(connection)
        job = defs.resolve_job_def("ingest_video")
        tags = {"dagster/partition": str(video_id)}
        run_id = instance.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.STARTED).run_id
        jobs.start_job(connection, video_id=video_id, stage=Stage.METADATA, run_id=run_id, worker="lost")
        connection.exec_driver_sql("UPDATE jobs SET heartbeat_at = now() - interval '2 min'")
    return run_id, video_id


def test_the_sensor_ends_a_run_whose_worker_is_lost(engine, instance, frozen_run):
    run_id, video_id = frozen_run
    resources = {"catalog": Catalog(), "bucket": Bucket()}
    with dg.build_sensor_context(instance=instance, resources=resources, definitions=defs) as context:
        told = [watch.watchdog.evaluate_tick(context).skip_message for _ in range(2)]

    assert told == ["1 job given up, 1 run ended", "Nothing is stuck."]
    assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.FAILURE
    with transaction(engine) as connection:
        assert [job.status for job in queries.jobs_of(connection, video_id)] == [JobStatus.FAILED]


def test_every_night_it_looks_and_sweeps(instance, frozen_run):
    result = defs.resolve_job_def("care_for_installation").execute_in_process(instance=instance)

    assert result.success
    outputs: dict[str, Any] = {
        event.node_name: event.step_output_data.metadata for event in result.all_events if event.is_successful_output
    }
    assert outputs["watch_over"]["run ended"].value == 1
    assert {"sweep_away", "forget", "order_quota"} < outputs.keys()
    assert instance.get_run_by_id(frozen_run[0]).status is dg.DagsterRunStatus.FAILURE


def test_the_night_begins_at_three_by_the_clocks_of_the_installation():
    assert (watch.care_nightly.cron_schedule, watch.care_nightly.execution_timezone) == ("0 3 * * *", "UTC")


def tick(instance):
    with dg.build_schedule_context(instance=instance, resources={"catalog": Catalog()}) as context:
        return [request.run_key for request in watch.quota_week.evaluate_tick(context).run_requests or ()]


def test_a_week_has_one_run_wherever_it_begins(engine, instance):
    (utc,) = tick(instance)
    with transaction(engine) as connection:
        by = add_user(engine)
        configure(connection, {"quota_reset_timezone": "Asia/Kathmandu", "quota_reset_hour": 5}, by=by)
    (there,) = tick(instance)

    assert tick(instance) == [there] != [utc]
    begins = datetime.fromisoformat(there.removeprefix("week-")).astimezone(ZoneInfo("Asia/Kathmandu"))
    assert (begins.strftime("%a %H:%M"), begins <= datetime.now(UTC)) == ("Sun 05:00", True)


def test_the_counters_are_put_in_order(instance):
    assert defs.resolve_job_def("turn_quota_week").execute_in_process(instance=instance).success
