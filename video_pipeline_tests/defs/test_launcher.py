import dagster as dg
import pytest
from celery.exceptions import OperationalError
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from video_pipeline.definitions import defs
from video_pipeline.defs.launcher import CeleryRunLauncher


@pytest.fixture
def told(launcher, monkeypatch):
    """What workers are told."""
    heard = []
    monkeypatch.setattr(launcher.celery.control, "revoke", lambda task, **how: heard.append((task, how)))
    return heard


@pytest.fixture
def launcher(instance):
    launching = CeleryRunLauncher(default_queue="dagster", broker="memory://", backend="cache+memory://")
    launching.register_instance(instance)
    return launching


@pytest.fixture
def begun(instance):
    """A run that a worker was given."""

    def begin(status=dg.DagsterRunStatus.STARTED):
        job = defs.resolve_job_def("ingest_video")
        tags = {"dagster/partition": "a", DAGSTER_CELERY_TASK_ID_TAG: "task-1"}
        return instance.create_run_for_job(job, tags=tags, status=status).run_id

    return begin


KILLED = [("task-1", {"terminate": True, "signal": "SIGKILL"})]


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
def test_what_is_cancelled_is_cancelled_and_killed(instance, launcher, begun, told, status):
    run_id = begun(status)

    assert launcher.terminate(run_id)

    assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.CANCELED
    assert told == KILLED


def test_what_becomes_of_a_run_that_took_too_long_is_its_monitors_business(instance, launcher, begun, told):
    run_id = begun(dg.DagsterRunStatus.CANCELING)

    assert launcher.terminate(run_id)

    assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.CANCELING
    assert told == KILLED


def test_what_has_ended_stays_as_it_is(launcher, begun, told):
    assert not launcher.terminate(begun(dg.DagsterRunStatus.SUCCESS))
    assert not launcher.terminate("unknown")
    assert told == []


def test_a_broker_that_is_away_keeps_nobody_from_cancelling(instance, launcher, begun, monkeypatch):
    def away(*_, **__):
        raise OperationalError

    monkeypatch.setattr(launcher.celery.control, "revoke", away)
    run_id = begun()

    assert launcher.terminate(run_id)

    assert instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.CANCELED
