"""Runs inside this process, on the real catalog and the real bucket."""

import os
import subprocess

import dagster as dg
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from video_pipeline import intake
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.definitions import defs
from video_pipeline.defs import resources


@pytest.fixture(autouse=True)
def _fresh_connections(environment, engine, store):
    resources.forget_connections()
    yield
    resources.forget_connections()


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as records:
        yield records


@pytest.fixture
def clip(tmp_path):
    """A second of test picture with a tone; no two have the same bytes."""
    path = tmp_path / "clip.mp4"
    picture = ("-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30:duration=1")
    tone = ("-f", "lavfi", "-i", "sine=duration=1")
    unique = ("-metadata", f"title={os.urandom(8).hex()}")
    command = [get_ffmpeg_exe(), "-v", "error", *picture, *tone, *unique, "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture
def received(engine, store, instance, clip):
    """A video that lies in the inbox, with its partition."""
    video_id = intake.receive(engine, store, clip).video_id
    instance.add_dynamic_partitions("video", [str(video_id)])
    return video_id


@pytest.fixture
def run(instance, received):
    """Run the job, or some of its assets, for the received video."""

    def execute(*assets, **overrides):
        job = defs.resolve_job_def("ingest_video")
        selection = [dg.AssetKey(str(asset)) for asset in assets] or None
        return job.execute_in_process(
            partition_key=str(received),
            instance=instance,
            asset_selection=selection,
            raise_on_error=False,
            **overrides,
        )

    return execute


@pytest.fixture
def row(engine, received):
    """The video's row, read anew at each call."""

    def read():
        with transaction(engine) as connection:
            return queries.video(connection, received)

    return read


@pytest.fixture
def jobs(engine, received):
    """The video's jobs by stage, read anew at each call."""

    def read():
        with transaction(engine) as connection:
            return {job.stage: job for job in queries.jobs_of(connection, received)}

    return read


@pytest.fixture
def artifacts(engine, received):
    """The video's current artifacts by kind, read anew at each call."""

    def read():
        with transaction(engine) as connection:
            return queries.current_artifacts(connection, received)

    return read
