from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import dagster as dg
import pytest

from video_pipeline import intake
from video_pipeline.catalog import heartbeats, queries, watching
from video_pipeline.catalog.care import Ending
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import endings
from video_pipeline.catalog.records import jobs as job_records
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.config import settings
from video_pipeline.definitions import defs
from video_pipeline.defs import sensors
from video_pipeline.defs.jobs import ingest_video
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.defs.stage import REQUEST_TAG
from video_pipeline.storage import keys
from video_pipeline.types import JobStatus, Output, Stage, VideoStatus

DROP = f"{keys.DROP}mall/gate/clip.mp4"


@pytest.fixture
def tick(instance):
    """One tick of the inbox sensor, as the daemon asks for it."""

    def evaluate(cursor=None):
        resources = {"catalog": Catalog(), "bucket": Bucket()}
        with dg.build_sensor_context(
            instance=instance, cursor=cursor, resources=resources, definitions=defs
        ) as context:
            return sensors.inbox(context)

    return evaluate


def partitions(result):
    return [request.partition_key for request in result.run_requests]


def test_an_upload_gets_its_partition_and_its_run(tick, engine, store, clip):
    video_id = intake.receive(engine, store, clip).video_id

    result = tick()

    assert partitions(result) == [str(video_id)]
    assert result.run_requests[0].run_key == str(video_id)
    assert result.dynamic_partitions_requests[0].partition_keys == [str(video_id)]


def test_it_does_not_get_a_second_one_at_the_next_tick(tick, engine, store, clip):
    intake.receive(engine, store, clip)
    tick()

    assert isinstance(tick(), dg.SkipReason)


def test_a_drop_is_adopted_and_gets_its_run(tick, engine, store, clip):
    store.store(clip, DROP, content_type="video/mp4")

    (video_id,) = partitions(tick())

    with transaction(engine) as connection:
        video = queries.video(connection, UUID(video_id))
    assert (video.status, video.source, video.filename) == (VideoStatus.UPLOADED, "drop", "clip.mp4")
    assert video.camera_id is not None


def test_a_drop_that_two_ticks_see_at_once_is_one_video(instance, engine, store, clip):
    store.store(clip, DROP, content_type="video/mp4")
    together = Barrier(2)

    def look(_):
        together.wait()
        decision, _ = sensors.look(instance, Catalog(), Bucket(), None)
        return decision.request

    with ThreadPoolExecutor(2) as ticks:
        (video_id,) = {video_id for requested in ticks.map(look, range(2)) for video_id in requested}

    with transaction(engine) as connection:
        assert [video.id for video in queries.recent_videos(connection, limit=10)] == [video_id]


def test_an_upload_that_was_completed_without_saying_so_is_healed(tick, engine, store, clip):
    video_id = intake.receive(engine, store, clip).video_id
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE videos SET status = 'uploading', uploaded_at = NULL")

    assert partitions(tick()) == [str(video_id)]

    with transaction(engine) as connection:
        assert queries.video(connection, video_id).status is VideoStatus.UPLOADED


def test_the_same_drop_again_is_the_same_video_and_leaves_the_inbox(tick, engine, store, clip):
    store.store(clip, DROP, content_type="video/mp4")
    (video_id,) = partitions(tick())
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE videos SET status = 'completed', original_key = 'o', checksum_sha256 = repeat('a', 64), "
            "validated_at = now(), completed_at = now(), duration_seconds = 1, facts = '{}'"
        )

    assert isinstance(tick(), dg.SkipReason)

    assert store.head(DROP) is None
    with transaction(engine) as connection:
        assert list(queries.statuses(connection, [UUID(video_id)])) == [UUID(video_id)]


def test_no_more_than_a_batch_at_once_and_the_rest_at_the_next_tick(tick, store, clip, monkeypatch):
    monkeypatch.setenv("INBOX_BATCH", "2")
    settings.cache_clear()
    for number in range(3):
        store.store(clip, f"{keys.DROP}mall/gate/{number}.mp4", content_type="video/mp4")

    first, second = tick(), tick()

    assert len(first.run_requests) == 2
    assert len(second.run_requests) == 1
    assert not set(partitions(first)) & set(partitions(second))


