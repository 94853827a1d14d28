"""What stands between a parent and the program it starts: it sets ties, limits and fences, and becomes the program.

`tether.command` builds the argument list that runs it, by a bare interpreter (`-I -S`). It imports as little as it can:
with argparse and dataclasses it took 31 ms of processor time for each program started, without them 13.
"""

from __future__ import annotations

import os
import pwd
import resource
import sys
import warnings  # noqa: F401 - os.execvp imports it, when it may be out of reach already
from collections.abc import Callable, Sequence

from video_pipeline import kernel
from video_pipeline.sandbox import landlock, seccomp

LIMITS = {
    "--address-space": resource.RLIMIT_AS,
    "--cpu": resource.RLIMIT_CPU,
    "--file-size": resource.RLIMIT_FSIZE,
    "--open-files": resource.RLIMIT_NOFILE,
}
GRANTS = {
    "--may-run": landlock.RUN,
    "--may-read": landlock.READ,
    "--may-list": landlock.LIST,
    "--may-write": landlock.WRITE,
}
AS_FAR_AS_POSSIBLE = "as-far-as-possible"
NOT_STARTED = "was not started"
#: SIGINT, SIGQUIT and SIGTERM by their numbers, for `signal` is slow to import. A shell lets what it starts behind `&`
#: ignore the first two, and Dagster takes the third as the first: its processes could not be asked to end any more.
HEEDED = (2, 3, 15)

Options = dict[str, list[str]]


def main(words: Sequence[str]) -> None:
    """Set what the options in `words` name, and become the program behind `--`.

    Each option has a value, and may be given more than once. `tether.command` knows them: nobody else writes them.
    """
    options, program = _read(words)
    try:
        _prepare(options)
        os.execvp(program[0], program)  # noqa: S606 - an argument list, no shell
    except OSError as error:
        sys.exit(f"{program[0]} {NOT_STARTED}: {error}")


def _read(words: Sequence[str]) -> tuple[Options, list[str]]:
    end = words.index("--")
    options: Options = {}
    for name, value in zip(words[:end:2], words[1:end:2], strict=True):
        options.setdefault(name, []).append(value)
    return options, list(words[end + 1 :])


def _prepare(options: Options) -> None:
    for user in options.get("--user", ()):
        _become(user)  # before the death signal: a change of user clears it
    _tie(parent=int(options["--parent"][0]), death_signal=int(options["--death-signal"][0]))
    for number in HEEDED:
        kernel.heed(number)
    _limit(resource.RLIMIT_CORE, 0)
    for name in LIMITS.keys() & options.keys():
        _limit(LIMITS[name], int(options[name][0]))
    if "--confine" in options:
        _confine(options)


def _become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgid(entry.pw_gid)
    os.initgroups(user, entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir


def _tie(*, parent: int, death_signal: int) -> None:
    kernel.set_death_signal(death_signal)
    if os.getppid() != parent:  # it died before the tie was made
        sys.exit(128 + death_signal)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (bound, bound))


def _confine(options: Options) -> None:
    grants = [(path, rights) for name, rights in GRANTS.items() for path in options.get(name, ())]
    fences: tuple[Callable[[], None], ...] = (lambda: landlock.confine(grants), seccomp.confine)
    for fence in fences:
        try:
            fence()
        except OSError:
            if options["--confine"] != [AS_FAR_AS_POSSIBLE]:
                raise
