import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from video_pipeline import tether
from video_pipeline.sandbox.confinement import Confinement
from video_pipeline.tether import Limits

MIB = 1024**2
IS_ROOT = os.geteuid() == 0
#: Nobody but root may become somebody else.
USERS = [None, "nobody"] if IS_ROOT else [None]

#: A parent that starts a tethered program, says its process id, and stays until its standard input ends.
PARENT = """
import subprocess, sys
from video_pipeline import tether
user = sys.argv[1] or None
child = subprocess.Popen(tether.command(["sleep", "60"], user=user), stdin=subprocess.DEVNULL)
print(child.pid, flush=True)
sys.stdin.read()
"""

#: The same, with a script for the shell, which is asked to end instead of killed.
POLITE = """
import signal, subprocess, sys
from video_pipeline import tether
argv = tether.command(["sh", "-c", sys.argv[1]], death_signal=signal.SIGTERM)
child = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
print(child.pid, flush=True)
sys.stdin.read()
"""

#: As the first, but started by a thread that ends while its process lives on.
THREAD = """
import subprocess, sys, threading
from video_pipeline import tether
enough = threading.Event()
def start():
    global child
    child = subprocess.Popen(tether.command(["sleep", "60"]), stdin=subprocess.DEVNULL)
    print(child.pid, flush=True)
    enough.wait()
thread = threading.Thread(target=start)
thread.start()
sys.stdin.readline()
enough.set()
thread.join()
print(child.wait(timeout=20), flush=True)
"""


