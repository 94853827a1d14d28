"""A real worker at a real broker; what it runs are not Dagster's runs, which end_to_end/ has."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from celery import Celery

from video_pipeline.config import settings
from video_pipeline.errors import ConfigurationError
from video_pipeline.local import dagster, environment, services, valkey
from video_pipeline.local.installation import Installation
from video_pipeline.local.supervisor import Supervisor
from video_pipeline_tests.local.processes import eventually

ROOT = Path(__file__).parents[1]
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Crew:
    """A broker, a worker with two children, and a client that hands tasks over as Dagster's launcher does."""

    supervisor: Supervisor
    client: Celery
    work_dir: Path

    def send(self, task: str, *arguments: object) -> Any:
        return self.client.send_task(f"tests.{task}", arguments, queue="dagster")

    def begin(self, until: Path) -> tuple[Any, psutil.Process]:
        """A task that goes on until a file is there, and the child that works on it."""
        sent = self.send("until", str(until))
        assert eventually(lambda: sent.state == "STARTED")
        return sent, psutil.Process(sent.info["pid"])


@pytest.fixture
def crew(_crew: Crew) -> Crew:
    """The crew, with its worker at work whatever the test before did to it."""
    if _crew.supervisor.pid("worker") is None:
        _crew.supervisor.start_part("worker")
    return _crew


@pytest.fixture(scope="module")
def _crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    installation = Installation(tmp_path_factory.mktemp("crew"))
    with installation.held() as held, installation.reserved_ports():
        told = environment.settle(installation, {"WORKER_CONCURRENCY": "2"})
        dagster.furnish(Path(told["DAGSTER_HOME"]))
        worker = services.worker(installation, {**os.environ, **told, "PYTHONPATH": str(ROOT)})
        nodes = {
            "valkey": valkey.part(installation, told),
            "worker": replace(
                worker,
                argv=[*worker.argv, "--include=video_pipeline_tests.tasks"],
                uses=frozenset(),
                stop=((signal.SIGTERM, 2.0), (signal.SIGQUIT, 8.0)),
            ),
        }
        supervisor = Supervisor(nodes, logs=installation.fresh_logs(), held=held)
        client = Celery(broker=told["BROKER_URL"], backend=told["BROKER_URL"], set_as_current=False)
        try:
            supervisor.start()
            yield Crew(supervisor, client, Path(told["WORK_DIR"]))
        finally:
            client.close()
            supervisor.stop()


def test_children_have_the_definitions_from_the_start(crew: Crew) -> None:
    assert crew.send("loaded", "video_pipeline.definitions").get(timeout=SECONDS) is True


def test_worker_and_launcher_agree(crew: Crew) -> None:
    """dagster.yaml tells the launcher; a visibility timeout of one side alone would deliver runs twice."""
    launcher = yaml.safe_load((ROOT / "dagster.yaml").read_text())["run_launcher"]["config"]
    answer = crew.client.control.inspect(destination=[services.WORKER], timeout=SECONDS).conf() or {}
    conf = answer[services.WORKER]
    shared = launcher["config_source"]
    assert conf["broker_transport_options"] == shared["broker_transport_options"]
    assert conf["result_backend_transport_options"] == shared["result_backend_transport_options"]
    assert conf["result_expires"] == shared["result_expires"]
    assert conf["task_default_queue"] == launcher["default_queue"]
    assert (conf["worker_concurrency"], conf["worker_prefetch_multiplier"]) == (2, 1)


def test_it_works_on_as_many_tasks_as_it_may(crew: Crew, tmp_path: Path) -> None:
    first, one = crew.begin(tmp_path / "end")
    second, other = crew.begin(tmp_path / "end")
    assert one.pid != other.pid
    (tmp_path / "end").touch()
    assert {first.get(timeout=SECONDS), second.get(timeout=SECONDS)} == {one.pid, other.pid}


def test_a_killed_child_fails_its_task_and_is_replaced(crew: Crew, tmp_path: Path) -> None:
    sent, child = crew.begin(tmp_path / "never")
    child.kill()
    assert eventually(lambda: sent.state == "FAILURE")
    assert "WorkerLostError" in repr(sent.result)
    assert crew.send("add", 1, 2).get(timeout=SECONDS) == 3


def test_what_a_killed_child_left_is_removed_by_the_one_in_its_place(crew: Crew, tmp_path: Path) -> None:
    sent, child = crew.begin(tmp_path / "never")
    left = crew.work_dir / "run-left"
    left.mkdir(parents=True)
    (left / "in-use").touch()
    child.kill()
    assert eventually(lambda: not left.exists())
    assert eventually(lambda: sent.state == "FAILURE")


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")  # by Celery, of its Redis client
def test_a_killed_worker_leaves_no_child_and_its_successor_fails_its_tasks(crew: Crew, tmp_path: Path) -> None:
    """But not those of workers on other machines, nor of one of its own name that is still ending."""
    backend: Any = crew.client.backend
    backend.store_result("elsewhere", {"pid": 1, "hostname": "celery@elsewhere"}, "STARTED")
    backend.store_result("ending", {"pid": os.getpid(), "hostname": services.WORKER}, "STARTED")
    sent, child = crew.begin(tmp_path / "never")
    before = crew.supervisor.pid("worker")
    crew.supervisor.kill_part("worker", signal.SIGKILL)
    crew.supervisor.await_restart("worker", before, seconds=SECONDS)
    assert not child.is_running()
    assert eventually(lambda: sent.state == "FAILURE")
    assert "was killed while it ran this" in repr(sent.result)
    assert [crew.client.AsyncResult(name).state for name in ("elsewhere", "ending")] == ["STARTED", "STARTED"]
    for name in ("elsewhere", "ending"):
        backend.forget(name)


def test_a_task_that_ends_while_the_broker_is_away_is_not_lost(crew: Crew, tmp_path: Path) -> None:
    sent, child = crew.begin(tmp_path / "end")
    crew.supervisor.stop_part("valkey")
    (tmp_path / "end").touch()
    threading.Event().wait(2)  # an outage has a length, and there is nothing that tells when it is long enough
    crew.supervisor.start_part("valkey")
    assert sent.get(timeout=SECONDS) == child.pid
    assert crew.send("add", 1, 2).get(timeout=SECONDS) == 3


def test_a_worker_that_is_asked_to_end_finishes_what_is_short_and_gives_up_the_rest(crew: Crew, tmp_path: Path) -> None:
    """Dagster's monitor takes any state but "started" for a dead run, and retries it."""
    short, one = crew.begin(tmp_path / "end")
    long, other = crew.begin(tmp_path / "never")
    threading.Timer(0.5, (tmp_path / "end").touch).start()
    crew.supervisor.stop_part("worker")
    assert short.get(timeout=SECONDS) == one.pid
    assert not other.is_running()
    assert long.state not in {"STARTED", "SUCCESS"}


@pytest.mark.parametrize("missing", ["BROKER_URL", "DAGSTER_HOME"])
def test_what_it_needs_to_know_is_named(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installation = Installation(tmp_path)
    with installation.reserved_ports():
        told = environment.settle(installation, {})
    dagster.furnish(Path(told["DAGSTER_HOME"]))
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    worker = import_module("video_pipeline.worker")  # it makes its app when it is imported
    monkeypatch.delenv(missing)
    settings.cache_clear()
    with pytest.raises(ConfigurationError, match=missing):
        worker.build()
    settings.cache_clear()
