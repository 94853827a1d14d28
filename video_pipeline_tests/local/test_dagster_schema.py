from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from video_pipeline.errors import PartFailed
from video_pipeline.local import dagster, dagster_schema, programs
from video_pipeline.local.postgres import ensure_database, libpq
from video_pipeline.local.stack import Running

BEFORE_THE_NEWEST = "f495c27d5019"  #: a revision of Dagster 1.13.27, which leaves its database at the one after


def told(servers: Running, database: str) -> dict[str, str]:
    """What Dagster's processes are told, with a database of its own for each test."""
    dagster.furnish(Path(servers.environment["DAGSTER_HOME"]))
    url = servers.environment["DAGSTER_DATABASE_URL"].replace("/dagster?", f"/{database}?")
    ensure_database(url, through=servers.environment["DATABASE_URL"])
    return {**os.environ, **servers.environment, "DAGSTER_DATABASE_URL": url}


def make_schema(environment: dict[str, str]) -> None:
    """As each of Dagster's processes does when it finds none."""
    subprocess.run([programs.script("dagster"), "run", "list"], env=environment, check=True, capture_output=True)


@contextmanager
def no_dagster(folder: Path) -> Iterator[None]:
    """In its place, a program that only complains."""
    complains = folder / "complains"
    complains.write_text("#!/bin/sh\necho Not today.\nexit 1\n")
    complains.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "script", lambda _: str(complains))
        yield


def test_an_empty_database_is_left_to_dagsters_first_process(servers: Running, tmp_path: Path) -> None:
    environment = told(servers, "empty")
    with no_dagster(tmp_path):
        dagster_schema.migrate(environment, record=tmp_path / "record")
    assert dagster_schema.revision(environment["DAGSTER_DATABASE_URL"]) is None


def test_a_schema_is_migrated_unless_it_is_known_to_be_as_this_version_leaves_it(
    servers: Running, tmp_path: Path
) -> None:
    environment, record = told(servers, "made"), tmp_path / "record"
    url = environment["DAGSTER_DATABASE_URL"]
    make_schema(environment)
    newest = dagster_schema.revision(url)
    dagster_schema.note(environment, record=record)
    with no_dagster(tmp_path):
        dagster_schema.migrate(environment, record=record)

    with psycopg.connect(libpq(url)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", [BEFORE_THE_NEWEST])
    with no_dagster(tmp_path), pytest.raises(PartFailed, match=r"could not be migrated:\nNot today\."):
        dagster_schema.migrate(environment, record=record)
    dagster_schema.migrate(environment, record=record)
    assert dagster_schema.revision(url) == newest


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    nowhere = {"DAGSTER_DATABASE_URL": f"postgresql+psycopg2://nobody@/dagster?host={tmp_path}"}
    with pytest.raises(PartFailed, match="Dagster's database does not answer"):
        dagster_schema.migrate(nowhere, record=tmp_path / "record")
