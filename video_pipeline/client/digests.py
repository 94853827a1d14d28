"""Digests of files, read as often as needed and never held whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

from video_pipeline.client.progress import Progress

READ_BYTES = 1024**2


def sha256_of(path: Path, progress: Progress) -> str:
    """SHA-256 of a file, in hex; `progress` is told of the bytes."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(READ_BYTES):
            digest.update(chunk)
            progress.advance(len(chunk))
    return digest.hexdigest()
