"""An installation: the data folder, and all that its parts must agree on.

<data folder>/
    lock, parts.lock       held while a supervisor, or anything it started, lives
    secrets.json           generated once, 0600
    environment.json       what every process of the stack is told, 0600; written anew by each start
    logs/                  one file for each part, and that of the run before
    postgres/ seaweedfs/ valkey/ dagster/     each part's own
    work/                  where runs keep the video they work on
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from video_pipeline.errors import ConfigurationError, PartFailed
from video_pipeline.local import ports

PORTS = (
    "api",
    "dagster",
    "code-server",
    "valkey",
    "s3",
    "s3.grpc",
    "filer",
    "filer.grpc",
    "volume",
    "volume.grpc",
    "master",
    "master.grpc",
)
_FIRST_WISHES = {"api": 8000, "dagster": 3000}
_LEFTOVERS_SECONDS = 60.0
_GLANCE_SECONDS = 0.5  # is_up() takes the lock for a moment, which is no reason to refuse a start


class Installation:
    """A data folder; nothing is written to it before it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def fresh_logs(self) -> Path:
        """The folder of the parts' logs, where those of the start before are moved aside."""
        folder = self.part_folder("logs")
        for log in folder.glob("*.log"):
            log.replace(log.with_suffix(".log.1"))
        return folder

    def part_folder(self, name: str) -> Path:
        """A folder that is a part's own, readable by its owner only."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    @contextmanager
    def held(self) -> Iterator[int]:
        """Keep every other supervisor out of this folder, and wait until all that an earlier one started has ended.

        Yields:
            A file descriptor that each part inherits. It holds a lock as long as any of them lives, so that no store
            is ever opened by two servers, even where the supervisor before us was killed and its stores still close.

        Raises:
            ConfigurationError: a stack is up in this folder.
            PartFailed: processes of an earlier stack do not end.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("a+") as own, (self.folder / "parts.lock").open("a+") as parts:
            if not _lock(own, _GLANCE_SECONDS):
                raise ConfigurationError(
                    f"A stack is up in {self.folder} already. Stop it first, or name another data folder."
                )
            if not _lock(parts, _LEFTOVERS_SECONDS):
                raise PartFailed(
                    f"Processes of an earlier stack in {self.folder} have not ended in {_LEFTOVERS_SECONDS:.0f} s. "
                    f"`fuser {parts.name}` names them; end them and start again."
                )
            yield parts.fileno()

    def is_up(self) -> bool:
        """Whether a supervisor holds this folder."""
        try:
            with (self.folder / "lock").open("r+") as file:
                return not _lock(file, 0)
        except FileNotFoundError:
            return False

    def secret(self, name: str) -> str:
        """The secret of that name, generated when it is first asked for."""
        path = self.folder / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = secrets.token_hex(20)  # 160 bits
            write_private(path, json.dumps(known, indent=2))
        return known[name]

    def ports(self) -> dict[str, int]:
        """The ports that the last start chose, by server; empty before the first."""
        path = self.folder / "ports.json"
        return json.loads(path.read_text()) if path.exists() else {}

    @contextmanager
    def reserved_ports(self) -> Iterator[None]:
        """Choose a free port for every server: the same as at the last start where nobody has taken it since."""
        with ports.reserved(PORTS, wished=_FIRST_WISHES | self.ports()) as chosen:
            write_private(self.folder / "ports.json", json.dumps(chosen, indent=2))
            yield

    def save_environment(self, environment: Mapping[str, str], *, given: frozenset[str]) -> None:
        """Write down what the parts are told, and which of it came from the one who started them."""
        content = {"environment": dict(environment), "given": sorted(given)}
        write_private(self.folder / "environment.json", json.dumps(content, indent=2))

    def saved_environment(self) -> dict[str, str]:
        """What the parts of the stack that is (or was last) up here are told; for every other program that joins in.

        Raises:
            ConfigurationError: no stack has ever been up here.
        """
        return self._saved()[0]

    def given(self) -> frozenset[str]:
        """The names in the saved environment whose values came from outside; empty where there is none."""
        try:
            return frozenset(self._saved()[1])
        except ConfigurationError:
            return frozenset()

    def generated_environment(self) -> dict[str, str]:
        """The saved environment without what was given from outside; empty where there is none."""
        try:
            environment, given = self._saved()
        except ConfigurationError:
            return {}
        return {name: value for name, value in environment.items() if name not in given}

    def _saved(self) -> tuple[dict[str, str], list[str]]:
        try:
            content = json.loads((self.folder / "environment.json").read_text())
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"No stack has been up in {self.folder}. Start one with `video-pipeline up`, "
                "or set DATABASE_URL and the other variables that docs/operating.md lists."
            ) from error
        return content["environment"], content["given"]


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - takes a mode
        file.write(text)
    beside.replace(path)


def _lock(file: IO[str], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True
