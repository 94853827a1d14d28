import os
import select
import subprocess
import time
from pathlib import Path
from typing import IO

import psutil
import pytest

from video_pipeline.errors import MediaToolFailed
from video_pipeline.media.child import Tail, started


def soon() -> float:
    return time.monotonic() + 30


def ignore(_: bytes) -> None:
    """Nobody listens."""


def test_a_tail_keeps_the_end() -> None:
    tail = Tail(size=4)
    for chunk in (b"abc", b"defg", b"h"):
        tail.feed(chunk)
    assert tail.text == "efgh"


def test_a_tail_is_readable_whatever_it_was() -> None:
    tail = Tail(size=10)
    tail.feed(b"\xff\x00")
    assert tail.text == "\ufffd\x00"


def test_the_program_reports_on_the_descriptor_it_was_given() -> None:
    heard: list[bytes] = []
    with started(lambda fd: ["bash", "-c", f"echo hello >&{fd}"], cwd=None, capture_stdout=False) as child:
        assert child.follow(stderr=ignore, reports=heard.append, deadline=soon())
    assert b"".join(heard) == b"hello\n"


def test_the_program_leads_a_session_of_its_own_and_has_no_input() -> None:
    def session(stdout: IO[bytes]) -> bytes:
        return stdout.read()

    script = "cat; cut -d' ' -f6 /proc/$$/stat; echo $$"
    with started(lambda _: ["sh", "-c", script], cwd=None, capture_stdout=True) as child:
        leader, own = child.read(session).split()
        assert child.follow(stderr=ignore, reports=ignore, deadline=soon())
    assert leader == own
    assert int(own) != os.getsid(0)


def test_leaving_the_block_ends_what_the_program_started_too() -> None:
    with started(lambda _: ["sh", "-c", "sleep 60 & echo $!; wait"], cwd=None, capture_stdout=True) as child:
        grandchild = os.pidfd_open(int(child.read(lambda stdout: stdout.readline())))
    ended, _, _ = select.select([grandchild], [], [], 10)
    os.close(grandchild)
    assert ended


def test_a_program_that_goes_on_past_its_deadline_is_told() -> None:
    with started(lambda _: ["sleep", "60"], cwd=None, capture_stdout=False) as child:
        assert not child.follow(stderr=ignore, reports=ignore, deadline=time.monotonic() + 0.1)


def test_a_silent_program_that_closed_its_pipes_is_still_watched() -> None:
    with started(
        lambda fd: ["bash", "-c", f"exec 2>&- {fd}>&-; exec sleep 60"], cwd=None, capture_stdout=False
    ) as child:
        assert not child.follow(stderr=ignore, reports=ignore, deadline=time.monotonic() + 0.5)


def test_it_runs_in_the_folder_it_is_given(tmp_path: Path) -> None:
    with started(lambda _: ["pwd"], cwd=tmp_path, capture_stdout=True) as child:
        assert child.read(lambda stdout: stdout.read()).decode().strip() == str(tmp_path)


def test_it_does_not_inherit_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    with started(lambda _: ["env"], cwd=None, capture_stdout=True) as child:
        environment = child.read(lambda stdout: stdout.read())
    assert b"hush" not in environment
    assert b"PATH=" in environment


def test_temporary_files_lie_in_its_folder_or_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/everybodys")
    for folder, told in ((tmp_path, f"{tmp_path}\n"), (None, "\n")):
        with started(lambda _: ["sh", "-c", "echo $TMPDIR"], cwd=folder, capture_stdout=True) as child:
            assert child.read(lambda stdout: stdout.read()).decode() == told


def test_what_cannot_be_started_is_the_tools_failure() -> None:
    with (
        pytest.raises(MediaToolFailed, match="could not be started"),
        started(lambda _: ["/nowhere/ffmpeg"], cwd=None, capture_stdout=False),
    ):
        pytest.fail("it started")


def test_standard_output_that_goes_nowhere_cannot_be_read() -> None:
    with started(lambda _: ["true"], cwd=None, capture_stdout=False) as child:
        assert child.process.args == ["true"]
        with pytest.raises(MediaToolFailed):
            child.read(lambda stdout: stdout.read())


def test_nothing_is_left_open(tmp_path: Path) -> None:
    before = psutil.Process().num_fds()
    with started(lambda _: ["true"], cwd=None, capture_stdout=True) as child:
        child.read(lambda stdout: stdout.read())
        child.follow(stderr=ignore, reports=ignore, deadline=soon())
    assert psutil.Process().num_fds() == before
    assert isinstance(child.process, subprocess.Popen)
