from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from video_pipeline import tether
from video_pipeline.sandbox import landlock, seccomp
from video_pipeline.sandbox.confinement import PACKAGE, Confinement, around, missing
from video_pipeline_tests.canaries import Listener, listening, watching

#: Nobody but root may become somebody else; being root is no way out of a sandbox, and neither is being nobody.
USERS = [None, "nobody"] if os.geteuid() == 0 else [None]
SHELL = shutil.which("bash") or "bash"  # it has files and TCP in its language, and needs no other program for them

DONE, REFUSED = "done", "PermissionError"
TRY = """
import os, socket, sys
try:
    exec(sys.argv[1])
except OSError as error:
    print(type(error).__name__)
else:
    print("done")
"""


def confined(
    argv: list[str], *, user: str | None = None, reads: tuple[Path, ...] = (), writes: tuple[Path, ...] = ()
) -> subprocess.CompletedProcess[str]:
    scope = around(argv[0], reads=reads, writes=writes, required=True)
    command = tether.command(argv, user=user, confinement=scope)
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def attempt(code: str, *, writes: tuple[Path, ...] = ()) -> str:
    return confined([sys.executable, "-P", "-c", TRY, code], writes=writes).stdout.strip()


def free(script: str, *arguments: object, user: str | None) -> str:
    """What comes of a script without the sandbox: else that it fails in it would prove nothing."""
    command = tether.command([SHELL, "-c", f"{script} && echo done", "bash", *map(str, arguments)], user=user)
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def shell(script: str, *arguments: object, **scope) -> str:
    return confined([SHELL, "-c", f"{script} && echo done", "bash", *map(str, arguments)], **scope).stdout.strip()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A file and an empty folder that everybody may read and write, were it not for the sandbox.

    Not under pytest's own folder, which is closed to others.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_text("words\n")
        (folder / "own").mkdir()
        for path in (folder, *folder.iterdir()):
            path.chmod(0o777)
        yield folder


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    with listening() as opened:
        yield opened


def test_this_machine_has_all_of_it() -> None:
    assert missing() == ()


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    assert missing() == ("Landlock",)
    monkeypatch.setattr(seccomp, "is_offered", lambda: False)
    assert missing() == ("Landlock", "seccomp")


@pytest.mark.parametrize("user", USERS)
def test_files_are_out_of_reach_unless_they_are_granted(folder: Path, user: str | None) -> None:
    file, own = folder / "file", folder / "own"
    look, overwrite, write = 'read -r line < "$1"', ': > "$1"', 'echo words > "$1/new"'

    assert free(look, file, user=user) == DONE
    assert shell(look, file, user=user) == ""
    assert shell(look, file, user=user, reads=(file,)) == DONE
    assert shell(overwrite, file, user=user, reads=(file,)) == ""
    assert file.read_text() == "words\n"
    assert shell(write, own, user=user, reads=(own,)) == ""
    assert shell(write, own, user=user, writes=(own,)) == DONE


@pytest.mark.parametrize("user", USERS)
def test_who_listens_is_not_reached(listener: Listener, user: str | None) -> None:
    host, port = listener.address
    call = f": > /dev/tcp/{host}/{port}"

    assert shell(call, user=user) == ""
    assert not listener.was_reached()
    assert free(call, user=user) == DONE
    assert listener.was_reached()


@pytest.mark.parametrize("user", USERS)
def test_no_other_program_is_run(folder: Path, user: str | None) -> None:
    copy = shutil.copy(shutil.which("true") or "true", folder / "own")

    assert free('"$1"', copy, user=user) == DONE
    assert shell('"$1"', copy, user=user, reads=(folder,), writes=(folder / "own",)) == ""
    assert shell("/bin/true", user=user) == ""


@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd')",
        "open(f'/proc/{os.getppid()}/environ')",
        "open('/proc/self/mem', 'r+b')",
        "open(f'/proc/{os.getppid()}/status')",
        "os.listdir('/')",
        "os.listdir('/tmp')",
        f"os.listdir({str(Path.home())!r})",
        f"open({str(PACKAGE.parent / 'pyproject.toml')!r})",  # beside the package there may lie an .env, too
        "open('/tmp/new', 'w')",
        "open('/dev/shm/new', 'w')",
        "open('/dev/zero', 'w')",
        f"open({str(PACKAGE / 'types.py')!r}, 'a')",
        "os.chmod(sys.executable, 0o755)",
        *(
            f"socket.socket(socket.{family}, socket.{kind})"
            for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK")
            for kind in ("SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW")
        ),
        "socket.socketpair()",
    ],
)
def test_the_rest_of_the_machine_is_out_of_reach(code: str) -> None:
    assert attempt(code) == REFUSED


@pytest.mark.parametrize(
    "code",
    [
        "import video_pipeline.media.probe_child",
        "open(os.devnull, 'r+b').write(b'words')",
        "open('/dev/urandom', 'rb').read(1)",
        "import threading; t = threading.Thread(target=list); t.start(); t.join()",
        "import subprocess; subprocess.run([sys.executable, '-c', ''], check=True)",
        "os.kill(os.getpid(), 0)",
        "assert os.cpu_count()",
        "open('/proc/self/status').read(); os.listdir('/sys/devices/system/node')",
    ],
)
def test_python_works(code: str) -> None:
    assert attempt(code) == DONE


def test_signals_reach_nobody_outside() -> None:
    assert attempt("os.kill(os.getppid(), 0)") == (REFUSED if landlock.abi() >= 6 else DONE)


def test_abstract_sockets_and_those_with_a_path_are_out_of_reach(folder: Path) -> None:
    for address in (str(folder / "own" / "socket"), "\0video-pipeline-test"):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(address)
            server.listen()
            server.setblocking(False)
            assert attempt(f"socket.socket(socket.AF_UNIX).connect({address!r})", writes=(folder,)) == REFUSED
            with pytest.raises(BlockingIOError):
                server.accept()


def test_a_program_that_becomes_another_stays_confined(folder: Path) -> None:
    inner = f"open({str(folder / 'file')!r})"
    with watching(folder / "file") as watch:
        ended = confined(
            [sys.executable, "-c", f"import os; os.execv({sys.executable!r}, ['python', '-c', {inner!r}])"]
        )
        assert "PermissionError" in ended.stderr
        assert not watch.was_opened()


@pytest.mark.parametrize("first_line", ["#!/bin/sh", "#!/bin/sh -e", "#!/usr/bin/env sh"])
def test_a_script_gets_its_interpreter(folder: Path, first_line: str) -> None:
    script = folder / "ffmpeg"
    script.write_text(f"{first_line}\necho version $1\n")
    script.chmod(0o755)
    assert confined([str(script), "9"]).stdout == "version 9\n"


def test_a_program_gets_the_libraries_that_came_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "bin"
    for name in ("bin/ffmpeg", "bin/libown.so.1", "bin/letter", "told/libtold.so", "told/letter", "lib/libfar.so"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{tmp_path / 'told'}::.")
    needs = around(str(home / "ffmpeg"), reads=(), writes=(), required=True)
    assert {path for path in needs.reads if path.is_relative_to(tmp_path)} == {
        home / "libown.so.1",
        tmp_path / "told" / "libtold.so",
        tmp_path / "lib",
        tmp_path / "lib64",
    }
    assert PACKAGE not in needs.reads
    assert needs.lists == ()


def test_only_what_is_required_keeps_a_program_from_starting() -> None:
    scopes = [around(SHELL, reads=(), writes=(), required=required) for required in (True, False)]
    assert [scope.required for scope in scopes] == [True, False]
    assert Confinement().required
