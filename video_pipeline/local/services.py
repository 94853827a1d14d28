"""Our own two servers: the worker that executes runs, and the API."""

from __future__ import annotations

import signal
import socket
from collections.abc import Mapping

from video_pipeline.local import programs
from video_pipeline.local.installation import Installation
from video_pipeline.local.part import Part
from video_pipeline.local.ports import HOST
from video_pipeline.local.probes import http_answers, worker_answers

WORKER = f"celery@{socket.gethostname()}"  # Celery's own choice of a name


def worker(installation: Installation, environment: Mapping[str, str]) -> Part:
    """The Celery worker, with as many children as runs may go on at once.

    Asked to end, it lets short runs come to their end first, then gives the others up, which Dagster retries.
    """
    return Part(
        name="worker",
        argv=[
            *(programs.script("celery"), "--app=video_pipeline.worker", "worker", f"--hostname={WORKER}"),
            *("--without-gossip", "--without-mingle"),  # what workers tell each other, and nobody here listens to
        ],
        environment=environment,
        folder=installation.part_folder("dagster"),
        is_healthy=lambda: worker_answers(environment["BROKER_URL"], WORKER),
        needs=frozenset({"valkey"}),
        uses=frozenset({"postgres", "seaweedfs", "dagster-schema"}),
        stop=((signal.SIGTERM, 8.0), (signal.SIGQUIT, 8.0)),
    )


def api(installation: Installation, environment: Mapping[str, str]) -> Part:
    """Our small API."""
    port = installation.ports()["api"]
    return Part(
        name="api",
        argv=[
            *(programs.script("uvicorn"), "--factory", "video_pipeline.api.app:served"),
            *(f"--host={HOST}", f"--port={port}", "--no-server-header", "--no-access-log"),
            "--timeout-graceful-shutdown=5",  # whoever watches a video would keep it up
        ],
        environment=environment,
        folder=installation.part_folder("api"),
        is_healthy=lambda: http_answers(f"http://{HOST}:{port}/healthz"),
        uses=frozenset({"postgres", "seaweedfs", "valkey"}),
    )
