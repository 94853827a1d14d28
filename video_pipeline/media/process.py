"""The one door through which media processes start: bounded, tied to this process, watched, and reaped.

Every program that meets a stranger's file runs through `run`. It stands in a session and process group of its own, dies
with the thread that started it, has no standard input, and is held to limits of memory, processor time, file size and
time on the clock. Past the last of these the whole group gets SIGKILL: an ffmpeg that a playlist had sent in circles
was seen to ignore SIGTERM for twelve minutes.
"""

from __future__ import annotations

import logging
import math
import os
import re
import shlex
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Generic, TypeVar, overload

from video_pipeline import launcher, tether
from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.media.child import Feed, Tail, started
from video_pipeline.media.progress import Progress, ProgressLines
from video_pipeline.sandbox.confinement import Confinement, around, missing
from video_pipeline.types import Finding, Sandbox

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

KEPT_STDERR_BYTES = 64 * 1024  # 10 kB of crafted H.264 makes ffmpeg print 505 lines: the end is kept, the flood is not
OPEN_FILES = 256  # one command opens a dozen

# What a program says when the kernel refuses it memory. Under an address-space limit that is the file's doing; without
# one, and when the kernel itself runs short (SIGKILL, without a word), it is the machine's.
OUT_OF_MEMORY = ("Cannot allocate memory", "MemoryError", "bad_alloc")
FILE_TOO_LARGE = "File too large"  # EFBIG: RLIMIT_FSIZE; its signal is ignored, as the tether's interpreter does

