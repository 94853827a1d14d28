"""The folder a run works in: it is there while the run is, and nothing of it survives.

A folder is held by a lock on a file inside it. The kernel drops the lock with the process, however that ends, so a
folder whose lock is free belongs to nobody: whoever claims the next folder sweeps it away, and so does every child of
a worker when it begins, one in a killed one's place among them.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from video_pipeline.errors import NoRoom

_LOCK = "in-use"
_CLAIMS = "claims"
_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def claim(work_dir: Path) -> Iterator[Path]:
    """A new, empty folder under `work_dir`, removed at the end; folders of dead owners are removed at the start."""
    work_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(work_dir / _CLAIMS):
        _sweep(work_dir)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=work_dir))
        descriptor = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


@contextmanager
def with_room() -> Iterator[None]:
    """Turn a full disk into an error that may pass: other runs come to their ends and remove what they made.

    Raises:
        NoRoom: the disk is full, or all of it that the user may have.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise NoRoom("There is no room left on the disk of WORK_DIR. Make some, or name another folder.") from error


def abandoned(work_dir: Path) -> list[Path]:
    """The folders under `work_dir` whose owner is gone; nothing is changed, not even by looking."""
    claims = work_dir / _CLAIMS
    if not claims.exists():
        return []
    with _locked(claims, "rb"):
        return _abandoned(work_dir)


def sweep(work_dir: Path) -> list[Path]:
    """Remove the folders under `work_dir` whose owner is gone, and tell which they were."""
    if not work_dir.is_dir():
        return []
    with _locked(work_dir / _CLAIMS):
        return _sweep(work_dir)


def _sweep(work_dir: Path) -> list[Path]:
    gone = _abandoned(work_dir)
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return gone


def _abandoned(work_dir: Path) -> list[Path]:
    return [folder for folder in sorted(work_dir.glob("run-*")) if not _is_held(folder / _LOCK)]


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


@contextmanager
def _locked(path: Path, mode: str = "ab") -> Iterator[None]:
    """Hold `path`, so that nobody who looks meets a folder that exists but is not locked yet."""
    with path.open(mode) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
