from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from video_pipeline import kernel
from video_pipeline.sandbox import landlock

#: Confines itself with one ABI to one file and two folders, tries what it is told to, and says what came of it.
TRY = """
import os, socket, sys
from pathlib import Path
from video_pipeline.sandbox import landlock
abi, folder = int(sys.argv[1]), Path(sys.argv[2])
granted, outside, own = folder / "granted", folder / "outside", folder / "own"
parent = os.getppid()
landlock.confine([(str(granted), landlock.READ), (str(own), landlock.WRITE), (str(folder / "gone"), landlock.RUN)], abi)
try:
    exec(sys.argv[3])
except OSError as error:
    print(error.errno)
else:
    print("done")
"""
DONE = "done"
REFUSED = str(errno.EACCES)
ELSEWHERE = str(errno.EXDEV)
ABIS = range(1, landlock.abi() + 1)
#: The first one, that of Debian 12, and the newest here.
SOME_ABIS = pytest.mark.parametrize("abi", sorted({*ABIS} & {1, 2, landlock.abi()}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("granted", "outside"):
        (tmp_path / name).write_text(name)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "here").write_text("here")
    return tmp_path


def attempt(abi: int, folder: Path, code: str) -> str:
    command = [sys.executable, "-c", TRY, str(abi), str(folder), code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@SOME_ABIS
@pytest.mark.parametrize(
    "code",
    [
        "granted.read_text()",
        "granted.stat(); outside.stat()",  # what is asked of a name, Landlock does not govern
        "list(own.iterdir())",
        "(own / 'here').read_text()",
        "(own / 'new').write_text('')",
        "(own / 'here').write_text('shorter')",
        "os.truncate(own / 'here', 1)",
        "(own / 'here').rename(own / 'there')",
        "(own / 'here').unlink()",
        "(own / 'below').mkdir(); (own / 'below' / 'new').touch(); (own / 'below' / 'new').unlink()",
        "(own / 'below').mkdir(); (own / 'below').rmdir()",
    ],
)
def test_what_is_granted_is_possible(folder: Path, abi: int, code: str) -> None:
    assert attempt(abi, folder, code) == DONE


@SOME_ABIS
@pytest.mark.parametrize(
    "code",
    [
        "outside.read_text()",
        "Path('/etc/passwd').read_text()",
        "list(folder.iterdir())",
        "list(Path('/').iterdir())",
        "outside.open('a')",
        "outside.open('w')",
        "granted.open('a')",
        "(folder / 'new').touch()",
        "(folder / 'new').mkdir()",
        "outside.unlink()",
        "own.rmdir()",
        "outside.rename(folder / 'moved')",
        "Path('/proc/self/environ').read_text()",
        "os.open(own / '..' / 'outside', os.O_RDONLY)",
        # What its own folder may hold: nothing that leads elsewhere, makes its reader wait, or runs.
        "(own / 'link').symlink_to('/etc/passwd')",
        "os.mkfifo(own / 'pipe')",
        "socket.socket(socket.AF_UNIX).bind(os.path.relpath(own / 'socket'))",
        "(own / 'here').chmod(0o755); os.execv(own / 'here', ['here'])",
    ],
)
def test_nothing_else_is(folder: Path, abi: int, code: str) -> None:
    assert attempt(abi, folder, code) == REFUSED
    assert (folder / "outside").read_text() == "outside"


@SOME_ABIS
@pytest.mark.parametrize(
    "code", ["(own / 'taken').hardlink_to(outside)", "outside.rename(own / 'taken')", "(own / 'here').rename(outside)"]
)
def test_nothing_moves_in_or_out(folder: Path, abi: int, code: str) -> None:
    assert attempt(abi, folder, code) in {REFUSED, ELSEWHERE}
    assert {path.name for path in (folder / "own").iterdir()} == {"here"}


SINCE = [
    (3, "os.truncate(outside, 0)", REFUSED),
    (4, "socket.create_server(('127.0.0.1', 0)).close()", REFUSED),
    (4, "socket.socket().connect(('127.0.0.1', 9))", REFUSED),
    (6, "os.kill(parent, 0)", str(errno.EPERM)),
]


@pytest.mark.parametrize("abi", ABIS)
@pytest.mark.parametrize(("since", "code", "refusal"), SINCE)
def test_what_newer_kernels_govern(folder: Path, abi: int, since: int, code: str, refusal: str) -> None:
    assert (attempt(abi, folder, code) == refusal) is (abi >= since)


def test_a_kernel_without_landlock_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSYS, "syscall")

    monkeypatch.setattr(kernel, "syscall", refuse)
    assert landlock.abi() == 0
    with pytest.raises(OSError, match="syscall"):
        landlock.confine([])


def test_newer_kernels_are_asked_for_what_we_know(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def note(*arguments: object) -> int:
        asked.extend(arguments)
        raise OSError(errno.E2BIG, "stop here")

    monkeypatch.setattr(kernel, "syscall", note)
    for version in (7, 99):
        with pytest.raises(OSError, match="stop here"):
            landlock.confine([], version)
    assert asked[: len(asked) // 2] == asked[len(asked) // 2 :]