# What the machine is to blame for, whatever the file is like: it may work later or elsewhere.
MACHINE_FAULTS = {
    "No space left on device": "The disk is full where the worker keeps its files. Free some space and try again.",
    "Resource temporarily unavailable": "The worker may start no more threads. Let it do less at once.",
    "error while loading shared libraries": "A media program could not be loaded.",
    launcher.NOT_STARTED: "A media program could not be started within its limits and its sandbox.",
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one media process may use; None sets no limit.

    `wall_seconds` is time on the clock, `memory_bytes` its address space, `file_size_bytes` the largest file it writes.
    `sandbox` says whether the kernel keeps it from other files and from the network.
    """

    wall_seconds: float
    memory_bytes: int | None = None
    file_size_bytes: int | None = None
    sandbox: Sandbox = Sandbox.AUTO


@dataclass(frozen=True, slots=True)
class Finished(Generic[T_co]):
    """A media process that ended by itself, well or not, and what was read from its standard output."""

    exit_code: int
    stderr_tail: str
    wall_seconds: float
    output: T_co


@dataclass(slots=True)
class Meter:
    """Seconds on the clock that media processes took."""

    seconds: float = 0.0


_meter: ContextVar[Meter | None] = ContextVar("media_meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Sum up the time of the media processes started inside the block, to tell our own share from theirs."""
    meter = Meter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


@overload
def run(
    argv: Sequence[str],
    *,
    bounds: Bounds,
    reads: Sequence[Path] = (),
    cwd: Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_stderr: Feed | None = None,
    read_stdout: None = None,
) -> Finished[None]: ...


@overload
def run(
    argv: Sequence[str],
    *,
    bounds: Bounds,
    reads: Sequence[Path] = (),
    cwd: Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_stderr: Feed | None = None,
    read_stdout: Callable[[IO[bytes]], T],
) -> Finished[T]: ...


def run(
    argv: Sequence[str],
    *,
    bounds: Bounds,
    reads: Sequence[Path] = (),
    cwd: Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_stderr: Feed | None = None,
    read_stdout: Callable[[IO[bytes]], T] | None = None,
) -> Finished[T | None]:
    """Run a program to its end, and leave nothing of it behind whatever happens.

    Args:
        argv: the program and its arguments, never a shell's line.
        bounds: what it may use.
        reads: the files it may read, beside itself and its libraries.
        cwd: the folder it runs in, where relative output names land: the only one where it may write.
        on_progress: called in this thread about once a second with what ffmpeg reports; `argv` must be an ffmpeg
            command, which gets `-progress`. What the callback raises ends the process and is raised here.
        on_stderr: called in this thread with all that the program prints to standard error, as it comes.
        read_stdout: reads standard output to its end, in a thread of its own; its result becomes `Finished.output`.
            What it raises ends the process and is raised here.

    Raises:
        MediaRefused: the file took more time (`too_slow`), memory (`too_much_memory`) or space (`too_much_output`)
            than it may, and would do so again.
        MediaToolFailed: the program could not be started, was killed, or found the disk full.
    """
    program = shutil.which(argv[0])
    if program is None:
        raise MediaToolFailed(f"The program {argv[0]} is not there, or may not be run.")
    confinement = _confinement(program, bounds.sandbox, reads, cwd)
    logger.debug("run: %s", shlex.join(argv))
    began = time.monotonic()
    stderr = Tail(KEPT_STDERR_BYTES)
    reports: Feed = ProgressLines(on_progress).feed if on_progress is not None else _ignore
    with (
        ThreadPoolExecutor(max_workers=1, thread_name_prefix="media-stdout") as pool,
        _metering(began),
        started(
            lambda descriptor: _command(argv, bounds, confinement, descriptor if on_progress is not None else None),
            cwd=cwd,
            capture_stdout=read_stdout is not None,
        ) as child,
    ):
        reading = pool.submit(child.read, read_stdout) if read_stdout is not None else None
        heard = _both(stderr.feed, on_stderr) if on_stderr is not None else stderr.feed
        in_time = child.follow(stderr=heard, reports=reports, deadline=began + bounds.wall_seconds)
    seconds = time.monotonic() - began
    if not in_time:
        raise _too_slow(bounds)
    output = reading.result() if reading is not None else None
    _judge(argv, child.process.returncode, stderr.text, bounds)
    return Finished(child.process.returncode, stderr.text, seconds, output)


def _confinement(program: str, sandbox: Sandbox, reads: Sequence[Path], cwd: Path | None) -> Confinement | None:
    """What the program can reach; None where that is everything."""
    if sandbox is Sandbox.OFF:
        return None
    lacking = " and ".join(_lacking())
    required = sandbox is Sandbox.REQUIRED
    if lacking and required:
        raise MediaToolFailed(
            f"Media processes must be confined here, and the kernel does not offer {lacking} to this worker. "
            "docs/operating.md says what the sandbox needs; MEDIA_SANDBOX=auto works without."
        )
    return around(program, reads=reads, writes=[cwd] if cwd is not None else [], required=required)


@lru_cache(maxsize=1)
def _lacking() -> tuple[str, ...]:
    """What of the sandbox this machine does not have; asked, and told to whoever reads the log, once."""
    lacking = missing()
    if lacking:
        logger.warning("Media processes are not confined by %s: the kernel does not offer it.", " and ".join(lacking))
    return lacking


def _command(argv: Sequence[str], bounds: Bounds, confinement: Confinement | None, report_to: int | None) -> list[str]:
    """The argument list as it is started: tied to this process, limited, and reporting where it is asked to."""
    if report_to is not None:
        argv = [argv[0], "-progress", f"pipe:{report_to}", "-stats_period", "1", *argv[1:]]
    limits = tether.Limits(
        address_space_bytes=bounds.memory_bytes,
        cpu_seconds=math.ceil(bounds.wall_seconds) * (os.cpu_count() or 1),
        file_size_bytes=bounds.file_size_bytes,
        open_files=OPEN_FILES,
    )
    return tether.command(argv, limits=limits, confinement=confinement)


def _both(one: Feed, other: Feed) -> Feed:
    def feed(chunk: bytes) -> None:
        one(chunk)
        other(chunk)

    return feed


def _ignore(_: bytes) -> None:
    """Nobody listens."""


@contextmanager
def _metering(began: float) -> Iterator[None]:
    try:
        yield
    finally:
        meter = _meter.get()
        if meter is not None:
            meter.seconds += time.monotonic() - began


def _judge(argv: Sequence[str], exit_code: int, stderr: str, bounds: Bounds) -> None:
    """Tell failures that are about limits, and deaths, from an ordinary end; exit codes are the caller's to read."""
    if exit_code == 0:
        return
    if exit_code == -signal.SIGXCPU:  # a limit below the ones set here, by the program itself
        raise MediaRefused(Finding("too_slow", "The file takes more time to open than any video needs."))
    if FILE_TOO_LARGE in stderr:
        raise MediaRefused(Finding("too_much_output", "What would be made of this file is larger than allowed."))
    if bounds.memory_bytes is not None and any(words in stderr for words in OUT_OF_MEMORY):
        raise MediaRefused(
            Finding(
                "too_much_memory",
                f"The file takes more memory to decode than the {bounds.memory_bytes / 1024**3:.1f} GiB it may. "
                "Export it with a smaller picture or fewer streams.",
            )
        )
    for words, sentence in MACHINE_FAULTS.items():
        if words in stderr:
            raise MediaToolFailed(sentence)
    if exit_code < 0:
        name = signal.Signals(-exit_code).name
        raise MediaToolFailed(f"{Path(argv[0]).name} was ended by {name}. Its last words: {last_words(stderr)}")


def _too_slow(bounds: Bounds) -> MediaRefused:
    return MediaRefused(
        Finding("too_slow", f"The file could not be worked through within its limit of {bounds.wall_seconds:.0f} s.")
    )


def last_words(stderr: str) -> str:
    """The last line in which a process spoke of an error, else the last that it printed, for a sentence.

    It may repeat what stands in a stranger's file, so that what cannot be printed is left out: it moves a terminal.
    """
    printed = ("".join(filter(str.isprintable, line)).strip() for line in stderr.splitlines())
    lines = [line for line in printed if line]
    spoken = [line for line in lines if re.search(r"\b[Ee]rror\b", line)]
    return (spoken or lines or ["nothing"])[-1][:300]
