from __future__ import annotations

from pathlib import Path

import pytest

from video_pipeline.errors import ConfigurationError
from video_pipeline.local import blueprint, environment
from video_pipeline.local.installation import Installation
from video_pipeline.local.part import Blueprint, Part, Step

OWN = {
    "DATABASE_URL": "postgresql+psycopg://me@db.example.org/videos",
    "S3_ENDPOINT_URL": "https://s3.eu-central-1.amazonaws.com",
    "BROKER_URL": "redis://broker.example.org/0",
}
KEYS = {"AWS_PROFILE": "mine", "AWS_SESSION_TOKEN": "for an hour"}


def drawn(folder: Path, outside: dict[str, str]) -> Blueprint:
    installation = Installation(folder)
    with installation.reserved_ports():
        return blueprint.draw(installation, environment.settle(installation, outside), outside)


def part(plan: Blueprint, name: str) -> Part:
    node = plan[name]
    assert isinstance(node, Part)
    return node


def test_everything_is_embedded_where_nothing_is_given(tmp_path: Path) -> None:
    plan = drawn(tmp_path, {})
    assert [name for name, node in plan.items() if isinstance(node, Step)] == ["dagster-schema"]


def test_servers_of_the_users_own_are_prepared_but_not_started(tmp_path: Path) -> None:
    plan = drawn(tmp_path, OWN)
    steps = {name for name, node in plan.items() if isinstance(node, Step)}
    assert steps == {"postgres", "seaweedfs", "valkey", "dagster-schema"}


@pytest.mark.parametrize("outside", [{}, OWN])
def test_whatever_is_needed_is_there(tmp_path: Path, outside: dict[str, str]) -> None:
    plan = drawn(tmp_path, outside)
    assert {need for node in plan.values() for need in node.needs | node.uses} <= plan.keys()


def test_programs_inherit_the_environment_around_us(tmp_path: Path) -> None:
    assert (
        part(drawn(tmp_path, {"IMAGEIO_FFMPEG_EXE": "/opt/ffmpeg"}), "worker").environment["IMAGEIO_FFMPEG_EXE"]
        == "/opt/ffmpeg"
    )


def test_keys_to_another_store_do_not_reach_programs_that_use_ours(tmp_path: Path) -> None:
    assert KEYS.items().isdisjoint(part(drawn(tmp_path, KEYS), "worker").environment.items())
    assert KEYS.items() <= part(drawn(tmp_path, OWN | KEYS), "worker").environment.items()


def test_no_password_is_on_a_command_line(tmp_path: Path) -> None:
    plan = drawn(tmp_path, {})
    secrets = set(Installation(tmp_path).saved_environment().values()) & {
        Installation(tmp_path).secret(name) for name in ("postgres_password", "valkey_password", "s3_secret_key")
    }
    words = " ".join(word for node in plan.values() if isinstance(node, Part) for word in node.argv)
    assert not [secret for secret in secrets if secret in words]


def test_a_setting_that_cannot_be_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="ALLOWED_ORIGINS"):
        drawn(tmp_path, {"ALLOWED_ORIGINS": "*"})
