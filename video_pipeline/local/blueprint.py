"""What a stack consists of: every part and step, and what needs what."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from video_pipeline.catalog import migrate
from video_pipeline.local import postgres, seaweedfs, valkey
from video_pipeline.local.environment import OWN_SERVERS
from video_pipeline.local.installation import Installation
from video_pipeline.local.part import Blueprint, Part, Step
from video_pipeline.storage import bucket


def draw(installation: Installation, environment: Mapping[str, str], given: frozenset[str]) -> Blueprint:
    """Everything, by name. Where a server of the user's own was given, only what it must be prepared with is left."""

    def server(name: str, embedded: Callable[[], Part], settle: Callable[[], None]) -> Part | Step:
        return Step(name=name, action=settle) if OWN_SERVERS[name] in given else embedded()

    def databases() -> None:
        _settle_databases(installation, environment, given)

    def objects() -> None:
        bucket.prepare(seaweedfs.client(environment), environment["S3_BUCKET"])

    nodes = [
        server("postgres", lambda: postgres.part(installation, databases), databases),
        server("seaweedfs", lambda: seaweedfs.part(installation, environment, objects), objects),
        server("valkey", lambda: valkey.part(installation, environment), lambda: None),
    ]
    return {node.name: node for node in nodes}


def _settle_databases(installation: Installation, environment: Mapping[str, str], given: frozenset[str]) -> None:
    catalog, dagster = environment["DATABASE_URL"], environment["DAGSTER_DATABASE_URL"]
    if "DATABASE_URL" not in given:
        maintenance = postgres.url(installation, driver="", database="postgres")
        postgres.ensure_database(catalog, through=maintenance)
        postgres.ensure_database(dagster, through=maintenance)
    elif "DAGSTER_DATABASE_URL" not in given:
        postgres.ensure_database(dagster, through=catalog)
    migrate.upgrade(catalog)
