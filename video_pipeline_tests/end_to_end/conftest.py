"""Everything running: one stack for all end-to-end tests, and the clips they hand in."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import dagster as dg
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from video_pipeline import intake
from video_pipeline.catalog.rows import JobRow
from video_pipeline.cli.follow import Snapshot, look
from video_pipeline.cli.session import Session, open_session
from video_pipeline.config import settings
from video_pipeline.local.stack import Running, running
from video_pipeline.types import JobStatus, Stage
from video_pipeline_tests.end_to_end.watching import settled, wait_for


@pytest.fixture(scope="session")
def stack() -> Iterator[Running]:
    """The whole stack, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="video-pipeline-stack-") as folder, running(Path(folder)) as everything:
        yield everything


@pytest.fixture
def session(stack: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Session]:
    """Catalog and bucket of the stack."""
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    opened = open_session(tmp_path)
    yield opened
    opened.engine.dispose()
    settings.cache_clear()


@pytest.fixture
def ingest(session: Session) -> Callable[..., list[Snapshot]]:
    """Hand files in, all at once, and wait until each has come to its end."""

    def hand_in(*paths: Path) -> list[Snapshot]:
        received = [intake.receive(session.engine, session.store, path) for path in paths]
        return settled(session, *(one.video_id for one in received))

    return hand_in


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Path]:
    """Make a clip: moving test picture and a tone, or no tone, in any container; no two have the same bytes."""

    def make(name: str, *options: str, seconds: float = 2, size: str = "320x240", sound: bool = True) -> Path:
        path = tmp_path / name
        picture = ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30:duration={seconds}")
        tone = ("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}") if sound else ()
        unique = ("-metadata", f"title={os.urandom(8).hex()}")
        subprocess.run(
            [get_ffmpeg_exe(), "-v", "error", *picture, *tone, *options, "-pix_fmt", "yuv420p", *unique, str(path)],
            check=True,
        )
        return path

    return make


@pytest.fixture
def instance(session: Session) -> Iterator[dg.DagsterInstance]:
    """Dagster's own records of the stack."""
    with dg.DagsterInstance.get() as records:
        yield records


@pytest.fixture
def working(session: Session, clip: Callable[..., Path]) -> tuple[UUID, JobRow]:
    """A video in the middle of its transcode, and its job."""
    path = clip("long.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", seconds=40, size="1280x720")
    video_id = intake.receive(session.engine, session.store, path).video_id

    def transcoding() -> JobRow | None:
        job = look(session.engine, video_id).jobs.get(Stage.RENDITIONS)
        return job if job is not None and job.status is JobStatus.RUNNING and 0 < job.progress < 50 else None

    return video_id, wait_for(transcoding, seconds=120)
