from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from video_pipeline.local import valkey
from video_pipeline.local.stack import Running


def test_nobody_enters_without_the_password(servers: Running) -> None:
    place = urlsplit(servers.environment["BROKER_URL"])
    stranger = redis.Redis(host=place.hostname or "", port=place.port or 0, retry=Retry(NoBackoff(), 0))
    with stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    assert not valkey.answers(f"redis://{place.hostname}:{place.port}/0")
    assert valkey.answers(servers.environment["BROKER_URL"])


def test_the_password_is_on_no_command_line(servers: Running) -> None:
    password = urlsplit(servers.environment["BROKER_URL"]).password or ""
    assert password
    assert password not in " ".join(psutil.Process(servers.pid("valkey")).cmdline())
    configuration = Path(servers.environment["DAGSTER_HOME"]).parent / "valkey" / "valkey.conf"
    assert password in configuration.read_text()
    assert configuration.stat().st_mode & 0o077 == 0


def test_it_listens_on_loopback_only(servers: Running) -> None:
    connections = psutil.Process(servers.pid("valkey")).net_connections(kind="inet")
    listening = {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_what_was_handed_over_is_there_after_a_crash(servers: Running) -> None:
    with redis.Redis.from_url(servers.environment["BROKER_URL"]) as broker:
        broker.rpush("runs", "one", "two")
    before = servers.pid("valkey")
    servers.kill_part("valkey")
    servers.await_restart("valkey", before)
    with redis.Redis.from_url(servers.environment["BROKER_URL"]) as broker:
        assert broker.lrange("runs", 0, -1) == [b"one", b"two"]
        broker.delete("runs")


def test_a_broker_that_is_not_there_does_not_answer() -> None:
    assert not valkey.answers("redis://127.0.0.1:1/0")
