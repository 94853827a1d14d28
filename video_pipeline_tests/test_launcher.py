import signal
import subprocess
import sys
from pathlib import Path

import pytest

from video_pipeline import launcher, tether
from video_pipeline.sandbox.confinement import Confinement

#: What the launcher may import: with re, enum, dataclasses and argparse it takes twice as long.
LIGHT = 80
HEAVY = {
    "argparse",
    "contextlib",
    "dataclasses",
    "enum",
    "functools",
    "pathlib",
    "re",
    "signal",
    "subprocess",
    "typing",
}


def launch(*words: str) -> subprocess.CompletedProcess[str]:
    bare = tether.command(["true"])
    return subprocess.run([*bare[: bare.index("--")], *words], capture_output=True, text=True, check=False)


def test_it_starts_a_program_with_its_words() -> None:
    assert launch("--", "printf", "%s|", "--parent", "--", "two words").stdout == "--parent|--|two words|"


def test_options_come_in_pairs_and_more_than_once() -> None:
    options, program = launcher._read(["--cpu", "3", "--may-read", "/a", "--may-read", "-b", "--", "x", "--cpu"])
    assert options == {"--cpu": ["3"], "--may-read": ["/a", "-b"]}
    assert program == ["x", "--cpu"]


def test_an_option_without_a_value_starts_nothing() -> None:
    assert launch("--cpu", "--", "echo", "started").stdout == ""


def test_what_cannot_be_started_is_said() -> None:
    ended = launch("--", "/nowhere/ffmpeg")
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"/nowhere/ffmpeg {launcher.NOT_STARTED}: [Errno 2]")


def test_it_imports_next_to_nothing() -> None:
    code = "; ".join([tether._LAUNCHER[-1].rpartition("; ")[0], "print(*sys.modules, sep='\\n')"])
    modules = subprocess.run([*tether._LAUNCHER[:-1], code], capture_output=True, text=True, check=True).stdout.split()
    assert "video_pipeline.sandbox.landlock" in modules
    assert set(modules) & HEAVY == set()
    assert len(modules) < LIGHT


def test_the_standard_library_comes_before_our_modules_of_the_same_names() -> None:
    code = tether._LAUNCHER[-1].rpartition("; ")[0] + "; import types; print(types.__file__)"
    found = subprocess.run([*tether._LAUNCHER[:-1], code], capture_output=True, text=True, check=True).stdout
    assert "video_pipeline" not in found


#: Takes Landlock away, as old kernels and strict containers do, and becomes the program it is given.
WITHOUT_LANDLOCK = """
import os, sys
from video_pipeline.sandbox import seccomp
seccomp.REFUSED = {"landlock_create_ruleset": (444, 444)}
seccomp.confine()
os.execv(sys.argv[1], sys.argv[1:])
"""
ESCAPE = """
import socket
for attempt in lambda: open("/etc/passwd"), socket.socket:
    try:
        attempt()
    except PermissionError:
        print("refused")
    else:
        print("done")
"""


def escape(*, required: bool, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    lib = tuple(
        Path(prefix) for prefix in (sys.prefix, sys.base_prefix, "/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache")
    )
    confinement = Confinement(runs=lib, required=required)
    command = tether.command([sys.executable, "-I", "-c", ESCAPE], confinement=confinement)
    return subprocess.run([*before, *command], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("required", [True, False])
def test_a_program_is_confined(required: bool) -> None:
    assert escape(required=required).stdout.split() == ["refused", "refused"]


def test_as_far_as_the_kernel_can() -> None:
    ended = escape(required=False, before=(sys.executable, "-c", WITHOUT_LANDLOCK))
    assert ended.stdout.split() == ["done", "refused"]


def test_or_not_at_all() -> None:
    ended = escape(required=True, before=(sys.executable, "-c", WITHOUT_LANDLOCK))
    assert ended.stdout == ""
    assert launcher.NOT_STARTED in ended.stderr
    assert ended.returncode != -signal.SIGKILL
