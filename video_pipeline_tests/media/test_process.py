import logging
import os
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil
import pytest

from video_pipeline import tether
from video_pipeline.errors import MediaRefused, MediaToolFailed
from video_pipeline.launcher import NOT_STARTED
from video_pipeline.media import process
from video_pipeline.media.ffmpeg import prefix
from video_pipeline.media.process import KEPT_STDERR_BYTES, Bounds, Finished, last_words, metered, run
from video_pipeline.media.progress import Progress
from video_pipeline.sandbox import landlock
from video_pipeline.types import Sandbox

BRIEF = Bounds(wall_seconds=30)
FREE = Bounds(wall_seconds=30, sandbox=Sandbox.OFF)  # for a shell that starts other programs
REQUIRED = Bounds(wall_seconds=30, sandbox=Sandbox.REQUIRED)
ENDLESS = [*prefix(log_level="error"), "-re", "-f", "lavfi", "-i", "testsrc2=size=64x64", "-f", "null", "-"]


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_an_exit_code_is_the_callers_to_read() -> None:
    ended = run(["sh", "-c", "echo no >&2; exit 3"], bounds=BRIEF)
    assert (ended.exit_code, ended.stderr_tail, ended.output) == (3, "no\n", None)
    assert ended.wall_seconds > 0


def test_standard_output_goes_through_its_reader() -> None:
    ended: Finished[int] = run(["seq", "100000"], bounds=BRIEF, read_stdout=lambda stdout: len(stdout.read()))
    assert ended.output == 588895


def test_a_flood_of_messages_is_kept_to_its_end() -> None:
    ended = run(["sh", "-c", "seq 1000000 >&2"], bounds=FREE)
    assert len(ended.stderr_tail) == KEPT_STDERR_BYTES
    assert ended.stderr_tail.endswith("\n1000000\n")


def test_all_of_a_flood_of_messages_can_be_listened_to() -> None:
    heard: list[int] = []
    run(["sh", "-c", "seq 1000000 >&2"], bounds=FREE, on_stderr=lambda chunk: heard.append(chunk.count(b"\n")))
    assert sum(heard) == 1_000_000


def test_past_its_time_a_program_that_ignores_sigterm_is_gone(tmp_path: Path) -> None:
    script = f"trap '' TERM; echo $$ > {tmp_path}/pid; sleep 60 & wait; sleep 60"
    with pytest.raises(MediaRefused) as refusal:
        run(["bash", "-c", script], bounds=Bounds(wall_seconds=0.5, sandbox=Sandbox.OFF))
    assert refusal.value.reason.code == "too_slow"
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_more_memory_than_allowed_refuses_the_file() -> None:
    with pytest.raises(MediaRefused) as refusal:
        run(python("bytearray(10**9)"), bounds=Bounds(wall_seconds=30, memory_bytes=512 * 1024**2))
    assert refusal.value.reason.code == "too_much_memory"


def test_the_same_without_a_limit_is_an_ordinary_failure() -> None:
    assert run(python("raise MemoryError"), bounds=BRIEF).exit_code == 1


def test_a_larger_file_than_allowed_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(MediaRefused) as refusal:
        run(
            python("open('big', 'wb').write(bytes(2_000_000))"),
            bounds=Bounds(wall_seconds=30, file_size_bytes=1_000_000),
            cwd=tmp_path,
        )
    assert refusal.value.reason.code == "too_much_output"


def test_a_full_disk_is_not_the_files_fault() -> None:
    with pytest.raises(MediaToolFailed, match="disk is full"):
        run(["sh", "-c", "cat /dev/zero > /dev/full"], bounds=FREE)


def test_a_killed_program_may_be_tried_again() -> None:
    with pytest.raises(MediaToolFailed, match="SIGKILL"):
        run(["sh", "-c", "kill -9 $$"], bounds=BRIEF)


def test_a_program_that_is_not_there_may_be_tried_again() -> None:
    with pytest.raises(MediaToolFailed, match="/nowhere/ffmpeg"):
        run(["/nowhere/ffmpeg"], bounds=BRIEF)


def test_an_error_of_the_reader_ends_the_program_and_is_raised() -> None:
    def refuse(_: IO[bytes]) -> None:
        raise ValueError("unreadable")

    with pytest.raises(ValueError, match="unreadable"):
        run(["sleep", "60"], bounds=BRIEF, read_stdout=refuse)


def test_progress_arrives_while_ffmpeg_works() -> None:
    class Enough(Exception):
        """The test has heard enough."""

    heard: list[Progress] = []

    def listen(progress: Progress) -> None:
        heard.append(progress)
        if len(heard) == 2:
            raise Enough

    others = psutil.Process().children()
    with pytest.raises(Enough):
        run(ENDLESS, bounds=BRIEF, on_progress=listen)
    assert heard[1].frames > heard[0].frames
    assert set(psutil.Process().children()) <= set(others)


