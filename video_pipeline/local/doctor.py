"""What of the environment works and what does not: the machine, and the servers of a stack that is up."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from video_pipeline.errors import PipelineError
from video_pipeline.local import machine, servers
from video_pipeline.local.installation import Installation

Check = Callable[[], str]
"""Returns a sentence that says what is well; raises a PipelineError whose sentence says what is not."""

_SERVERS = {
    "database": servers.database,
    "bucket": servers.bucket,
    "broker": servers.broker,
    "code server": servers.code_server,
    "daemon": servers.daemon,
    "worker": servers.worker,
    "Dagster's UI": servers.webserver,
    "API": servers.api,
}


@dataclass(frozen=True, slots=True)
class Observation:
    """What one check found; `sentence` is for a person."""

    name: str
    ok: bool
    sentence: str


def examine(data_dir: Path) -> list[Observation]:
    """Look at the machine, and at the servers that the environment names or that the stack in `data_dir` has.

    Where neither names any, none is looked for: that a stack is not up is no fault.
    """
    return [_observe(name, check) for name, check in (_of_machine(data_dir) | _of_stack(data_dir)).items()]


def _of_machine(data_dir: Path) -> dict[str, Check]:
    return {
        "python": machine.python,
        "ffmpeg": machine.ffmpeg_program,
        "pyav": machine.pyav,
        "process ties": machine.ties,
        "sandbox": machine.sandbox,
        "disk": partial(machine.disk, data_dir),
    }


def _of_stack(data_dir: Path) -> dict[str, Check]:
    installation = Installation(data_dir)
    if "DATABASE_URL" in os.environ:
        return _of_servers(os.environ)
    if installation.is_up():
        return _of_servers({**os.environ, **installation.saved_environment()})
    return {
        "embedded servers": machine.embedded_servers,
        "stack": lambda: f"No stack is up in {installation.folder}. `video-pipeline up` starts one.",
    }


def _of_servers(told: Mapping[str, str]) -> dict[str, Check]:
    return {name: partial(check, told) for name, check in _SERVERS.items()}


def _observe(name: str, check: Check) -> Observation:
    try:
        return Observation(name, ok=True, sentence=check())
    except PipelineError as error:
        return Observation(name, ok=False, sentence=str(error))
