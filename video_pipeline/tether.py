"""A program tied to the one that started it: it dies with its parent, and runs within limits.

Run as a script of its own between parent and program (`command()` builds the argument list), it sets limits and
becomes the program by exec. A `preexec_fn` could do the same, but runs Python between fork and exec, which deadlocks in
processes that have threads; a bare interpreter costs some 15 ms and cannot. It imports nothing of ours and nothing
that is not in the standard library.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import pwd
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1  # prctl(2)


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
) -> list[str]:
    """The argument list that runs `argv` tied to the process that calls this.

    The kernel sends `death_signal` when the *thread* that started the program ends (prctl(2), PR_SET_PDEATHSIG), so
    start programs from a thread that lives as long as they should. `user` is a system user to become, for root only.
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
    return [sys.executable, "-I", "-S", __file__, *given, "--", *argv]


def set_death_signal(death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send this process `death_signal` when its parent thread ends.

    Raises:
        OSError: the kernel refused.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


def _limit(kind: int, value: int | None) -> None:
    if value is None:
        return
    _, hard = resource.getrlimit(kind)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (bound, bound))


def _become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgid(entry.pw_gid)
    os.initgroups(user, entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir


def main(arguments: Sequence[str]) -> None:
    """Set the limits that `arguments` name and become the program behind `--`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--user")
    parser.add_argument("--address-space", type=int)
    parser.add_argument("--cpu", type=int)
    parser.add_argument("--file-size", type=int)
    parser.add_argument("--open-files", type=int)
    parser.add_argument("argv", nargs="+")
    wanted = parser.parse_args(arguments)

    if wanted.user:
        _become(wanted.user)  # before the death signal: a change of user clears it
    set_death_signal(signal.Signals(wanted.death_signal))
    if os.getppid() != wanted.parent:  # the parent died before the tie was made
        sys.exit(128 + wanted.death_signal)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, wanted.address_space)
    _limit(resource.RLIMIT_CPU, wanted.cpu)
    _limit(resource.RLIMIT_FSIZE, wanted.file_size)
    _limit(resource.RLIMIT_NOFILE, wanted.open_files)
    os.execvp(wanted.argv[0], wanted.argv)  # noqa: S606 - an argument list, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
