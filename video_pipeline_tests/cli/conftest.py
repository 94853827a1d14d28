"""Commands run in this process, against the real catalog and bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from video_pipeline.catalog.engine import connect
from video_pipeline.cli import app as commands
from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.desk import Desk


@pytest.fixture
def desk(engine: Engine, store: ObjectStore, tmp_path: Path) -> Desk:
    """Videos whose bytes are not video: no command looks into them."""
    sample = tmp_path / "sample.mp4"
    sample.write_bytes(b"no video")
    return Desk(engine, store, tmp_path, sample)


@pytest.fixture(autouse=True)
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what commands open: they are used to a process that ends with them."""
    opened: list[Engine] = []

    def remembered(database_url: str) -> Engine:
        opened.append(connect(database_url))
        return opened[-1]

    monkeypatch.setattr("video_pipeline.cli.session.connect", remembered)
    yield
    for engine in opened:
        engine.dispose()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command as from a shell that is no terminal; the page is wide, so that no table breaks words."""
    monkeypatch.setattr(commands, "out", Console(width=240))
    return lambda *words: CliRunner().invoke(commands.app, [str(word) for word in words])
