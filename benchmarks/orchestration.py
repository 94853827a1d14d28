"""What the pipeline costs beside the media work itself.

Thirty clips of one second are handed in at once. From the time until the last is completed, the time that ffmpeg and
the probes took is subtracted, as if the workers had shared it evenly; what is left, per video, is the orchestration.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from benchmarks.report import Figure
from video_pipeline import intake
from video_pipeline.cli.demo import sample_clip
from video_pipeline.cli.follow import Snapshot, follow
from video_pipeline.cli.session import Session, open_session
from video_pipeline.local.stack import running
from video_pipeline.types import VideoStatus

CLIPS = 30
SINGLES = 5


def measure() -> list[Figure]:
    """Both figures, on one stack, after a first video that warms its workers."""
    with _session() as session, tempfile.TemporaryDirectory() as folder:
        _ingest(session, _clips(Path(folder) / "warm", session.settings.worker_concurrency))
        started = time.monotonic()
        snapshots = _ingest(session, _clips(Path(folder) / "bulk", CLIPS))
        wall = time.monotonic() - started
        media = sum(job.media_seconds or 0.0 for snapshot in snapshots for job in snapshot.jobs.values())
        workers = session.settings.worker_concurrency
        single = sorted(_single(session, Path(folder), number) for number in range(SINGLES))[SINGLES // 2]
    return [
        Figure(f"{CLIPS} clips of 1 s at once, until the last is completed", wall, "s"),
        Figure(f"of that in media processes, shared by {workers} workers", media / workers, "s"),
        Figure("orchestration per video at saturation", (wall - media / workers) / CLIPS, "s", bound=1.0),
        Figure(f"a clip of 5 s alone, from visible in the bucket to completed (median of {SINGLES})", single, "s", 8.0),
    ]


@contextmanager
def _session() -> Iterator[Session]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as stack:
        os.environ.update(stack.environment)
        yield open_session(Path(folder))


def _ingest(session: Session, paths: Sequence[Path]) -> list[Snapshot]:
    with ThreadPoolExecutor() as uploads:
        received = list(uploads.map(lambda path: intake.receive(session.engine, session.store, path), paths))
    *_, snapshots = follow(session.engine, [one.video_id for one in received])
    assert all(snapshot.video.status is VideoStatus.COMPLETED for snapshot in snapshots)
    return snapshots


def _single(session: Session, folder: Path, number: int) -> float:
    """Seconds from upload to completion of the real clip; a comment makes each copy a file of its own."""
    path = folder / f"single-{number}.mp4"
    _ffmpeg("-i", str(sample_clip()), "-c", "copy", "-metadata", f"comment={number}", str(path))
    (snapshot,) = _ingest(session, [path])
    video = snapshot.video
    assert video.completed_at is not None
    assert video.uploaded_at is not None
    return (video.completed_at - video.uploaded_at).total_seconds()


def _clips(folder: Path, number: int) -> list[Path]:
    folder.mkdir()
    return [_clip(folder / f"{index}.mp4", seed=f"{folder.name}{index}") for index in range(number)]


def _clip(path: Path, seed: str) -> Path:
    _ffmpeg("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=1", "-f", "lavfi", "-i", "sine=duration=1",
            "-metadata", f"comment={seed}", "-pix_fmt", "yuv420p", str(path))  # fmt: skip
    return path


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-y", *arguments], check=True)
