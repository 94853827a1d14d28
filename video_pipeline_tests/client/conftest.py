"""Clients of the real API, and of the real store behind a relay that counts and meddles."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from video_pipeline.client import Client, Uploader
from video_pipeline.client.patience import Patience
from video_pipeline.client.unfinished import Memory
from video_pipeline.config import settings
from video_pipeline.storage.objects import MIB
from video_pipeline_tests.api import conftest as serving
from video_pipeline_tests.client.relay import Relay, relaying
from video_pipeline_tests.senders import Person, person

fresh_dependencies = serving.fresh_dependencies
api = serving.api

PART = 5 * MIB
QUICK = Patience(attempts=3, first_seconds=0.001, longest_seconds=0.002)


@pytest.fixture
def bucket_relay(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    """What clients reach as the store; parts are as small as S3 allows."""
    with relaying(environment["S3_ENDPOINT_URL"]) as relay:
        monkeypatch.setenv("S3_PUBLIC_ENDPOINT_URL", relay.address)
        monkeypatch.setenv("UPLOAD_PART_BYTES", str(PART))
        settings.cache_clear()
        yield relay


@pytest.fixture
def ada(bucket_relay: Relay, api: serving.Client, engine: Engine) -> Person:
    """Somebody with an account."""
    return person(api, engine)


@pytest.fixture
def client(ada: Person) -> Iterator[Client]:
    """Ada's client, which does not wait long."""
    with Client(ada.api.address, token=ada.token, patience=QUICK) as client:
        yield client


@pytest.fixture
def memory(client: Client, tmp_path: Path) -> Memory:
    """What is remembered of uploads."""
    return Memory(tmp_path / "uploads", client.address)


@pytest.fixture
def uploader(client: Client, memory: Memory) -> Uploader:
    """Ada's uploader."""
    return Uploader(client, parallel=2, memory=memory)


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., Path]:
    """A file of so many parts, the last one small; no two have the same bytes."""

    def make(name: str = "gate.mp4", *, parts: int = 3) -> Path:
        path = tmp_path / name
        path.write_bytes(os.urandom(1024) * ((parts - 1) * PART // 1024) + b"the last part is small" + os.urandom(8))
        return path

    return make
