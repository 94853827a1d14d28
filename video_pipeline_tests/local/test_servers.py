from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from video_pipeline.catalog import migrate
from video_pipeline.errors import CatalogUnavailable, ConfigurationError, PartFailed, StoreUnavailable
from video_pipeline.local import probes, seaweedfs
from video_pipeline.local import servers as checks
from video_pipeline.local.postgres import ensure_database, libpq
from video_pipeline.local.stack import Running

LISTED_BY_ALL = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::everybodys"}
]}"""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "SECONDS", 0.2)


def scratch(servers: Running, name: str) -> str:
    catalog = servers.environment["DATABASE_URL"]
    url = catalog.replace("/catalog?", f"/{name}?")
    ensure_database(url, through=catalog)
    return url


def test_servers_that_are_well_are_found_well(servers: Running) -> None:
    assert "answers, and is at revision" in checks.database(servers.environment)
    assert "only to who has the keys" in checks.bucket(servers.environment)
    assert checks.broker(servers.environment) == "The broker answers."


def test_a_database_without_its_extensions_is_found_out(servers: Running) -> None:
    with pytest.raises(ConfigurationError, match="lacks pg_trgm and vector"):
        checks.database({"DATABASE_URL": scratch(servers, "bare")})


def test_a_database_of_another_revision_is_found_out(servers: Running) -> None:
    url = scratch(servers, "old")
    migrate.upgrade(url)
    with psycopg.connect(libpq(url)) as connection:
        connection.execute(sql.SQL("UPDATE {} SET version_num = 'old'").format(sql.Identifier(migrate.VERSION_TABLE)))
    with pytest.raises(ConfigurationError, match="is at revision old, and the code at"):
        checks.database({"DATABASE_URL": url})


def test_a_database_that_is_not_there_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(CatalogUnavailable):
        checks.database({"DATABASE_URL": f"postgresql+psycopg://nobody@/catalog?host={tmp_path}"})


def test_a_bucket_that_is_not_there_is_found_out(servers: Running) -> None:
    with pytest.raises(ConfigurationError, match="'nowhere' does not exist"):
        checks.bucket(servers.environment | {"S3_BUCKET": "nowhere"})
    with pytest.raises(StoreUnavailable):
        checks.bucket(servers.environment | {"S3_ENDPOINT_URL": "http://127.0.0.1:1"})


def test_a_bucket_that_everybody_can_list_is_found_out(servers: Running) -> None:
    s3 = seaweedfs.client(servers.environment)
    s3.create_bucket(Bucket="everybodys")
    s3.put_bucket_policy(Bucket="everybodys", Policy=LISTED_BY_ALL)
    with pytest.raises(ConfigurationError, match="Everybody can list the bucket everybodys"):
        checks.bucket(servers.environment | {"S3_BUCKET": "everybodys"})


@pytest.mark.parametrize("check", [checks.broker, checks.worker])
def test_what_should_answer_over_the_broker_and_does_not_is_found_out(check: checks.Check) -> None:
    with pytest.raises(PartFailed, match="does not answer"):
        check({"BROKER_URL": "redis://127.0.0.1:1/0"})


def test_dagsters_servers_that_are_not_there_are_found_out(servers: Running) -> None:
    nowhere = {"CODE_SERVER_HOST": "127.0.0.1", "CODE_SERVER_PORT": "1"}
    with pytest.raises(PartFailed, match="no sensor can look for uploads"):
        checks.code_server(nowhere)
    with pytest.raises(PartFailed, match="has not been heard of for long: MONITORING"):
        checks.daemon({"DAGSTER_DATABASE_URL": scratch(servers, "silent")})


def test_pages_that_are_not_there_are_found_out() -> None:
    with pytest.raises(PartFailed, match=r"Dagster's UI at http://127\.0\.0\.1:1/ does not answer"):
        checks.webserver({"DAGSTER_UI_URL": "http://127.0.0.1:1/"})
    with pytest.raises(PartFailed, match=r"The API at http://127\.0\.0\.1:1 does not answer"):
        checks.api({"PREVIEW_URL": "http://127.0.0.1:1"})


def test_a_variable_that_is_missing_is_named() -> None:
    with pytest.raises(ConfigurationError, match="DAGSTER_DATABASE_URL is not set"):
        checks.daemon({})
