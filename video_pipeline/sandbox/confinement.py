"""What a confined program can reach: what its caller names, and what it needs in order to run at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from video_pipeline.sandbox import landlock, seccomp

PACKAGE = Path(__file__).parents[1]

# Where the loader and the libraries of the system lie.
LIBRARIES = tuple(map(Path, ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")))
READABLE = (
    *map(Path, ("/etc/ld.so.cache", "/etc/ld.so.preload", "/dev/zero", "/dev/urandom")),
    # How many processors there are, and which of them are ours: x265 on libnuma makes no threads where it cannot ask.
    *map(Path, ("/sys/devices/system/cpu", "/sys/devices/system/node", "/proc/self/status")),
)
WRITABLE = (Path("/dev/null"),)

SHEBANG_BYTES = 256  # how much of a script's first line the kernel reads


@dataclass(frozen=True, slots=True)
class Confinement:
    """The files that a program can reach, and no others; no network, and no process outside, is ever among it.

    A folder stands for all that lies in it. Programs are run from `runs` alone, so that nothing is run that was
    written. Of `lists` the names are seen, not the content. `required` tells that the program must not start where the
    kernel cannot hold all of this.
    """

    runs: tuple[Path, ...] = ()
    reads: tuple[Path, ...] = ()
    lists: tuple[Path, ...] = ()
    writes: tuple[Path, ...] = ()
    required: bool = True


def around(program: str, *, reads: Sequence[Path], writes: Sequence[Path], required: bool) -> Confinement:
    """Let a program run, and reach the files and folders named.

    Args:
        program: its path.
        reads: what it may read.
        writes: folders in which it may do as it likes with plain files and folders.
        required: whether it must not start where the kernel cannot hold all of this.
    """
    needs = _needs(program)
    return Confinement(
        runs=needs.runs,
        reads=(*needs.reads, *map(Path.absolute, reads)),
        lists=needs.lists,
        writes=(*needs.writes, *map(Path.absolute, writes)),
        required=required,
    )


def missing() -> tuple[str, ...]:
    """What confines programs and is not offered by the kernel, or forbidden by what this process runs in."""
    offered = {"Landlock": landlock.abi() > 0, "seccomp": seccomp.is_offered()}
    return tuple(name for name, is_there in offered.items() if not is_there)


@lru_cache(maxsize=16)
def _needs(program: str) -> Confinement:
    path = Path(program).absolute()
    libraries = tuple(_libraries(path))
    if program != sys.executable:
        return Confinement(runs=(*_chain(path), *LIBRARIES), reads=(*READABLE, *libraries), writes=WRITABLE)
    prefixes = [Path(prefix) for prefix in dict.fromkeys((sys.prefix, sys.base_prefix))]
    return Confinement(
        runs=(path, *LIBRARIES),
        reads=(
            *(*READABLE, *libraries, PACKAGE),
            *(prefix / name for prefix in prefixes for name in ("lib", "lib64", "pyvenv.cfg")),
            *(Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))),
        ),
        # An import looks through the folder that holds the package; in a checkout, other files lie there too.
        lists=(PACKAGE.parent,),
        writes=WRITABLE,
    )


def _chain(program: Path) -> Iterator[Path]:
    """A program and, where it is a script, the interpreter that its first line names."""
    yield program
    with program.open("rb") as file:
        first = file.read(SHEBANG_BYTES).splitlines()[:1]
    words = first[0].decode(errors="replace").removeprefix("#!").split() if first and first[0][:2] == b"#!" else []
    for word in words:  # `/usr/bin/env bash` starts two programs
        found = shutil.which(word)
        if found is not None:
            yield Path(found)


def _libraries(program: Path) -> Iterator[Path]:
    """Libraries that came with a program, beside it or in `lib` beside its `bin`, and those that the environment names.

    The folder itself may be anything, somebody's home too: of it, only the libraries.
    """
    homes = {program.parent, program.resolve().parent}
    told = {Path(name) for name in os.environ.get("LD_LIBRARY_PATH", "").split(":") if name.startswith("/")}
    for folder in homes | told:
        yield from folder.glob("*.so*")
    for folder in homes:
        if folder.name == "bin":
            yield from (folder.parent / "lib", folder.parent / "lib64")
