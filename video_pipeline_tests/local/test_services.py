from __future__ import annotations

import signal
from pathlib import Path

import pytest

from video_pipeline.local import environment, services
from video_pipeline.local.installation import Installation
from video_pipeline.local.part import Part


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    installation = Installation(tmp_path)
    with installation.reserved_ports():
        return environment.settle(installation, {})


@pytest.fixture
def worker(tmp_path: Path, told: dict[str, str]) -> Part:
    return services.worker(Installation(tmp_path), told)


def test_a_worker_is_asked_to_finish_before_it_is_asked_to_give_up(worker: Part) -> None:
    assert [number for number, _ in worker.stop] == [signal.SIGTERM, signal.SIGQUIT]


def test_all_that_a_run_uses_outlives_the_worker(worker: Part) -> None:
    assert {"postgres", "seaweedfs", "valkey", "dagster-schema"} <= worker.needs | worker.uses


def test_the_api_listens_where_it_is_said_to_be(tmp_path: Path, told: dict[str, str]) -> None:
    argv = services.api(Installation(tmp_path), told).argv
    port = next(word for word in argv if word.startswith("--port=")).removeprefix("--port=")
    assert "--host=127.0.0.1" in argv
    assert told["PREVIEW_URL"] == f"http://127.0.0.1:{port}"


def test_the_api_writes_its_own_log_and_counts_in_the_broker(tmp_path: Path, told: dict[str, str]) -> None:
    api = services.api(Installation(tmp_path), told)
    assert {"--no-access-log", "video_pipeline.api.app:served"} <= set(api.argv)
    assert "valkey" in api.uses
    assert api.environment["BROKER_URL"].startswith("redis://")
