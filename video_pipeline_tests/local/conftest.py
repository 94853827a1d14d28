"""Servers of these tests' own: they are killed and stopped here, which other tests' could not bear."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from video_pipeline.local.stack import Running, running

#: Variables that would lead the stack to servers of whoever runs the tests.
OUTSIDE = ("DATABASE_URL", "DAGSTER_DATABASE_URL", "S3_ENDPOINT_URL", "BROKER_URL", "WORKER_CONCURRENCY")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """PostgreSQL, SeaweedFS and Valkey."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OUTSIDE:
            patch.delenv(name, raising=False)
        with running(tmp_path_factory.mktemp("servers"), parts={"postgres", "seaweedfs", "valkey"}) as stack:
            yield stack


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OUTSIDE:
        monkeypatch.delenv(name, raising=False)
