"""Commands of an installation's own machine: its stack, its files, and what has come of them."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from video_pipeline import intake
from video_pipeline.accounts.founding import make_first_admin
from video_pipeline.catalog import migrate, queries
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.records.reprocess import request_reprocess
from video_pipeline.cli import demo as demonstration
from video_pipeline.cli import display
from video_pipeline.cli.follow import follow, look
from video_pipeline.cli.sentences import sentences
from video_pipeline.cli.session import DATA, DataDir, Session, open_session
from video_pipeline.config import settings
from video_pipeline.local import doctor as diagnosis
from video_pipeline.local.installation import Installation
from video_pipeline.local.stack import Running, run_until_stopped
from video_pipeline.storage import bucket
from video_pipeline.storage.client import client
from video_pipeline.types import Output, VideoStatus

commands = typer.Typer(add_completion=False)
out = Console(width=None if sys.stdout.isatty() else 120)  # a log has no width of its own

Files = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="Video files on this machine.")
]


@commands.command()
def up(data_dir: DataDir = DATA) -> None:
    """Start the whole stack on this machine and stay; Ctrl-C ends every process it started."""
    with sentences():
        run_until_stopped(data_dir, on_ready=lambda stack: _welcome(stack, data_dir))


def _welcome(stack: Running, data_dir: Path) -> None:
    os.environ.update(stack.environment)
    _first_admin()
    out.print(f"API: {stack.urls['api']}/docs")
    out.print(f"Dagster's UI: {stack.urls['dagster']}")
    out.print(f"Data and logs: {escape(str(data_dir.absolute()))}", soft_wrap=True)
    out.print("Ctrl-C ends every process of the stack.")


@commands.command()
def ingest(files: Files, *, wait: bool = True, data_dir: DataDir = DATA) -> None:
    """Put files into the inbox and follow them until each is completed or failed."""
    with sentences():
        session = open_session(data_dir)
        video_ids = [_receive(session, path) for path in files]
        if wait:
            _follow(session, video_ids)


@commands.command()
def status(video_id: Annotated[UUID | None, typer.Argument()] = None, *, data_dir: DataDir = DATA) -> None:
    """Show one video with its jobs and artifacts, or the latest videos and how many are in which status."""
    with sentences():
        session = open_session(data_dir)
        if video_id is not None:
            snapshot = look(session.engine, video_id)
            out.print(display.results([snapshot]))
            out.print(display.details(snapshot))
            return
        with transaction(session.engine) as connection:
            recent = queries.recent_videos(connection, limit=20)
            counts = queries.counts_by_status(connection)
        out.print(display.results([look(session.engine, video.id) for video in recent]))
        out.print(", ".join(f"{number} {name}" for name, number in counts.items() if number) or "No videos yet.")


@commands.command()
def reprocess(
    video_ids: list[UUID],
    *,
    only: Annotated[list[Output] | None, typer.Option(help="Make only this output again; may be repeated.")] = None,
    data_dir: DataDir = DATA,
) -> None:
    """Ask for videos to be made again: everything, or single outputs. The sensor turns the wish into a run."""
    with sentences():
        session = open_session(data_dir)
        with transaction(session.engine) as connection:
            for video_id in video_ids:
                request_reprocess(connection, video_id, outputs=only, requested_by="cli")
        out.print("Asked for. `video-pipeline status ID` shows how it goes.")


@commands.command()
def demo(
    files: Annotated[list[Path] | None, typer.Argument(exists=True, dir_okay=False, readable=True)] = None,
    *,
    keep: Annotated[bool, typer.Option(help="Leave the stack up afterwards, until Ctrl-C.")] = False,
    output: Annotated[Path, typer.Option(help="Where the outputs are saved.")] = Path("demo-output"),
) -> None:
    """Start a stack of its own, ingest files (or a sample clip), save what comes out, and stop everything."""
    with sentences():
        if not demonstration.play(out, files or [demonstration.sample_clip()], output, keep=keep):
            raise typer.Exit(1)


@commands.command()
def doctor(data_dir: DataDir = DATA) -> None:
    """Say what of the environment works and what does not."""
    table = Table("", "what", "finding")
    findings = diagnosis.examine(data_dir)
    for finding in findings:
        table.add_row("[green]✓[/]" if finding.ok else "[red]✗[/]", finding.name, escape(finding.sentence))
    out.print(table)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@commands.command()
def env(data_dir: DataDir = DATA) -> None:
    """Print the environment of the stack in the data folder as shell exports; it holds secrets."""
    with sentences():
        for name, value in sorted(Installation(data_dir).saved_environment().items()):
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


@commands.command()
def prepare() -> None:
    """Bring the catalog's schema and the bucket's settings to what this version needs; safe to repeat.

    Where there is no user yet, the first admin is made, and the password printed: this once.
    """
    with sentences():
        known = settings()
        migrate.upgrade(known.database_url.get_secret_value())
        store = client(known.s3_endpoint_url, known.s3_region)
        bucket.prepare(store, known.s3_bucket, allowed_origins=known.page_origins)
        _first_admin()


def _first_admin() -> None:
    known = settings()
    engine = connect(known.database_url.get_secret_value())
    try:
        password = make_first_admin(engine, known.admin_email)
    finally:
        engine.dispose()
    if password is not None:
        out.print(f"First admin: {escape(known.admin_email)}, with the password {password}", soft_wrap=True)
        out.print("It is shown this once, and may stand in a log now: log in and change it (PATCH /api/auth/me).")


def _receive(session: Session, path: Path) -> UUID:
    """Hand one file in and say at once which video it is: the next may fail."""
    received = intake.receive(session.engine, session.store, path)
    known = "" if received.is_new else "  (in the catalog already)"
    out.print(f"{received.video_id}  {escape(path.name)}{known}", soft_wrap=True)
    return received.video_id


def _follow(session: Session, video_ids: Sequence[UUID]) -> None:
    snapshots = display.watch(out, follow(session.engine, list(dict.fromkeys(video_ids))))
    out.print(display.results(snapshots))
    if any(snapshot.video.status is not VideoStatus.COMPLETED for snapshot in snapshots):
        raise typer.Exit(1)
