"""The Celery app whose workers run Dagster's runs; `celery --app=video_pipeline.worker worker` starts one.

Dagster hands a run over as a task (dagster_celery.launcher), and a child of the worker executes it in its own process,
warm: the definitions are imported once, by the worker itself, and every child is a fork of it.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from billiard.exceptions import WorkerLostError
from celery import Celery
from celery.signals import worker_init, worker_process_init
from celery.states import STARTED
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task

from video_pipeline import kernel
from video_pipeline.care import workspace
from video_pipeline.config import settings
from video_pipeline.errors import ConfigurationError

DEFINITIONS = "video_pipeline.definitions"  # by name: the layer above this one, which only a worker loads


def build() -> Celery:
    """The app, from the environment and from what dagster.yaml tells the other side, which sends the tasks.

    Raises:
        ConfigurationError: BROKER_URL or DAGSTER_HOME is not set.
    """
    broker_url = settings().broker_url
    if broker_url is None:
        raise ConfigurationError("A worker gets its runs from a broker, and BROKER_URL does not name one.")
    launcher = _launcher()
    app: Celery = make_app(  # type: ignore[no-untyped-call]
        {
            "broker": broker_url.get_secret_value(),
            "backend": broker_url.get_secret_value(),
            "task_default_queue": launcher["default_queue"],
            "config_source": _configuration(launcher["config_source"]),
        }
    )
    create_execute_job_task(app)
    create_resume_job_task(app)
    return app


def _launcher() -> dict[str, Any]:
    """How dagster.yaml configures the launcher: both sides must agree on queue, acknowledgement and time limits."""
    home = os.environ.get("DAGSTER_HOME")
    if not home:
        raise ConfigurationError("DAGSTER_HOME does not name the folder of dagster.yaml, which a worker reads.")
    configuration: dict[str, Any] = yaml.safe_load((Path(home) / "dagster.yaml").read_text())
    launcher: dict[str, Any] = configuration["run_launcher"]["config"]
    return launcher


def _configuration(shared: dict[str, Any]) -> dict[str, Any]:
    return {
        **shared,
        "broker_connection_max_retries": None,
        "result_backend_always_retry": True,  # a run that ends while the broker is away is told of when it is back
        "result_backend_max_sleep_between_retries_ms": 1000,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # the run is fine, only the broker is away
        "worker_concurrency": settings().worker_concurrency,
        "worker_prefetch_multiplier": 1,
        "worker_max_tasks_per_child": 200,  # bounds whatever a native library leaks
        "worker_redirect_stdouts": False,  # Dagster captures the file descriptors, which Celery's proxies do not have
        "worker_hijack_root_logger": False,
    }


@worker_init.connect
def _preload(sender: Any, **_: object) -> None:  # noqa: ANN401 - Celery's stubs do not know a worker's name
    import_module(DEFINITIONS)
    report_lost_tasks(sender.app, sender.hostname)


@worker_process_init.connect
def _die_with_worker(**_: object) -> None:
    kernel.set_death_signal(signal.SIGKILL)


@worker_process_init.connect
def _clear_up(**_: object) -> None:
    """Remove what the child left that was killed, and in whose place this one is; there may be no run that would.

    Beside the child's own beginning, for which Celery does not wait long.
    """
    threading.Thread(target=workspace.sweep, args=(settings().work_dir,), name="clear-up", daemon=True).start()


def report_lost_tasks(app: Celery, hostname: str) -> list[str]:
    """Fail the tasks that a worker of this name had begun when it was killed; returns their ids.

    Nobody else would: Celery notices a killed child, but a killed worker leaves its tasks "started" for ever, and with
    them Dagster's runs. The worker that comes back in its place, under the same name, knows better.
    """
    lost = [task_id for task_id, pid in _started_tasks(app, hostname) if not Path(f"/proc/{pid}").exists()]
    for task_id in lost:
        app.backend.mark_as_failure(task_id, WorkerLostError(f"The worker {hostname} was killed while it ran this."))
    return lost


def _started_tasks(app: Celery, hostname: str) -> Iterator[tuple[str, int]]:
    """The tasks that a worker of this name is recorded to work on, and in which process."""
    for stored in _results(app):
        if STARTED.encode() not in stored:
            continue  # most have ended; do not parse them
        result = json.loads(stored)
        if result["status"] == STARTED and result["result"]["hostname"] == hostname:
            yield result["task_id"], result["result"]["pid"]


def _results(app: Celery) -> Iterator[bytes]:
    backend: Any = app.backend  # the stubs' base class has neither the keys' prefix nor Redis
    cursor = 0
    while True:
        cursor, keys = backend.client.scan(cursor, match=backend.task_keyprefix + b"*", count=1000)
        if keys:
            yield from filter(None, backend.client.mget(keys))
        if cursor == 0:
            return


app = build()
