"""A real worker at a real broker; what it runs are not Dagster's runs, which end_to_end/ has."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest
import yaml
from celery import Celery
from celery.exceptions import TimeoutError as TooLate
from celery.result import AsyncResult

from video_pipeline.local import dagster, environment, services, valkey
from video_pipeline.local.installation import Installation
from video_pipeline.local.supervisor import Supervisor

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Crew:
    """A broker, a worker with two children, and a client of theirs."""

    supervisor: Supervisor
    client: Celery
    launcher: dict[str, object]

    def send(self, task: str, *arguments: object) -> AsyncResult[object]:
        """Hand a task over as Dagster's launcher does."""
        return self.client.send_task(f"tests.{task}", arguments, queue="dagster")

    def begun(self, *arguments: object) -> tuple[AsyncResult[object], int]:
        """A task that a child works on, and which child."""
        sent = self.send("until", *arguments)
        assert eventually(lambda: sent.state == "STARTED")
        return sent, sent.info["pid"]

    def children(self) -> list[psutil.Process]:
        """The processes that execute runs."""
        return psutil.Process(self.supervisor.pid("worker")).children()


def eventually(condition: object, seconds: float = SECONDS) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
