"""`upload` and `download`: files to and from a server."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from video_pipeline.cli import bars, display
from video_pipeline.cli.remote import Server, opened
from video_pipeline.cli.sentences import complain, sentences
from video_pipeline.cli.sight import follow
from video_pipeline.client import Client, Description, Uploader
from video_pipeline.client.answers import Video
from video_pipeline.client.downloading import Downloader, Rendering, plain_name
from video_pipeline.client.uploading import PARALLEL
from video_pipeline.errors import Conflict, PipelineError, RequestRefused
from video_pipeline.types import VideoStatus

commands = typer.Typer(add_completion=False)
out = Console(width=None if sys.stdout.isatty() else 120)
aside = Console(stderr=True)  # progress: what a script reads from standard output are results

INTERRUPTED = 130  # as shells have it: 128 + SIGINT

Files = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="Video files on this machine.")
]


@commands.command()
def upload(
    files: Files,
    *,
    site: Annotated[
        str | None, typer.Option(help="The camera's site, where cameras of several sites share a name.")
    ] = None,
    camera: Annotated[str | None, typer.Option(help="The camera it was recorded with: slug, name or id.")] = None,
    category: Annotated[str | None, typer.Option(help="What it is about: a category's slug, name or id.")] = None,
    title: Annotated[str | None, typer.Option(help="A title, for a single file.")] = None,
    description: Annotated[str | None, typer.Option(help="A description.")] = None,
    wait: Annotated[bool, typer.Option(help="Follow the videos until each is completed or failed.")] = False,
    parallel: Annotated[int, typer.Option(min=1, max=32, help="Parts of a file that are sent at once.")] = PARALLEL,
    server: Server = None,
) -> None:
    """Upload files to a server; run again after an interruption, it goes on where it was."""
    if title is not None and len(files) > 1:
        raise typer.BadParameter("A title is one video's: upload the files one by one.")
    with sentences(), opened(server) as client:
        camera_id = _camera(client, site, camera)
        category_id = client.places.category(category).id if category is not None else None
        described = Description(title, description, camera_id=camera_id, category_id=category_id)
        video_ids = _upload_all(Uploader(client, parallel=parallel), files, described)
        is_well = _follow(client, video_ids) if wait and video_ids else True
        if len(video_ids) < len(files) or not is_well:
            raise typer.Exit(1)


def _camera(client: Client, site: str | None, camera: str | None) -> UUID | None:
    if camera is not None:
        return client.places.camera(camera, site=site).id
    if site is not None:
        cameras = ", ".join(one.slug for one in client.places.cameras(client.places.site(site).id)) or "none"
        raise RequestRefused(f"A video belongs to a site by its camera: name one with --camera; there are: {cameras}.")
    return None


def _upload_all(uploader: Uploader, files: Sequence[Path], described: Description) -> list[UUID]:
    """Upload one after the other, and say at once which video each is: the next may fail."""
    video_ids = []
    for path in files:
        try:
            with bars.shown(aside, path.name) as progress:
                uploaded = uploader.upload(path, described, progress)
        except PipelineError as error:
            complain(error)
        except KeyboardInterrupt as interrupt:
            aside.print(f"{escape(path.name)}: stopped. The same command goes on where it was.", soft_wrap=True)
            raise typer.Exit(INTERRUPTED) from interrupt
        else:
            known = "" if uploaded.is_new else "  (in the catalog already)"
            out.print(f"{uploaded.video_id}  {escape(path.name)}{known}", soft_wrap=True)
            video_ids.append(uploaded.video_id)
    return video_ids


def _follow(client: Client, video_ids: Sequence[UUID]) -> bool:
    """Follow the videos to their end; true if every one is completed."""
    seen = display.watch(aside, follow(client, list(dict.fromkeys(video_ids))))
    out.print(display.results(seen))
    return all(sight.video.status is VideoStatus.COMPLETED for sight in seen)


@commands.command()
def download(
    video_id: UUID,
    *,
    what: Annotated[Rendering, typer.Option(help="What of the video.")] = Rendering.ORIGINAL,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File or folder; else the folder here.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    server: Server = None,
) -> None:
    """Download a video, whole or not at all; run again after an interruption, it goes on where it was."""
    with sentences(), opened(server) as client:
        target = _target(client.videos.get(video_id), what, output)
        if target.exists() and not force:
            raise Conflict(f"{target} is there already: --force replaces it, --output names another file.")
        with bars.shown(aside, target.name) as progress:
            Downloader(client).save(video_id, what, target, progress)
        out.print(escape(str(target)), soft_wrap=True)


def _target(video: Video, what: Rendering, output: Path | None) -> Path:
    if output is not None and not output.is_dir():
        return output
    name = Path(plain_name(video.filename))
    saved = name.name if what is Rendering.ORIGINAL else f"{name.stem}-{what}{what.suffix}"
    return (output or Path()) / saved