def test_none_while_the_queue_is_long(tick, instance, engine, store, clip, monkeypatch):
    monkeypatch.setenv("INBOX_QUEUE_LIMIT", "1")
    settings.cache_clear()
    monkeypatch.setattr(dg.DagsterInstance, "get_runs_count", lambda *_: 1)
    intake.receive(engine, store, clip)

    result = tick()

    assert isinstance(result, dg.SkipReason)
    assert "queue" in (result.skip_message or "")


def test_windows_follow_each_other_and_come_round(tick, engine, store, clip, monkeypatch):
    monkeypatch.setattr(sensors, "WINDOW", 2)
    for number in range(3):
        store.store(clip, f"{keys.DROP}mall/gate/{number}.mp4", content_type="video/mp4")

    first = tick()
    second = tick(first.cursor)

    assert first.cursor == f"{keys.DROP}mall/gate/1.mp4"
    assert len(second.run_requests) == 1
    assert second.cursor == ""


def test_a_wish_becomes_a_run_of_just_those_outputs(tick, engine, received, run):
    run()
    with transaction(engine) as connection:
        number = request_reprocess(connection, received, outputs=[Output.PROXY], requested_by="test")

    (request,) = tick().run_requests

    assert request.partition_key == str(received)
    assert request.asset_selection == [dg.AssetKey("proxy")]
    assert request.tags[REQUEST_TAG] == str(number)
    assert isinstance(tick(), dg.SkipReason)


def test_a_wish_is_done_when_its_run_begins(tick, engine, received, run):
    run()
    with transaction(engine) as connection:
        number = request_reprocess(connection, received, outputs=[Output.POSTER], requested_by="test")

    run(Output.POSTER, tags={REQUEST_TAG: str(number)})

    with transaction(engine) as connection:
        assert queries.pending_reprocess(connection, 10) == []


@pytest.mark.parametrize(
    ("sensor", "event", "code"),
    [
        (sensors.failed_runs, dg.DagsterEventType.RUN_FAILURE, "interrupted"),
        (sensors.canceled_runs, dg.DagsterEventType.RUN_CANCELED, "canceled"),
    ],
)
@pytest.mark.parametrize("will_retry", ["true", "false"])
def test_what_a_dead_run_left_unfinished_is_ended(
    sensor, event, code, will_retry, instance, engine, received, row, jobs
):
    tags = {"dagster/partition": str(received), "dagster/will_retry": will_retry}
    run = instance.create_run_for_job(defs.resolve_job_def(ingest_video.name), tags=tags)
    with transaction(engine) as connection:
        job_records.start_job(connection, video_id=received, stage=Stage.VALIDATION, run_id=run.run_id, worker="w")
    happened = dg.DagsterEvent(event.value, run.job_name)
    context = dg.build_run_status_sensor_context(
        sensor_name=sensor.name,
        dagster_event=happened,
        dagster_instance=instance,
        dagster_run=run,
        resources={"catalog": Catalog()},
    )

    sensor(context.for_run_failure() if sensor is sensors.failed_runs else context)

    assert jobs()[Stage.VALIDATION].status is JobStatus.FAILED
    if will_retry == "true":
        assert row().status is VideoStatus.VALIDATING
    else:
        assert (row().status, row().error_code, row().error_retryable) == (VideoStatus.FAILED, code, True)


def test_every_tick_is_a_sign_of_life(tick, engine):
    tick()
    with transaction(engine) as connection:
        assert heartbeats.ages(connection)[heartbeats.DAEMON] < 60


