"""Uploads as the API has them: announced, signed, listed, completed, given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from video_pipeline.client.answers import Arrived, Begun, Completed, Duplicate, Signed, StoredPart, read
from video_pipeline.client.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A file that is to be sent, and what people say of it."""

    filename: str
    size_bytes: int
    mime_type: str
    checksum_sha256: str | None = None
    title: str | None = None
    description: str | None = None
    recorded_at: datetime | None = None
    camera_id: UUID | None = None
    category_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Uploads:
    """The verbs of an upload. Bytes go to the addresses that these give."""

    connection: Connection

    def begin(self, file: NewFile) -> Begun | Duplicate:
        """Announce a file.

        With its checksum this may be asked again: the second time, the first upload is what is there already.

        Raises:
            ApiProblem: the file may not be sent, or the quota is used up.
        """
        told = self.connection.ask(
            "POST", "/api/uploads", body=_json(file), repeatable=file.checksum_sha256 is not None
        )
        return read(Duplicate, told) if told.get("duplicate") else read(Begun, told)

    def sign(self, video_id: UUID, numbers: Sequence[int]) -> Signed:
        """Addresses for parts, as often as one likes; at most 1000 at once."""
        told = self.connection.ask(
            "POST", f"/api/uploads/{video_id}/parts", body={"numbers": list(numbers)}, repeatable=True
        )
        return read(Signed, told)

    def parts(self, video_id: UUID) -> Arrived:
        """What has arrived.

        Raises:
            ApiProblem: there is no such upload of the caller's (404), or it has ended (409).
        """
        return read(Arrived, self.connection.ask("GET", f"/api/uploads/{video_id}/parts"))

    def complete(self, video_id: UUID, parts: Sequence[StoredPart]) -> Completed:
        """Say that everything has been sent; asking again is the same as asking once."""
        listed = [{"number": part.number, "etag": part.etag} for part in parts]
        told = self.connection.ask("POST", f"/api/uploads/{video_id}/complete", body={"parts": listed}, repeatable=True)
        return read(Completed, told)

    def abort(self, video_id: UUID) -> None:
        """Give an upload up; its bytes go back to the quota."""
        self.connection.ask("DELETE", f"/api/uploads/{video_id}")


def _json(file: NewFile) -> dict[str, Any]:
    told = {name: value for name, value in asdict(file).items() if value is not None}
    for name in ("camera_id", "category_id", "recorded_at"):
        if name in told:
            told[name] = told[name].isoformat() if isinstance(told[name], datetime) else str(told[name])
    return told
