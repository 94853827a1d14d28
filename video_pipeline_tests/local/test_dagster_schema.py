from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from video_pipeline.errors import PartFailed
from video_pipeline.local import dagster, dagster_schema
from video_pipeline.local.postgres import libpq
from video_pipeline.local.stack import Running


def told(servers: Running) -> dict[str, str]:
    dagster.furnish(Path(servers.environment["DAGSTER_HOME"]))
    return {**os.environ, **servers.environment}


def tables(database_url: str) -> set[str]:
    with psycopg.connect(libpq(database_url)) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def test_the_schema_is_made_once_and_left_alone_from_then_on(
    servers: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = told(servers)
    dagster_schema.bring_up(environment, record=tmp_path / "record")
    assert {"runs", "event_logs", "daemon_heartbeats"} <= tables(environment["DAGSTER_DATABASE_URL"])
    broken = environment | {"DAGSTER_HOME": str(tmp_path / "missing")}
    dagster_schema.bring_up(broken, record=tmp_path / "record")


def test_what_dagster_says_is_told_where_it_cannot(servers: Running, tmp_path: Path) -> None:
    broken = told(servers) | {"DAGSTER_HOME": str(tmp_path / "missing")}
    with pytest.raises(PartFailed, match=r"could not be prepared:\n(.|\n)*missing"):
        dagster_schema.bring_up(broken, record=tmp_path / "record")
    assert not (tmp_path / "record").exists()


def test_a_database_that_does_not_answer_is_told(servers: Running, tmp_path: Path) -> None:
    nowhere = told(servers) | {"DAGSTER_DATABASE_URL": f"postgresql+psycopg2://nobody@/dagster?host={tmp_path}"}
    with pytest.raises(PartFailed, match="Dagster's database does not answer"):
        dagster_schema.bring_up(nowhere, record=tmp_path / "record")
