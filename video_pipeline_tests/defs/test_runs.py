from uuid import uuid4

import dagster as dg
import pytest

from video_pipeline.definitions import defs
from video_pipeline.defs.runs import DagsterRuns

VIDEO = uuid4()


@pytest.fixture
def begun(instance):
    """A run for a video, or for another partition, in some status."""

    def begin(status=dg.DagsterRunStatus.STARTED, partition=str(VIDEO)):
        tags = {"dagster/partition": partition} if partition else {}
        return instance.create_run_for_job(defs.resolve_job_def("ingest_video"), tags=tags, status=status).run_id

    return begin


@pytest.mark.parametrize(
    ("status", "is_started", "is_ending"),
    [
        (dg.DagsterRunStatus.NOT_STARTED, False, False),
        (dg.DagsterRunStatus.STARTING, False, False),
        (dg.DagsterRunStatus.STARTED, True, False),
        (dg.DagsterRunStatus.CANCELING, False, True),
    ],
)
def test_runs_for_videos_that_have_not_ended(instance, begun, status, is_started, is_ending):
    run_id = begun(status)
    begun(dg.DagsterRunStatus.SUCCESS)
    begun(partition="2026-05-03")
    begun(partition=None)

    (run,) = DagsterRuns(instance).active()

    assert (run.run_id, run.video_id) == (run_id, VIDEO)
    assert (run.is_started, run.is_ending) == (is_started, is_ending)
    assert 0 <= run.seconds < 600


@pytest.mark.parametrize(
    ("is_tried_again", "end"), [(True, dg.DagsterRunStatus.FAILURE), (False, dg.DagsterRunStatus.CANCELED)]
)
def test_a_run_is_ended_in_the_books(instance, begun, is_tried_again, end):
    run_id = begun()

    DagsterRuns(instance).end(run_id, "Nothing was heard of its worker.", is_tried_again=is_tried_again)

    assert instance.get_run_by_id(run_id).status is end
    assert DagsterRuns(instance).active() == []


def test_one_that_has_ended_stays_as_it_is(instance, begun):
    run_id = begun(dg.DagsterRunStatus.SUCCESS)

    DagsterRuns(instance).end(run_id, "It is too late.", is_tried_again=True)
    DagsterRuns(instance).end("unknown", "Dagster has forgotten it.", is_tried_again=True)

    assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.SUCCESS
