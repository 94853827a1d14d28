"""What a stack consists of: every part and step, and what needs what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from video_pipeline.catalog import migrate
from video_pipeline.config import settings_of
from video_pipeline.local import dagster, dagster_schema, postgres, seaweedfs, services, valkey
from video_pipeline.local.environment import OWN_SERVERS
from video_pipeline.local.installation import Installation
from video_pipeline.local.part import Blueprint, Part, Step
from video_pipeline.storage import bucket


def draw(installation: Installation, told: Mapping[str, str], outside: Mapping[str, str]) -> Blueprint:
    """Everything, by name.

    `told` is what the stack's processes are told on top of `outside`, the environment around us. Where a server of the
    user's own was given, only what it must be prepared with is left of the part.
    """
    dagster.furnish(Path(told["DAGSTER_HOME"]))
    environment = _inherited(outside, own_store=_is_given(installation, "seaweedfs")) | dict(told)
    nodes = [*_stores(installation, environment), *_programs(installation, environment)]
    return {node.name: node for node in nodes}


def _stores(installation: Installation, environment: Mapping[str, str]) -> Iterator[Part | Step]:
    def server(name: str, embedded: Callable[[], Part], settle: Callable[[], None]) -> Part | Step:
        return Step(name=name, action=settle) if _is_given(installation, name) else embedded()

    def databases() -> None:
        _settle_databases(installation, environment)

    origins = settings_of(environment).page_origins

    def objects() -> None:
        bucket.prepare(seaweedfs.client(environment), environment["S3_BUCKET"], allowed_origins=origins)

    yield server("postgres", lambda: postgres.part(installation, databases), databases)
    yield server("seaweedfs", lambda: seaweedfs.part(installation, environment, objects), objects)
    yield server("valkey", lambda: valkey.part(installation, environment), lambda: None)


def _programs(installation: Installation, environment: Mapping[str, str]) -> Iterator[Part | Step]:
    record = Path(environment["DAGSTER_HOME"]) / "schema.json"
    yield Step(
        name="dagster-schema",
        action=lambda: dagster_schema.migrate(environment, record=record),
        needs=frozenset({"postgres"}),
    )
    yield dagster.code_server(installation, environment, lambda: dagster_schema.note(environment, record=record))
    yield dagster.webserver(installation, environment)
    yield dagster.daemon(installation, environment)
    yield services.worker(installation, environment)
    yield services.api(installation, environment)


def _is_given(installation: Installation, name: str) -> bool:
    return OWN_SERVERS[name] in installation.given()


def _inherited(outside: Mapping[str, str], *, own_store: bool) -> dict[str, str]:
    """The environment around us without what would lead Python programs astray: keys to another object store."""
    return {name: value for name, value in outside.items() if own_store or not name.startswith("AWS_")}


def _settle_databases(installation: Installation, told: Mapping[str, str]) -> None:
    given = installation.given()
    if "DATABASE_URL" not in given:
        through = postgres.url(installation, driver="", database="postgres")
        postgres.ensure_database(told["DATABASE_URL"], through=through)
        postgres.ensure_database(told["DAGSTER_DATABASE_URL"], through=through)
    elif "DAGSTER_DATABASE_URL" not in given:
        postgres.ensure_database(told["DAGSTER_DATABASE_URL"], through=told["DATABASE_URL"])
    migrate.upgrade(told["DATABASE_URL"])
