"""Dagster's database, brought to what the installed Dagster needs before several processes find it missing at once."""

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


def bring_up(environment: Mapping[str, str], *, record: Path) -> None:
    """Create or migrate the schema, unless `record` says that this version of Dagster left it as it is now.

    Asking Dagster itself takes seconds of processor time, at every start.

    Raises:
        PartFailed: Dagster could not; the message has what it said.
    """
    database_url = environment["DAGSTER_DATABASE_URL"]
    if _state(database_url) == _recorded(record):
        return
    _migrate(environment)
    record.write_text(json.dumps(_state(database_url)))


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
        raise PartFailed(f"Dagster's database could not be prepared:\n{done.stdout}{done.stderr}")


def _state(database_url: str) -> dict[str, str | None]:
    """The version of Dagster that is installed, and the revision that the schema is at; None where there is none."""
    return {"dagster": version("dagster"), "revision": _revision(database_url)}


def _revision(database_url: str) -> str | None:
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
