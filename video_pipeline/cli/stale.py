"""`video-pipeline stale`: what a changed recipe left behind, and the wish to have it made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from sqlalchemy import Engine

from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records.reprocess import request_backfill
from video_pipeline.catalog.stale import StaleVideo, stale_counts, stale_videos
from video_pipeline.cli.sentences import sentences
from video_pipeline.cli.session import DATA, DataDir, open_session
from video_pipeline.media.profiles import recipe
from video_pipeline.types import Output

commands = typer.Typer(add_completion=False)

#: Videos that are read, and wished for, in one transaction.
PAGE = 1000


@commands.command()
def stale(
    *,
    output: Annotated[list[Output] | None, typer.Option(help="Look at this output only; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Videos that are listed, or wished for, at most.")] = 100,
    reprocess: Annotated[bool, typer.Option(help="Have them made again, when nobody else waits for a run.")] = False,
    data_dir: DataDir = DATA,
) -> None:
    """List what another recipe made than the present one; with --reprocess, have that made again and nothing else."""
    with sentences():
        engine = open_session(data_dir).engine
        recipes = present_recipes(output)
        for name, number in sorted(counted(engine, recipes).items()):
            typer.echo(f"{name}: stale in {number} {'video' if number == 1 else 'videos'}")
        if reprocess:
            typer.echo(f"Asked for {backfill(engine, recipes, limit=limit)}. They are made when nothing fresh waits.")
            return
        for video in listed(engine, recipes, limit=limit):
            typer.echo(f"{video.video_id}  {' '.join(video.outputs)}")


def present_recipes(outputs: Sequence[Output] | None = None) -> dict[Output, str]:
    """The digests of the recipes that this version makes these outputs by; all of them unless told otherwise."""
    return {output: recipe(output).digest for output in outputs or Output}


def counted(engine: Engine, recipes: dict[Output, str]) -> dict[Output, int]:
    """How many videos have each output stale."""
    with transaction(engine) as connection:
        return stale_counts(connection, recipes)


def listed(engine: Engine, recipes: dict[Output, str], *, limit: int) -> Iterator[StaleVideo]:
    """Stale videos whom nobody has wished to be made again yet."""
    after, left = None, limit
    while left > 0:
        with transaction(engine) as connection:
            page = stale_videos(connection, recipes, limit=min(left, PAGE), after=after)
        yield from page
        if not page:
            return
        after, left = page[-1].video_id, left - len(page)


def backfill(engine: Engine, recipes: dict[Output, str], *, limit: int) -> int:
    """Wish for that many stale videos to be made again; gives how many there were."""
    wished = 0
    while wished < limit:
        with transaction(engine) as connection:
            page = stale_videos(connection, recipes, limit=min(limit - wished, PAGE))
            request_backfill(connection, page)
        if not page:
            break
        wished += len(page)
    return wished
