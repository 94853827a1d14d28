"""`watch`: the watchdog by hand, for when Dagster's daemon is not there to do it, or somebody wants to see."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from video_pipeline.care.deeds import Done, summary
from video_pipeline.care.patience import Patience
from video_pipeline.care.watchdog import watch as look
from video_pipeline.cli.sentences import sentences
from video_pipeline.cli.session import DATA, DataDir, Session, open_session
from video_pipeline.storage.multipart import DirectUploads

commands = typer.Typer(add_completion=False)
out = Console(width=None if sys.stdout.isatty() else 120)

SECONDS_BETWEEN_LOOKS = 15


@commands.command()
def watch(
    *,
    once: Annotated[bool, typer.Option("--once", help="Look once, instead of until Ctrl-C.")] = False,
    data_dir: DataDir = DATA,
) -> None:
    """Look for what is stuck, set it going again or let it fail, and say so; the daemon does the same by itself."""
    with sentences():
        session = open_session(data_dir)
        try:
            _look(session)
            while not once:
                time.sleep(SECONDS_BETWEEN_LOOKS)
                _look(session)
        finally:
            session.engine.dispose()


def _look(session: Session) -> None:
    # Dagster takes seconds to import, which other commands must not pay.
    from dagster import DagsterInstance

    from video_pipeline.defs.runs import DagsterRuns

    direct = DirectUploads(session.store, session.store.client)
    with DagsterInstance.get() as instance:
        done = look(session.engine, direct, DagsterRuns(instance), Patience.within(session.settings))
    for one in done:
        out.print(_line(one), soft_wrap=True)
    out.print(summary(done))


def _line(one: Done) -> str:
    return f"{one.deed}: {one.subject}  {escape(one.why)}"
