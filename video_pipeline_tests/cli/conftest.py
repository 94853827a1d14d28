"""Commands run in this process, against the real catalog and bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Engine
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from video_pipeline.catalog.engine import connect
from video_pipeline.cli import installation, remote, transfers
from video_pipeline.cli.app import app
from video_pipeline.client.logins import Logins
from video_pipeline.client.tokens import Tokens
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Role
from video_pipeline_tests.api import conftest as serving
from video_pipeline_tests.client import conftest as sending
from video_pipeline_tests.client.relay import Relay
from video_pipeline_tests.desk import Desk
from video_pipeline_tests.senders import Person, person

# The API, and the store behind a relay.
fresh_dependencies = serving.fresh_dependencies
api = serving.api
bucket_relay = sending.bucket_relay
film = sending.film


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
    for module in (installation, remote, transfers):
        monkeypatch.setattr(module, "out", Console(width=240))
    monkeypatch.setattr(transfers, "aside", Console(width=240, stderr=True))
    return lambda *words, **given: CliRunner().invoke(app, [str(word) for word in words], **given)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What the API logs goes to no command's output: here both are one process."""
    with capture_logs():
        yield


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What this user's programs remember."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("VIDEO_PIPELINE_SERVER", raising=False)
    return tmp_path / "state" / "video-pipeline"


@pytest.fixture
def grace(bucket_relay: Relay, api: serving.Client, engine: Engine, state: Path) -> Person:
    """An admin, who has logged in with the commands."""
    somebody = person(api, engine, Role.ADMIN)
    Logins(state).keep(api.address, Tokens(somebody.token))
    return somebody
