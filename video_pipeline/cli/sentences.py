"""Errors as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

from video_pipeline.errors import PipelineError


@contextmanager
def sentences() -> Iterator[None]:
    """Turn an error of ours into its sentence and exit code 1."""
    try:
        yield
    except PipelineError as error:
        complain(error)
        raise typer.Exit(1) from error


def complain(error: PipelineError) -> None:
    """Say what went wrong, on one line, so that programs can read it."""
    # An error's words may be a stranger's, a file name for one: no markup.
    Console(stderr=True, highlight=False).print(f"[red]{error.code}[/]: {escape(str(error))}", soft_wrap=True)
