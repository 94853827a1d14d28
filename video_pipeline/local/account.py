"""The system user that PostgreSQL runs as where we are root, for it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import time
from pathlib import Path

from video_pipeline.errors import PartFailed

USER = "video-pipeline"

_PATIENCE_SECONDS = 10.0


def user() -> str | None:
    """The system user for programs that do not run as root; None where we are not root and none is needed."""
    return USER if os.geteuid() == 0 else None


def own(folder: Path) -> None:
    """Give a folder of ours to the user, and let the user reach it; nothing is done where we are not root.

    Raises:
        PartFailed: the folder is somebody else's, or there is no such user and none can be made.
    """
    found = folder.lstat()
    if os.geteuid() == 0:
        account = _ensure_exists()
        if found.st_uid in (0, account.pw_uid) and stat.S_ISDIR(found.st_mode):
            os.chown(folder, account.pw_uid, account.pw_gid)
            open_the_way(folder)
            return
    elif found.st_uid == os.geteuid() and stat.S_ISDIR(found.st_mode):
        return
    raise PartFailed(f"{folder} belongs to somebody else. Remove it, or name another data folder.")


def open_the_way(path: Path) -> None:
    """Let every user pass through the folders above `path`, without letting them see what is in them."""
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _ensure_exists() -> pwd.struct_passwd:
    account = _find()
    if account is not None:
        return account
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    return _await_account(made.stderr)


def _await_account(complaint: str) -> pwd.struct_passwd:
    """Another stack that starts now may be making the same user, and ours was refused for it."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (account := _find()) is None:
        if time.monotonic() > deadline:
            raise PartFailed(f"PostgreSQL needs a system user, and {USER} could not be made: {complaint.strip()}")
        time.sleep(0.1)
    return account


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        return None
