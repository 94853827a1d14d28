"""Tasks that stand in for Dagster's runs where a test is about the worker; it loads them by `--include`."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import shared_task


@shared_task(name="tests.add", track_started=True)
def add(one: int, other: int) -> int:
    """Work of no time at all."""
    return one + other


@shared_task(name="tests.until", track_started=True)
def until(path: str) -> int:
    """Work until a file is there; tells which process did."""
    while not Path(path).exists():
        time.sleep(0.02)
    return os.getpid()


@shared_task(name="tests.loaded", track_started=True)
def loaded(module: str) -> bool:
    """Whether the process had a module when it was forked."""
    import sys

    return module in sys.modules
