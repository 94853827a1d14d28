import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from video_pipeline.care import workspace
from video_pipeline.errors import NoRoom

HOLD = """
import sys, time
from pathlib import Path
from video_pipeline.care import workspace
with workspace.claim(Path(sys.argv[1])) as folder:
    (folder / "upload").write_bytes(b"x")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_a_claimed_folder_is_empty_and_gone_afterwards(tmp_path: Path):
    with workspace.claim(tmp_path) as folder:
        assert [entry.name for entry in folder.iterdir()] == ["in-use"]
        (folder / "upload").write_bytes(b"x")

    assert not folder.exists()


def test_it_is_gone_after_an_error_too(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), workspace.claim(tmp_path) as folder:
        raise ZeroDivisionError

    assert not folder.exists()


def test_the_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(tmp_path: Path):
    with _holder(tmp_path) as (killed, killed_folder), _holder(tmp_path) as (_, living_folder):
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        assert killed_folder.exists()

        with workspace.claim(tmp_path):
            assert not killed_folder.exists()
            assert (living_folder / "upload").exists()


def test_an_auditor_sees_it_before_it_is_swept_and_changes_nothing(tmp_path: Path):
    with _holder(tmp_path) as (killed, killed_folder), _holder(tmp_path):
        assert workspace.abandoned(tmp_path) == []
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()

        assert workspace.abandoned(tmp_path) == workspace.abandoned(tmp_path) == [killed_folder]
        assert workspace.sweep(tmp_path) == [killed_folder]
        assert workspace.sweep(tmp_path) == []


def test_where_nobody_has_worked_there_is_nothing_to_sweep(tmp_path: Path):
    nowhere = tmp_path / "nowhere"

    assert (workspace.abandoned(nowhere), workspace.sweep(nowhere)) == ([], [])
    assert not nowhere.exists()


@contextmanager
def _holder(work_dir: Path):
    """A process that holds a folder until its standard input ends, and the folder."""
    command = [sys.executable, "-c", HOLD, str(work_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.communicate()  # ends its standard input


def test_a_full_disk_is_trouble_that_may_pass():
    with pytest.raises(NoRoom), workspace.with_room(), Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")


def test_other_trouble_with_files_is_not_taken_for_a_full_disk(tmp_path: Path):
    with pytest.raises(FileNotFoundError), workspace.with_room():
        (tmp_path / "missing").read_bytes()