@pytest.mark.parametrize(
    ("stderr", "words"),
    [
        ("Error opening x: No such file\n0 decode errors\nbye\n", "Error opening x: No such file"),
        ("Traceback\n  File\nValueError: no\n\n", "ValueError: no"),
        ("", "nothing"),
        ("title: \x1b[31mError\u202e\0 <b>\n\x07\n", "title: [31mError <b>"),
    ],
)
def test_last_words_are_those_about_an_error(stderr: str, words: str) -> None:
    assert last_words(stderr) == words


def test_the_program_runs_in_its_folder(tmp_path: Path) -> None:
    run(["touch", "here"], bounds=BRIEF, cwd=tmp_path)
    assert (tmp_path / "here").exists()


def read(path: Path, bounds: Bounds, *reads: Path) -> int:
    return run(python(f"open({str(path)!r})"), bounds=bounds, reads=reads).exit_code


@pytest.mark.parametrize("bounds", [BRIEF, REQUIRED], ids=["auto", "required"])
def test_it_reads_what_it_is_given_and_nothing_else(tmp_path: Path, bounds: Bounds) -> None:
    given, other = tmp_path / "given", tmp_path / "other"
    given.touch()
    other.touch()
    assert read(given, bounds, given) == 0
    assert read(other, bounds, given) == 1


def test_it_writes_into_its_folder_and_nowhere_else(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    given = tmp_path / "given"
    given.touch()
    script = "import tempfile; open('made', 'w'); tempfile.TemporaryFile(); open({!r}, 'a')"
    ended = run(python(script.format(str(given))), bounds=REQUIRED, reads=[given], cwd=own)
    assert "PermissionError" in ended.stderr_tail
    assert [path.name for path in own.iterdir()] == ["made"]


def test_it_may_be_given_files_by_their_relative_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("given").touch()
    assert read(tmp_path / "given", REQUIRED, Path("given")) == 0


def test_it_cannot_ask_for_a_socket() -> None:
    script = python("import socket; socket.socket()")
    assert "PermissionError" in run(script, bounds=BRIEF).stderr_tail
    assert run(script, bounds=FREE).exit_code == 0


def test_without_a_sandbox_it_reads_everything(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    assert read(tmp_path / "other", FREE) == 0


@pytest.fixture
def no_landlock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What we know of a kernel that does not offer it."""
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    process._lacking.cache_clear()
    yield
    process._lacking.cache_clear()


@pytest.mark.usefixtures("no_landlock")
def test_a_sandbox_that_is_required_and_not_there_keeps_everything_from_starting(tmp_path: Path) -> None:
    with pytest.raises(MediaToolFailed, match="does not offer Landlock"):
        run(["touch", "here"], bounds=REQUIRED, cwd=tmp_path)
    assert not (tmp_path / "here").exists()


@pytest.mark.usefixtures("no_landlock")
def test_a_sandbox_that_is_not_whole_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        assert run(["true"], bounds=BRIEF).exit_code == 0
    assert caplog.messages == ["Media processes are not confined by Landlock: the kernel does not offer it."]


def test_what_could_not_be_set_up_is_not_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tether, "_LAUNCHER", [sys.executable, "-c", f"exit('ffmpeg {NOT_STARTED}: no such call')"])
    with pytest.raises(MediaToolFailed, match="could not be started within its limits"):
        run(["true"], bounds=BRIEF)


def test_the_command_in_the_log_can_be_pasted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="video_pipeline.media.process"):
        run(["echo", "it's", "a b"], bounds=BRIEF)
    assert shlex.split(caplog.messages[0].removeprefix("run: ")) == ["echo", "it's", "a b"]


def test_seconds_of_all_processes_are_summed_up() -> None:
    with metered() as meter:
        first = run(["true"], bounds=BRIEF)
        second = run(["true"], bounds=BRIEF)
    assert meter.seconds == pytest.approx(first.wall_seconds + second.wall_seconds, abs=0.05)


def test_time_is_metered_of_what_failed_too() -> None:
    with metered() as meter, pytest.raises(MediaRefused):
        run(["sleep", "60"], bounds=Bounds(wall_seconds=0.2))
    assert meter.seconds >= 0.2


PARENT = """
import sys
from video_pipeline.media.process import Bounds, run
run({argv!r}, bounds=Bounds(wall_seconds=60), on_progress=lambda _: print("working", flush=True))
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_ffmpeg_does_not_outlive_its_worker(end: signal.Signals) -> None:
    command = python(PARENT.format(argv=ENDLESS))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"working\n"
        (child,) = psutil.Process(worker.pid).children()
        ffmpeg = os.pidfd_open(child.pid)
        worker.send_signal(end)
    ended, _, _ = select.select([ffmpeg], [], [], 10)
    os.close(ffmpeg)
    assert ended