def run(*argv: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(tether.command(argv, **options), capture_output=True, text=True, check=False)


def python(code: str, **limits: int) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-c", code, limits=Limits(**limits))


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"It did not come about in {seconds} s."
        time.sleep(0.01)


def has_become(process: psutil.Process, name: str) -> bool:
    """Whether the tether's interpreter has been replaced by the program."""
    return process.name() == name


def is_over(process: psutil.Process) -> bool:
    """Whether the process has ended, reaped or not: who inherits an orphan need not be quick to reap it."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def parent(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def child_of(started: subprocess.Popen[str]) -> psutil.Process:
    assert started.stdout
    child = psutil.Process(int(started.stdout.readline()))
    wait_until(lambda: has_become(child, "sleep"))
    return child


@pytest.mark.parametrize("user", USERS)
def test_a_program_dies_with_the_process_that_started_it(user: str | None):
    with parent(PARENT, user or "") as started:
        child = child_of(started)
        started.send_signal(signal.SIGKILL)

    wait_until(lambda: is_over(child))


def test_a_program_dies_with_the_thread_that_started_it():
    with parent(THREAD) as started:
        child_of(started)
        assert started.stdin
        assert started.stdout
        started.stdin.write("\n")
        started.stdin.flush()

        assert int(started.stdout.readline()) == -signal.SIGKILL


def test_a_program_gets_the_death_signal_that_was_chosen(tmp_path: Path):
    word = tmp_path / "word"
    trap = f"trap 'echo asked > {word}; exit' TERM; echo ready > {word}; while :; do sleep 0.02; done"
    with parent(POLITE, trap) as started:
        assert started.stdout
        child = psutil.Process(int(started.stdout.readline()))
        wait_until(lambda: word.exists() and word.read_text() == "ready\n")
        started.send_signal(signal.SIGKILL)

    wait_until(lambda: is_over(child))
    assert word.read_text() == "asked\n"


def test_a_program_whose_parent_died_before_the_tie_never_starts(tmp_path: Path):
    marker = tmp_path / "ran"
    command = tether.command(["touch", str(marker)])

    # The shell stands for whoever inherits an orphan: it is not the process that the command was made for.
    inherited = subprocess.run(["sh", "-c", '"$@"; exit $?', "sh", *command], check=False)

    assert inherited.returncode == 128 + signal.SIGKILL
    assert not marker.exists()


@pytest.mark.parametrize("code", [0, 7])
def test_the_exit_code_is_the_programs(code: int):
    assert run("sh", "-c", f"exit {code}").returncode == code


def test_a_signal_that_ends_the_program_is_seen():
    assert run("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM])
def test_a_program_heeds_signals_that_we_ignore(number: signal.Signals):
    before = signal.signal(number, signal.SIG_IGN)
    try:
        ended = run("sh", "-c", f"kill -{int(number)} $$")
    finally:
        signal.signal(number, before)

    assert ended.returncode == -number


def test_the_program_takes_the_place_of_the_tether():
    with subprocess.Popen(tether.command(["sh", "-c", "echo $$"]), stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout
        assert int(started.stdout.read()) == started.pid


def test_words_that_look_like_options_reach_the_program():
    assert run("printf", "%s|", "--user", "-c", "two words", "").stdout == "--user|-c|two words||"


def test_a_program_that_asks_for_too_much_memory_does_not_get_it():
    ended = python(f"bytearray({256 * MIB})", address_space_bytes=128 * MIB)

    assert ended.returncode == 1
    assert "MemoryError" in ended.stderr


def test_a_program_that_computes_for_too_long_is_ended():
    assert python("while True: pass", cpu_seconds=1).returncode in {-signal.SIGXCPU, -signal.SIGKILL}


def test_a_program_cannot_write_a_file_that_is_too_large(tmp_path: Path):
    path = tmp_path / "large"
    ended = run("sh", "-c", f"head -c 4096 /dev/zero > {path}", limits=Limits(file_size_bytes=1024))

    assert "File too large" in ended.stderr
    assert path.stat().st_size == 1024


def test_a_program_cannot_open_more_files_than_it_may():
    ended = python("files = [open('/dev/null') for _ in range(64)]", open_files=32)

    assert "Too many open files" in ended.stderr


PRINT_LIMITS = """
import resource
for kind in resource.RLIMIT_AS, resource.RLIMIT_NOFILE:
    print(*resource.getrlimit(kind))
"""


def test_limits_that_are_not_given_stay_as_they_are():
    ours = [resource.getrlimit(kind) for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE)]

    assert python(PRINT_LIMITS).stdout == "".join(f"{soft} {hard}\n" for soft, hard in ours)


def test_a_limit_beyond_what_is_allowed_is_what_is_allowed():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)

    assert python(PRINT_LIMITS, open_files=most + 1).stdout.splitlines()[1] == f"{most} {most}"


def test_no_program_leaves_a_core_dump():
    assert run("sh", "-c", "ulimit -c; ulimit -H -c").stdout.split() == ["0", "0"]


def test_a_program_can_be_confined_whoever_it_runs_as(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("words\n")
    script, shell = f'read -r word < {file}; echo "$word"', shutil.which("sh") or "sh"
    outside = Confinement(runs=(Path(shell), Path("/lib"), Path("/lib64"), Path("/usr/lib")))

    assert run("sh", "-c", script).stdout == "words\n"
    assert run("sh", "-c", script, confinement=replace(outside, reads=(file,))).stdout == "words\n"
    for user in USERS:
        assert "Permission denied" in run("sh", "-c", script, confinement=outside, user=user).stderr


def test_a_program_runs_as_the_user_that_was_asked_for_or_not_at_all():
    command = tether.command(["sh", "-c", "id -u; id -G; echo $HOME"], user="nobody")
    foreign_groups = [4242] if IS_ROOT else None  # which must not be handed down
    ended = subprocess.run(command, capture_output=True, text=True, check=False, extra_groups=foreign_groups)

    nobody = pwd.getpwnam("nobody")
    groups = " ".join(map(str, os.getgrouplist("nobody", nobody.pw_gid)))
    assert ended.stdout.splitlines() == ([str(nobody.pw_uid), groups, nobody.pw_dir] if IS_ROOT else [])
    assert (ended.returncode == 0) is IS_ROOT
