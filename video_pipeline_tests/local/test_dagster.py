from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import yaml

from video_pipeline.errors import ConfigurationError
from video_pipeline.local import dagster
from video_pipeline.local.dagster import BEATING, Heartbeats
from video_pipeline.local.postgres import ensure_database, libpq
from video_pipeline.local.stack import Running

SEEN = "CREATE TABLE daemon_heartbeats (daemon_type text, timestamp timestamp)"


@pytest.fixture
def database(servers: Running) -> str:
    """A database with what Dagster's daemon would write to."""
    catalog = servers.environment["DATABASE_URL"]
    url = catalog.replace("/catalog?", "/heartbeats?")
    ensure_database(url, through=catalog)
    with psycopg.connect(libpq(url)) as connection:
        connection.execute("DROP TABLE IF EXISTS daemon_heartbeats")
        connection.execute(SEEN)
    return url


def beat(database: str, *names: str, ago: timedelta) -> None:
    """Write heartbeats as Dagster does: in UTC, without saying so."""
    moment = (datetime.now(UTC) - ago).replace(tzinfo=None)
    with psycopg.connect(libpq(database)) as connection:
        for name in names:
            connection.execute("INSERT INTO daemon_heartbeats VALUES (%s, %s)", [name, moment])


def test_a_daemon_is_up_when_every_thread_that_matters_was_heard_of(database: str) -> None:
    heartbeats = Heartbeats(database)
    beat(database, *sorted(BEATING)[1:], ago=timedelta())
    assert not heartbeats.all_beat()
    beat(database, *sorted(BEATING)[:1], ago=timedelta())
    assert heartbeats.all_beat()


def test_what_an_earlier_daemon_left_says_nothing(database: str) -> None:
    beat(database, *BEATING, ago=timedelta(seconds=1))
    heartbeats = Heartbeats(database)
    heartbeats.forget()
    assert not heartbeats.all_beat()
    assert heartbeats.latest().keys() == BEATING


def test_nothing_is_heard_where_the_database_does_not_answer(tmp_path: Path) -> None:
    assert Heartbeats(f"postgresql+psycopg2://nobody@/dagster?host={tmp_path}").latest() == {}


def test_its_folder_gets_the_configuration_of_this_version(tmp_path: Path) -> None:
    home = tmp_path / "home"
    dagster.furnish(home)
    (home / "dagster.yaml").write_text("of an earlier version")
    dagster.furnish(home)
    assert yaml.safe_load((home / "dagster.yaml").read_text())["run_launcher"]["class"] == "CeleryRunLauncher"
    assert home.stat().st_mode & 0o077 == 0


def test_the_location_is_called_as_in_the_workspace() -> None:
    workspace = yaml.safe_load(dagster.configuration("workspace.yaml").read_text())
    assert workspace["load_from"][0]["grpc_server"]["location_name"] == dagster.LOCATION


def test_a_configuration_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"nothing\.yaml is neither at"):
        dagster.configuration("nothing.yaml")