def failure_of(run, instance):
    happened = dg.DagsterEvent(dg.DagsterEventType.RUN_FAILURE.value, run.job_name)
    context = dg.build_run_status_sensor_context(
        sensor_name=sensors.failed_runs.name,
        dagster_event=happened,
        dagster_instance=instance,
        dagster_run=run,
        resources={"catalog": Catalog()},
    )
    return context.for_run_failure()


@pytest.mark.parametrize(("reason", "code"), [(Ending.STALLED, "stalled"), (Ending.SILENT, "interrupted")])
def test_the_last_of_runs_that_were_given_up_says_why(instance, engine, received, row, reason, code):
    tags = {"dagster/partition": str(received), "dagster/will_retry": "false"}
    run = instance.create_run_for_job(defs.resolve_job_def(ingest_video.name), tags=tags)
    with transaction(engine) as connection:
        job_records.start_job(connection, video_id=received, stage=Stage.VALIDATION, run_id=run.run_id, worker="w")
        endings.ask(connection, run.run_id, received, reason)

    sensors.failed_runs(failure_of(run, instance))

    assert (row().status, row().error_code, row().error_retryable) == (VideoStatus.FAILED, code, True)


def test_the_end_of_a_run_counts_once(instance, engine, received, row):
    """A worker that wakes up after its run was ended fails it again, and says then that no other follows."""
    job = defs.resolve_job_def(ingest_video.name)
    run = instance.create_run_for_job(job, tags={"dagster/partition": str(received), "dagster/will_retry": "true"})
    with transaction(engine) as connection:
        job_records.start_job(connection, video_id=received, stage=Stage.VALIDATION, run_id=run.run_id, worker="w")
    sensors.failed_runs(failure_of(run, instance))

    sensors.failed_runs(failure_of(run.with_tags({**run.tags, "dagster/will_retry": "false"}), instance))

    assert row().status is VideoStatus.VALIDATING


def test_a_run_that_finds_itself_given_up_is_left_to_the_watchdog(instance, engine, received, row):
    """It wakes up before anybody has ended it, and its step fails: Dagster does not try that again."""
    failed = {"dagster/will_retry": "false", "dagster/failure_reason": "STEP_FAILURE"}
    tags = {"dagster/partition": str(received), **failed}
    run = instance.create_run_for_job(defs.resolve_job_def(ingest_video.name), tags=tags)
    with transaction(engine) as connection:
        job_records.start_job(connection, video_id=received, stage=Stage.VALIDATION, run_id=run.run_id, worker="w")
        endings.ask(connection, run.run_id, received, Ending.SILENT)

    sensors.failed_runs(failure_of(run, instance))

    assert row().status is VideoStatus.VALIDATING


def test_a_video_whose_step_failed_in_dagsters_own_hands_is_left_to_the_watchdog(instance, engine, received, row):
    """Dagster could not write an event down: no fault of the video's, whose stage did not get to say anything."""
    failed = {"dagster/will_retry": "false", "dagster/failure_reason": "STEP_FAILURE"}
    tags = {"dagster/partition": str(received), **failed}
    run = instance.create_run_for_job(defs.resolve_job_def(ingest_video.name), tags=tags)
    with transaction(engine) as connection:
        job_records.start_job(connection, video_id=received, stage=Stage.VALIDATION, run_id=run.run_id, worker="w")

    sensors.failed_runs(failure_of(run, instance))

    assert row().status is VideoStatus.VALIDATING
    with transaction(engine) as connection:
        assert [video.video_id for video in watching.unattended(connection, limit=10)] == [received]


def test_nobody_waits_for_a_wish_whose_run_could_not_begin(instance, engine, received):
    with transaction(engine) as connection:
        number = request_reprocess(connection, received, outputs=None, requested_by="test")
    tags = {"dagster/partition": str(received), REQUEST_TAG: str(number)}
    run = instance.create_run_for_job(defs.resolve_job_def(ingest_video.name), tags=tags)

    sensors.failed_runs(failure_of(run, instance))

    with transaction(engine) as connection:
        assert queries.pending_reprocess(connection, 10) == []
