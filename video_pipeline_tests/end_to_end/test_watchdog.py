"""Work that stands still: a worker that is frozen, and a machine that is lost with everything on it."""

import os
import signal
import subprocess
from datetime import timedelta

import psutil
import pytest
from typer.testing import CliRunner

from video_pipeline.catalog import watching
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.tables import jobs
from video_pipeline.cli.app import app
from video_pipeline.cli.follow import look
from video_pipeline.local import programs
from video_pipeline.types import JobStatus, Stage, VideoStatus
from video_pipeline_tests.care.clocks import backdate
from video_pipeline_tests.end_to_end.watching import assert_nothing_astray, settled, wait_for


@pytest.fixture
def another_machine(stack, session, tmp_path):
    """A worker under another name, as on another machine."""
    command = [programs.script("celery"), "--app=video_pipeline.worker", "worker", "--hostname=celery@another"]
    command += ["--without-gossip", "--without-mingle"]
    log = (tmp_path / "another.log").open("wb")
    worker = subprocess.Popen(command, env={**os.environ, **stack.environment}, stdout=log, stderr=log)
    yield worker
    stack.start_part("worker")  # before the other lets go of what waits
    worker.terminate()
    worker.wait(30)
    log.close()


def minutes_pass(session, job):
    """Let two minutes pass for a job of which nothing is heard, in no time."""
    with transaction(session.engine) as connection:
        backdate(connection, jobs, job.id, heartbeat_at=timedelta(minutes=2))


def watch_once():
    seen = CliRunner().invoke(app, ["watch", "--once"], catch_exceptions=False)
    assert seen.exit_code == 0
    return seen.output


def given_up(session, video_id, job):
    now = look(session.engine, video_id).jobs[Stage.RENDITIONS]
    return now.run_id != job.run_id or now.status is JobStatus.FAILED


def assert_completed_by_another_run(session, video_id, job):
    (snapshot,) = settled(session, video_id)
    assert snapshot.video.status is VideoStatus.COMPLETED, snapshot.video
    assert snapshot.video.run_id != job.run_id
    assert {made.run_id for made in snapshot.artifacts.values()} == {snapshot.video.run_id}
    wait_for(lambda: not open_endings(session))  # closed when Dagster's sensor of failed runs comes round
    assert_nothing_astray(session)


def open_endings(session):
    with transaction(session.engine) as connection:
        return watching.open_endings(connection)


def test_a_worker_that_is_frozen_is_given_up_killed_and_succeeded(stack, session, working):
    video_id, job = working
    worker = psutil.Process(stack.pid("worker"))
    (frozen,) = (child for child in worker.children() if "ffmpeg" in str(child.children(recursive=True)))
    everything = [frozen, *frozen.children(recursive=True)]
    frozen.send_signal(signal.SIGSTOP)
    minutes_pass(session, job)

    watch_once()  # or the sensor, which looks at the same time

    wait_for(lambda: given_up(session, video_id, job))
    _, alive = psutil.wait_procs(everything, timeout=30)
    assert alive == []  # stopped processes as well: their slot is free, and they never wake up
    assert_completed_by_another_run(session, video_id, job)


def test_a_machine_that_is_lost_is_succeeded_by_another(stack, session, working, another_machine):
    video_id, job = working
    os.kill(stack.pid("worker"), signal.SIGKILL)
    stack.stop_part("worker")  # before it comes back under its name and tells what it left
    minutes_pass(session, job)

    watch_once()

    wait_for(lambda: given_up(session, video_id, job))
    assert_completed_by_another_run(session, video_id, job)
