"""A program tied to the one that started it: it dies with its parent, and runs within limits.

Between parent and program stands launcher.py (`command()` builds the argument list), which sets limits and becomes the
program by exec. A `preexec_fn` could do the same, but runs Python between fork and exec, which deadlocks in processes
that have threads; a bare interpreter costs some 15 ms and cannot.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from video_pipeline.sandbox.confinement import Confinement

# The standard library comes first: this package has modules of the same names.
_LAUNCH = f"import sys; sys.path.append({str(Path(__file__).parents[1])!r}); from video_pipeline import launcher; "
_LAUNCHER = [sys.executable, "-I", "-S", "-c", _LAUNCH + "launcher.main(sys.argv[1:])"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that the kernel holds a program to; None leaves one as it is. See setrlimit(2).

    `address_space_bytes` bounds memory, `file_size_bytes` any one file written, `cpu_seconds` processor time.
    """

    address_space_bytes: int | None = None
    cpu_seconds: int | None = None
    file_size_bytes: int | None = None
    open_files: int | None = None


def command(
    argv: Sequence[str],
    *,
    limits: Limits | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
    user: str | None = None,
    confinement: Confinement | None = None,
) -> list[str]:
    """The argument list that runs `argv` tied to the process that calls this.

    The kernel sends `death_signal` when the *thread* that started the program ends (prctl(2), PR_SET_PDEATHSIG), so
    start programs from a thread that lives as long as they should. `user` is a system user to become, for root only.
    `confinement` is what the program can reach, where that is not everything.
    """
    bounds = limits or Limits()
    options = {
        "--parent": os.getpid(),
        "--death-signal": int(death_signal),
        "--user": user,
        "--address-space": bounds.address_space_bytes,
        "--cpu": bounds.cpu_seconds,
        "--file-size": bounds.file_size_bytes,
        "--open-files": bounds.open_files,
    }
    given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    return [*_LAUNCHER, *given, *_confining(confinement), "--", *argv]


def _confining(confinement: Confinement | None) -> Iterator[str]:
    if confinement is None:
        return
    yield from ("--confine", "or-not-at-all" if confinement.required else "as-far-as-possible")
    granted = {
        "--may-run": confinement.runs,
        "--may-read": confinement.reads,
        "--may-list": confinement.lists,
        "--may-write": confinement.writes,
    }
    for name, paths in granted.items():
        for path in paths:
            yield from (name, str(path))
