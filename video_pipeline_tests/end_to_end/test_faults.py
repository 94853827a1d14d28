"""What happens when parts of the stack die or go away in the middle of the work."""

import os
import signal
import time

import dagster as dg
import psutil
import pytest

from video_pipeline import intake
from video_pipeline.cli.follow import look
from video_pipeline.types import JobStatus, Stage, VideoStatus
from video_pipeline_tests.end_to_end.watching import assert_nothing_astray, settled, wait_for

AWAY_SECONDS = 20


@pytest.fixture
def working(session, clip):
    """A video in the middle of its transcode."""
    path = clip("long.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", seconds=90, size="1280x720")
    video_id = intake.receive(session.engine, session.store, path).video_id

    def transcoding():
        job = look(session.engine, video_id).jobs.get(Stage.RENDITIONS)
        return job if job is not None and job.status is JobStatus.RUNNING and 0 < job.progress < 50 else None

    return video_id, wait_for(transcoding)


def transcoder(worker_pid: int) -> tuple[psutil.Process, psutil.Process] | None:
    """The worker's child that is transcoding, and its ffmpeg."""
    for child in psutil.Process(worker_pid).children():
        for process in child.children(recursive=True):
            if "ffmpeg" in process.name():
                return child, process
    return None


def test_a_worker_child_killed_in_the_middle_of_a_transcode(stack, session, working, instance):
    video_id, job = working
    child, ffmpeg = wait_for(lambda: transcoder(stack.pid("worker")))

    killed_at = time.time()
    os.kill(child.pid, signal.SIGKILL)

    psutil.wait_procs([ffmpeg], timeout=10)
    assert not ffmpeg.is_running()
    run = wait_for(lambda: failed_run(instance, job.run_id))
    assert run.end_time - killed_at < 15  # what the product promises, on an otherwise idle system
    retry = wait_for(lambda: another_run(session, video_id, job.run_id), seconds=120)
    (snapshot,) = settled(session, video_id)
    assert snapshot.video.status is VideoStatus.COMPLETED
    assert snapshot.video.run_id == retry
    assert_nothing_astray(session)


def failed_run(instance, run_id):
    record = instance.get_run_record_by_id(run_id)
    return record if record.dagster_run.status is dg.DagsterRunStatus.FAILURE else None


def another_run(session, video_id, run_id):
    now = look(session.engine, video_id).jobs[Stage.RENDITIONS].run_id
    return now if now != run_id else None


@pytest.mark.parametrize("part", ["daemon", "code-server", "seaweedfs"])
def test_a_part_stopped_for_a_while_and_started_again(stack, session, working, part, clip):
    video_id, _ = working

    stack.stop_part(part)
    time.sleep(AWAY_SECONDS)  # the fault itself: how long the part is away
    stack.start_part(part)

    later = intake.receive(session.engine, session.store, clip("later.mp4", "-c:v", "libx264")).video_id
    for snapshot in settled(session, video_id, later):
        assert snapshot.video.status is VideoStatus.COMPLETED, snapshot.video
    assert_nothing_astray(session)
