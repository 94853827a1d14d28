from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from video_pipeline import tether
from video_pipeline.errors import PartFailed
from video_pipeline.local import account


def test_the_system_user_can_write_to_a_folder_below_closed_ones(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    folder = closed / "deep" / "own"
    folder.mkdir(parents=True)
    for path in (closed, closed / "deep", folder):
        path.chmod(0o700)
    account.own(folder)
    subprocess.run(tether.command(["touch", str(folder / "file")], user=account.user()), check=True, cwd="/")
    assert (folder / "file").exists()


def test_nobody_can_see_more_of_the_folders_above_than_before(tmp_path: Path) -> None:
    folder = tmp_path / "closed" / "own"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o700)
    account.own(folder)
    assert folder.parent.stat().st_mode & (stat.S_IRWXG | stat.S_IROTH | stat.S_IWOTH) == 0


def test_folders_that_are_open_enough_are_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o751)
    account.open_the_way(tmp_path / "file")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o751


def test_it_is_told_why_there_is_no_such_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "useradd"
    program.write_text("#!/bin/sh\necho 'useradd: cannot open /etc/passwd' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(account, "USER", "nobody-has-this-name")
    monkeypatch.setattr(account, "_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(PartFailed, match=r"nobody-has-this-name could not be made: useradd: cannot open /etc/passwd"):
        account.own(tmp_path)


def test_a_link_to_somewhere_else_is_not_taken_for_our_folder(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PartFailed, match="belongs to somebody else"):
        account.own(tmp_path / "link")
