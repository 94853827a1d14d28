"""One started program: its pipes, following it until it ends, and ending it."""

from __future__ import annotations

import os
import selectors
import signal
import site
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from video_pipeline.errors import MediaToolFailed

T = TypeVar("T")
Feed = Callable[[bytes], None]

CHUNK_BYTES = 64 * 1024
PASSED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "LANG", "LC_ALL")

OWN_VARIABLES = {
    # glibc reserves 64 MiB of addresses for each of up to eight heaps per processor: on 64 of them that alone is
    # 32 GiB, and every limit on address space is reached before a frame is decoded. With a few heaps it hangs on how
    # threads happen to meet whether room for one more thread is left: the same file passed and failed. One is as fast.
    "MALLOC_ARENA_MAX": "1",
    # Without HOME, Python asks the system where the user's packages lie: by way of /etc/passwd, and even of a socket.
    "PYTHONUSERBASE": site.getuserbase(),
}


class Tail:
    """The last bytes of what a stream said."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept = b""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes; the oldest are forgotten."""
        self._kept = (self._kept + chunk)[-self._size :]

    @property
    def text(self) -> str:
        """What is kept, readable whatever it was."""
        return self._kept.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Child:
    """A program that runs, and our ends of its pipes; `stdout` is None where it goes nowhere."""

    process: subprocess.Popen[bytes]
    stderr: IO[bytes]
    reports: IO[bytes]
    stdout: IO[bytes] | None

    def read(self, reader: Callable[[IO[bytes]], T]) -> T:
        """Let `reader` read standard output; when it fails, the program is ended."""
        with _piped(self.stdout) as stdout:  # closed at the end: a program that goes on writing learns nobody reads
            try:
                return reader(stdout)
            except BaseException:  # an interrupt, too, must leave no process behind
                self.kill()
                raise

    def follow(self, *, stderr: Feed, reports: Feed, deadline: float) -> bool:
        """Pass on what the program says until it has ended; False when it has not by `deadline` (monotonic seconds)."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.stderr, selectors.EVENT_READ, stderr)
            selector.register(self.reports, selectors.EVENT_READ, reports)
            while selector.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                for key, _ in selector.select(left):
                    chunk = os.read(key.fd, CHUNK_BYTES)
                    if chunk:
                        key.data(chunk)
                    else:
                        selector.unregister(key.fileobj)
        return self._ended_by(deadline)

    def _ended_by(self, deadline: float) -> bool:
        try:
            self.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the program and all that it started, without asking."""
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@contextmanager
def started(command: Callable[[int], Sequence[str]], *, cwd: Path | None, capture_stdout: bool) -> Iterator[Child]:
    """Start a program in a session of its own; when the block is left, it is ended and reaped.

    `command` makes the argument list, given the number of a descriptor on which the program may report.

    Raises:
        MediaToolFailed: the program could not be started.
    """
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb", buffering=0) as reports:
        try:
            process = _popen(command(write_end), inherit=write_end, cwd=cwd, capture_stdout=capture_stdout)
        finally:
            os.close(write_end)  # else the pipe would never end on our side
        child = Child(process, _piped(process.stderr), reports, process.stdout)
        with child.stderr:
            try:
                yield child
            finally:
                child.kill()
                process.wait()


def _popen(argv: Sequence[str], *, inherit: int, cwd: Path | None, capture_stdout: bool) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture_stdout else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(inherit,),
            cwd=cwd,
            env=_environment(cwd),
            start_new_session=True,
        )
    except OSError as error:
        raise MediaToolFailed(f"A media process could not be started: {error}.") from error


def _environment(cwd: Path | None) -> dict[str, str]:
    """Ours without its secrets: what decodes a stranger's file has no use for the bucket's credentials.

    Where the program may write, it may keep temporary files too; nowhere else.
    """
    passed = {name: os.environ[name] for name in PASSED_VARIABLES if name in os.environ}
    return passed | OWN_VARIABLES | ({"TMPDIR": str(cwd)} if cwd is not None else {})


def _piped(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise MediaToolFailed("A media process was started without a pipe for what it says.")
    return stream
