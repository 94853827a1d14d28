"""The schema of Dagster's database: an old one is migrated before any of Dagster's processes begins.

An empty database is left to the code server. It is the first of them, and makes the schema when it starts; asking
Dagster to do it beforehand takes seconds of processor time. So it does to ask whether there is anything to migrate.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import psycopg

from video_pipeline import tether
from video_pipeline.errors import PartFailed
from video_pipeline.local import programs
from video_pipeline.local.postgres import libpq

_SECONDS = 120.0


def migrate(environment: Mapping[str, str], *, record: Path) -> None:
    """Bring an existing schema to what the installed Dagster needs, unless `record` says that it left it as it is now.

    Raises:
        PartFailed: Dagster could not; the message has what it said.
    """
    state = _state(environment["DAGSTER_DATABASE_URL"])
    if state["revision"] is not None and state != _recorded(record):
        _migrate(environment)


def note(environment: Mapping[str, str], *, record: Path) -> None:
    """Record that the schema is as the installed Dagster leaves it."""
    record.write_text(json.dumps(_state(environment["DAGSTER_DATABASE_URL"])))


def _migrate(environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        tether.command([programs.script("dagster"), "instance", "migrate"]),
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise PartFailed(f"Dagster's database could not be migrated:\n{done.stdout}{done.stderr}")


def _state(database_url: str) -> dict[str, str | None]:
    """The version of Dagster that is installed, and the revision that the schema is at; None where there is none."""
    return {"dagster": version("dagster"), "revision": revision(database_url)}


def revision(database_url: str) -> str | None:
    """The revision a schema is at; None for an empty database.

    Raises:
        PartFailed: the database does not answer.
    """
    try:
        with psycopg.connect(libpq(database_url)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.Error as error:
        raise PartFailed(f"Dagster's database does not answer: {error}".rstrip()) from error
    return row[0] if row else None


def _recorded(record: Path) -> dict[str, str | None] | None:
    try:
        recorded: dict[str, str | None] = json.loads(record.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return recorded
