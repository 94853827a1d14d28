from datetime import timedelta
from uuid import UUID, uuid4

import dagster as dg
import pytest
from sqlalchemy import func, update

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.catalog.retiring import runs_of
from video_pipeline.catalog.tables import videos
from video_pipeline.definitions import defs
from video_pipeline.defs import retire as retiring
from video_pipeline.defs import sensors
from video_pipeline.defs.partitions import WINDOW
from video_pipeline.defs.resources import Bucket, Catalog
from video_pipeline.types import Output, VideoStatus

FORTNIGHT = timedelta(days=14)


@pytest.fixture
def catalog():
    return Catalog()


@pytest.fixture
def age(engine):
    """Let the last change of a video lie some days back."""

    def back(video_id, days):
        with transaction(engine) as connection:
            step = update(videos).where(videos.c.id == video_id)
            connection.execute(step.values(updated_at=func.now() - timedelta(days=days)))

    return back


@pytest.fixture
def retire(instance):
    """The job, as the schedule has it run."""

    def execute():
        job = defs.resolve_job_def("retire_old_videos")
        assert job.execute_in_process(instance=instance).success

    return execute


def story(engine, video_id):
    with transaction(engine) as connection:
        return runs_of(connection, video_id)


def test_an_old_video_leaves_dagster_and_its_story_stays(run, retire, age, received, instance, engine):
    first = run("validated_file")
    last = run()
    age(received, days=15)

    retire()

    assert not instance.has_dynamic_partition(WINDOW, str(received))
    assert instance.get_runs_count(dg.RunsFilter(tags={"dagster/partition": str(received)})) == 0
    told = story(engine, received)
    assert [kept.run_id for kept in told] == [first.run_id, last.run_id]
    assert (told[1].job, told[1].status) == ("ingest_video", "SUCCESS")
    steps = {step["name"]: step for step in told[1].steps}
    assert set(steps) == {"validated_file", "metadata", "renditions", "catalog_row"}
    assert all(step["status"] == "SUCCESS" and step["seconds"] > 0 for step in steps.values())
    assert told[1].started_at <= told[1].ended_at
    assert told[1].tags["dagster/partition"] == str(received)


def test_a_retired_video_is_processed_again_when_somebody_wishes(run, retire, age, received, instance, engine, row):
    run()
    age(received, days=15)
    retire()
    with transaction(engine) as connection:
        request_reprocess(connection, received, outputs=[Output.POSTER], requested_by="test")

    resources = {"catalog": Catalog(), "bucket": Bucket()}
    with dg.build_sensor_context(instance=instance, resources=resources, definitions=defs) as context:
        result = sensors.inbox(context)
    assert isinstance(result, dg.SensorResult)
    (added,) = result.dynamic_partitions_requests or ()
    instance.add_dynamic_partitions(WINDOW, added.partition_keys)

    assert added.partition_keys == [str(received)]
    assert run("poster").success
    assert row().status is VideoStatus.COMPLETED


@pytest.mark.parametrize("days", [1, 13])
def test_a_young_video_stays(run, retire, age, received, instance, engine, days):
    run()
    age(received, days)

    retire()

    assert instance.has_dynamic_partition(WINDOW, str(received))
    assert story(engine, received) == []


def test_a_video_that_is_wished_for_stays(run, retire, age, received, instance, engine):
    run()
    age(received, days=15)
    with transaction(engine) as connection:
        request_reprocess(connection, received, outputs=None, requested_by="test")

    retire()

    assert instance.has_dynamic_partition(WINDOW, str(received))


def test_a_video_with_a_run_under_way_stays_whole(run, age, received, instance, catalog, engine):
    run()
    age(received, days=15)
    tags = {"dagster/partition": str(received)}
    instance.add_run(dg.DagsterRun("ingest_video", status=dg.DagsterRunStatus.STARTED, tags=tags))

    assert not retiring.retire(instance, catalog, str(received))

    assert instance.has_dynamic_partition(WINDOW, str(received))
    assert story(engine, received) == []


def test_a_wish_that_comes_at_the_last_moment_keeps_the_key(run, age, received, instance, catalog, engine, monkeypatch):
    run()
    age(received, days=15)
    delete_run = instance.delete_run

    def wish_meanwhile(run_id):
        delete_run(run_id)
        with transaction(engine) as connection:
            request_reprocess(connection, received, outputs=None, requested_by="test")

    monkeypatch.setattr(instance, "delete_run", wish_meanwhile)

    assert not retiring.retire(instance, catalog, str(received))
    assert instance.has_dynamic_partition(WINDOW, str(received))


def test_a_retirement_that_was_interrupted_goes_on(run, retire, age, received, instance, engine, monkeypatch):
    run()
    age(received, days=15)

    def die(run_id):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(instance, "delete_run", die)
        with pytest.raises(KeyboardInterrupt):
            retiring.retire(instance, Catalog(), str(received))
    retire()

    assert len(story(engine, received)) == 1
    assert not instance.has_dynamic_partition(WINDOW, str(received))


def test_the_key_of_a_purged_video_goes(instance, retire):
    purged = str(uuid4())
    instance.add_dynamic_partitions(WINDOW, [purged])

    retire()

    assert not instance.has_dynamic_partition(WINDOW, purged)


def test_a_window_that_is_too_full_lets_the_oldest_go_that_is_quiet(run, age, received, instance, catalog):
    run()
    age(received, days=0.5)
    instance.add_dynamic_partitions(WINDOW, [str(uuid4()), str(uuid4())])
    keys = instance.get_dynamic_partitions(WINDOW)

    def going(room):
        return list(retiring.leaving(catalog, keys, quiet_for=FORTNIGHT, room=room))

    assert going(room=3) == keys[1:]
    assert going(room=2) == keys
    age(received, days=0)
    assert going(room=0) == keys[1:]
    assert UUID(keys[0]) == received
