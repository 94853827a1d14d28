"""Uploads that have begun and not ended, remembered on disk so that another process can go on with them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self
from uuid import UUID

from video_pipeline.client.logins import write_privately


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when it was looked at: another size or another time is another file."""

    path: Path
    size_bytes: int
    mtime_ns: int

    @classmethod
    def at(cls, path: Path) -> Self:
        """The file at `path`, as it is now."""
        found = path.stat()
        return cls(path.absolute(), found.st_size, found.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An upload under way: what is sent, as which video, and in which pieces."""

    source: SourceFile
    sha256: str
    video_id: UUID
    part_size: int
    part_count: int


@dataclass(frozen=True, slots=True)
class Memory:
    """What this user's programs remember of uploads to one server; a file for each source."""

    folder: Path
    server: str

    def recall(self, path: Path) -> Unfinished | None:
        """The upload under way of the file at `path`, whatever has become of the file since."""
        try:
            told = json.loads(self._file(path).read_text())
        except FileNotFoundError:
            return None
        source = SourceFile(Path(told["path"]), told["size_bytes"], told["mtime_ns"])
        return Unfinished(source, told["sha256"], UUID(told["video_id"]), told["part_size"], told["part_count"])

    def remember(self, upload: Unfinished) -> None:
        """Write an upload down, before its first byte is sent."""
        source = asdict(upload.source) | {"path": str(upload.source.path)}
        told = {
            "server": self.server,
            "sha256": upload.sha256,
            "video_id": str(upload.video_id),
            "part_size": upload.part_size,
            "part_count": upload.part_count,
        }
        write_privately(self._file(upload.source.path), source | told)

    def forget(self, path: Path) -> None:
        """The upload of this file has ended."""
        self._file(path).unlink(missing_ok=True)

    def _file(self, path: Path) -> Path:
        name = hashlib.sha256(f"{self.server}\n{path.absolute()}".encode(errors="surrogateescape")).hexdigest()
        return self.folder / f"{name[:32]}.json"
