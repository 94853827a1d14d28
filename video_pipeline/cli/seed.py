"""`video-pipeline seed`: samples for people who develop or demonstrate."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.cli import display, planting
from video_pipeline.cli.follow import follow
from video_pipeline.cli.sentences import sentences
from video_pipeline.cli.session import DATA, DataDir, Session, open_session
from video_pipeline.config import Settings
from video_pipeline.storage.multipart import DirectUploads
from video_pipeline.types import VideoStatus
from video_pipeline.uploads.limits import Limits

commands = typer.Typer(add_completion=False)


@commands.command()
def seed(
    *,
    force: Annotated[bool, typer.Option(help="Go on where there are videos that are no samples.")] = False,
    wait: Annotated[bool, typer.Option(help="Follow the videos until each has come to its end.")] = True,
    data_dir: DataDir = DATA,
) -> None:
    """Make sample sites, categories, people and small videos, where they are missing; new passwords are shown once."""
    with sentences():
        session = open_session(data_dir)
        for email, password in planting.settle(session.engine, force=force).items():
            typer.echo(f"{email}  {password}")
        direct = DirectUploads(session.store, session.store.client)
        with tempfile.TemporaryDirectory(prefix="video-pipeline-seed-") as folder:
            defaults = _limits(session.settings)
            video_ids = planting.plant(session.engine, direct, Path(folder), defaults=defaults)
        if wait:
            _follow(session, video_ids)
        planting.discard(session.engine)


def _limits(known: Settings) -> Limits:
    return Limits(
        max_file_bytes=known.max_file_bytes,
        weekly_bytes=known.weekly_upload_bytes,
        part_bytes=known.upload_part_bytes,
        containers=known.accepted_containers,
    )


def _follow(session: Session, video_ids: Sequence[UUID]) -> None:
    with transaction(session.engine) as connection:
        alive = [one for one in video_ids if queries.video(connection, one).status is not VideoStatus.DELETED]
    console = Console()
    console.print(display.results(display.watch(console, follow(session.engine, alive))))
