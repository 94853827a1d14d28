from __future__ import annotations

from pathlib import Path

import pytest

from video_pipeline.local import environment
from video_pipeline.local.installation import Installation

OWN = {
    "DATABASE_URL": "postgresql+psycopg://me:secret@db.example.org:5432/videos?sslmode=require",
    "S3_ENDPOINT_URL": "https://s3.eu-central-1.amazonaws.com",
    "BROKER_URL": "redis://broker.example.org/0",
}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def settled(installation: Installation, outside: dict[str, str]) -> dict[str, str]:
    with installation.reserved_ports():
        return environment.settle(installation, outside)


def test_everything_is_made_where_nothing_is_given(installation: Installation) -> None:
    told = settled(installation, {})
    assert told["DATABASE_URL"].startswith("postgresql+psycopg://")
    assert told["DAGSTER_DATABASE_URL"].startswith("postgresql+psycopg2://")  # psycopg 3 breaks dagster-postgres
    assert told["BROKER_URL"].startswith("redis://:")
    assert told["S3_ENDPOINT_URL"] == f"http://127.0.0.1:{installation.ports()['s3']}"
    assert told["AWS_ACCESS_KEY_ID"] != told["AWS_SECRET_ACCESS_KEY"]
    assert told["MAX_CONCURRENT_RUNS"] == told["WORKER_CONCURRENCY"]
    assert installation.given() == frozenset()
    assert installation.saved_environment() == told


def test_it_is_the_same_at_the_next_start(installation: Installation) -> None:
    assert settled(installation, {}) == settled(installation, {})


def test_servers_of_the_users_own_are_used(installation: Installation) -> None:
    told = settled(installation, OWN)
    assert {name: told[name] for name in OWN} == OWN
    assert installation.given() == frozenset(OWN)


def test_dagsters_database_lies_beside_the_given_one(installation: Installation) -> None:
    told = settled(installation, OWN)
    assert told["DAGSTER_DATABASE_URL"] == (
        "postgresql+psycopg2://me:secret@db.example.org:5432/videos_dagster?sslmode=require"
    )


def test_dagsters_database_may_be_given_too(installation: Installation) -> None:
    given = {**OWN, "DAGSTER_DATABASE_URL": "postgresql+psycopg2://elsewhere/dagster"}
    assert settled(installation, given)["DAGSTER_DATABASE_URL"] == given["DAGSTER_DATABASE_URL"]


def test_keys_are_taken_along_only_for_a_store_of_the_users_own(installation: Installation) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "mine", "AWS_SECRET_ACCESS_KEY": "mine too", "AWS_SESSION_TOKEN": "for an hour"}
    own = settled(installation, OWN | keys)
    assert {name: own[name] for name in keys} == keys
    embedded = settled(installation, keys)
    assert keys.items() & embedded.items() == set()


def test_a_role_of_the_machine_is_found_by_a_store_of_the_users_own(installation: Installation) -> None:
    told = settled(installation, OWN)
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"} & told.keys()


def test_what_an_earlier_start_made_is_not_taken_for_given(installation: Installation) -> None:
    first = settled(installation, {})
    assert settled(installation, first) == first
    assert installation.given() == frozenset()


def test_what_was_given_before_may_be_given_again(installation: Installation) -> None:
    settled(installation, OWN)
    told = settled(installation, OWN)
    assert {name: told[name] for name in OWN} == OWN


def test_an_empty_variable_gives_nothing(installation: Installation) -> None:
    assert settled(installation, {"DATABASE_URL": ""})["DATABASE_URL"] != ""


def test_a_proxy_for_other_hosts_is_not_asked_for_ours(installation: Installation) -> None:
    told = settled(installation, {"NO_PROXY": "intranet.example.org,127.0.0.1"})
    assert told["NO_PROXY"] == told["no_proxy"] == "intranet.example.org,127.0.0.1,localhost"


def test_slots_and_addresses_can_be_chosen(installation: Installation) -> None:
    told = settled(installation, {"WORKER_CONCURRENCY": "7", "PREVIEW_URL": "https://videos.example.org"})
    assert (told["WORKER_CONCURRENCY"], told["MAX_CONCURRENT_RUNS"]) == ("7", "7")
    assert told["PREVIEW_URL"] == "https://videos.example.org"
