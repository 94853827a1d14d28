"""What is troubled: a stack started by `video-pipeline up` as people start it, and an object store behind a relay.

The store is a stack of its own, as on another machine, since what lies between is part of what goes wrong.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from sqlalchemy import Engine

from video_pipeline import tether
from video_pipeline.catalog.engine import connect
from video_pipeline.local import programs
from video_pipeline.local.installation import Installation
from video_pipeline.local.seaweedfs import client as s3_client
from video_pipeline.local.stack import Running, running
from video_pipeline.storage.objects import ObjectStore
from video_pipeline_tests.chaos.relay import Relay, relaying

#: Words of the command lines by which parts are known.
PARTS = {
    "worker": "video_pipeline.worker",
    "daemon": "dagster-daemon",
    "code-server": "--module-name=",
    "webserver": "dagster-webserver",
    "api": "video_pipeline.api.app",
    "postgres": "listen_addresses=",
    "valkey": "valkey-server",
}
_UP = "Ctrl-C ends every process"
_START_SECONDS = 300.0
_STOP_SECONDS = 90.0
SMALLEST_PART_BYTES = 5 * 1024**2


@dataclass
class Estate:
    """The stack of `folder`; `store` is its object store, and `relay` stands before that."""

    folder: Path
    store: Running
    relay: Relay
    _supervisor: subprocess.Popen[bytes] | None = None
    starts: int = field(default=0)

    @property
    def data(self) -> Path:
        """The stack's data folder."""
        return self.folder / "data"

    @property
    def temporary(self) -> Path:
        """What the stack has for its temporary folder."""
        return self.folder / "tmp"

    @property
    def work(self) -> Path:
        """Where its runs work."""
        return self.folder / "work"

    @property
    def stored(self) -> Path:
        """Where its object store keeps everything."""
        return self.folder / "store" / "seaweedfs" / "data"

    @property
    def told(self) -> dict[str, str]:
        """What the processes of the stack are told."""
        return Installation(self.data).saved_environment()

    @property
    def environment(self) -> dict[str, str]:
        """What `video-pipeline` is started with: nothing of ours but where the store is."""
        store = self.store.environment
        return {
            **{name: value for name, value in os.environ.items() if name not in store},
            **{name: store[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")},
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{self.relay.port}",
            "WORK_DIR": str(self.work),
            "TMPDIR": str(self.temporary),
            "UPLOAD_PART_BYTES": str(SMALLEST_PART_BYTES),
        }

    def start(self) -> None:
        """Start the stack, and return when it is up."""
        self.starts += 1
        with (self.folder / f"up-{self.starts}.log").open("wb") as log:
            argv = [programs.script("video-pipeline"), "up", "--data-dir", str(self.data)]
            command = tether.command(argv, death_signal=signal.SIGTERM)
            self._supervisor = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        await_that(lambda: self._supervisor_lives() and _UP in self._said(), _START_SECONDS, "the stack to be up")

    def stop(self) -> None:
        """Stop the stack in order."""
        if self._supervisor is not None and self._supervisor.poll() is None:
            self._supervisor.terminate()
            self._supervisor.wait(_STOP_SECONDS)

    def restart_after(self, kill: Callable[[psutil.Process], None]) -> None:
        """Kill the supervisor, and more if `kill` does; start it again as an init system would."""
        supervisor = self.supervisor
        kill(supervisor)
        if self._supervisor is not None:
            self._supervisor.wait()
        self.start()

    @property
    def supervisor(self) -> psutil.Process:
        """The process that looks after the others."""
        self._supervisor_lives()
        assert self._supervisor is not None
        return psutil.Process(self._supervisor.pid)

    def part(self, name: str) -> psutil.Process | None:
        """The process of a part; None while there is none."""
        for process in self.supervisor.children():
            with suppress(psutil.NoSuchProcess):
                if PARTS[name] in " ".join(process.cmdline()) and "launcher.main" not in " ".join(process.cmdline()):
                    return process
        return None

    def connect(self) -> Engine:
        """The catalog."""
        return connect(self.told["DATABASE_URL"], application_name="chaos")

    def bucket(self) -> ObjectStore:
        """The bucket, not through the relay: for those who look and not for those who send."""
        return ObjectStore(s3_client(self.store.environment), self.store.environment["S3_BUCKET"])

    def _supervisor_lives(self) -> bool:
        if self._supervisor is None or self._supervisor.poll() is not None:
            raise AssertionError(f"The supervisor ended by itself:\n{self._said()}")
        return True

    def _said(self) -> str:
        return (self.folder / f"up-{self.starts}.log").read_text(errors="replace")


@contextmanager
def estate(folder: Path, seed: str) -> Iterator[Estate]:
    """A stack that is up, in a folder that is empty."""
    with running(folder / "store", parts={"seaweedfs"}) as store:
        port = urlsplit(store.environment["S3_ENDPOINT_URL"]).port
        assert port is not None
        with relaying(port, random.Random(seed)) as relay:  # noqa: S311 - troubles, not secrets
            whole = Estate(folder, store, relay)
            whole.temporary.mkdir()
            try:
                whole.start()
                yield whole
            finally:
                whole.stop()


def await_that(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return when it is so.

    Raises:
        AssertionError: it did not come about.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"In {seconds:.0f} s nobody saw {what}.")
        time.sleep(0.2)
