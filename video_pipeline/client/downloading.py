"""Files on their way from a server: whole or not at all under their names, and from where they broke off."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

from video_pipeline.client.answers import Link
from video_pipeline.client.api import Client
from video_pipeline.client.progress import Progress, Silent, Step
from video_pipeline.errors import DownloadDamaged, NotFound

READ_BYTES = 1024**2
SILENCE_SECONDS = 60.0
#: What no file system takes, or what a shell would stumble over.
_UNWANTED = frozenset('/\\:*?"<>|')


class Rendering(StrEnum):
    """What of a video can be saved."""

    ORIGINAL = "original"
    WEB = "web"
    PROXY = "proxy"
    POSTER = "poster"
    STORYBOARD = "storyboard"
    STORYBOARD_INDEX = "storyboard_index"

    @property
    def suffix(self) -> str:
        """The extension that its file has; an original has its own."""
        return _SUFFIXES.get(self, "")


_SUFFIXES = {
    Rendering.WEB: ".mp4",
    Rendering.PROXY: ".mp4",
    Rendering.POSTER: ".jpg",
    Rendering.STORYBOARD: ".jpg",
    Rendering.STORYBOARD_INDEX: ".vtt",
}


def plain_name(filename: str) -> str:
    """A stranger's file name as one for this machine: no folder, no control character, nothing hidden, no option."""
    seen = "".join("_" if letter in _UNWANTED or not letter.isprintable() else letter for letter in filename)
    return seen.lstrip(".- ") or "video"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is saved, where it grows, and what it must be in the end."""

    video_id: UUID
    kind: Rendering
    sha256: str
    part: Path


class Downloader:
    """Saves renderings of videos."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def save(self, video_id: UUID, kind: Rendering, target: Path, progress: Progress | None = None) -> None:
        """Save a rendering of a video to `target`, going on where an earlier attempt broke off.

        Raises:
            ApiProblem, NotFound: there is no such video or rendering, or not yet.
            DownloadDamaged: what came is not what the catalog has; nothing of it is kept.
            ServerUnreachable: the connection broke again and again; what came is kept for the next attempt.
        """
        sha256 = self._sha256(video_id, kind)
        part = target.with_name(f".{target.name}.{sha256[:16]}.part")  # what grows there is of these bytes or wrong
        wanted = _Wanted(video_id, kind, sha256, part)
        self._client.connection.patience.persist(lambda: self._fetch(wanted, progress or Silent()))
        self._check(wanted)
        part.replace(target)

    def _sha256(self, video_id: UUID, kind: Rendering) -> str:
        if kind is Rendering.ORIGINAL:
            known = self._client.videos.get(video_id).checksum_sha256
        else:
            made = {str(artifact.kind): artifact.sha256 for artifact in self._client.videos.artifacts(video_id)}
            known = made.get(kind)
        if known is None:
            raise NotFound(f"There is no {kind.replace('_', ' ')} of this video, or not yet.")
        return known

    def _fetch(self, wanted: _Wanted, shown: Progress) -> None:
        """Get what is missing, as far as the connection holds."""
        link = self._client.videos.download_link(wanted.video_id, wanted.kind)
        there = wanted.part.stat().st_size if wanted.part.exists() else 0
        shown.step(Step.DOWNLOAD, total_bytes=link.size_bytes, done_bytes=there)
        if there < link.size_bytes:
            self._append(wanted, link, there, shown)

    def _append(self, wanted: _Wanted, link: Link, there: int, shown: Progress) -> None:
        # The API's ETag of media is their SHA-256. A bucket that delivers has another, and then begins anew.
        more = {"Range": f"bytes={there}-", "If-Range": f'"{wanted.sha256}"'} if there else {}
        headers = {"Accept-Encoding": "identity", **more}
        connection = self._client.connection
        with connection.open(link.url, headers=headers, read_seconds=SILENCE_SECONDS, anonymous=True) as response:
            goes_on = response.status_code == HTTPStatus.PARTIAL_CONTENT
            shown.advance(0 if goes_on else -there)
            with wanted.part.open("ab" if goes_on else "wb") as file:
                for chunk in response.iter_bytes(READ_BYTES):
                    file.write(chunk)
                    shown.advance(len(chunk))

    def _check(self, wanted: _Wanted) -> None:
        with wanted.part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != wanted.sha256:
            wanted.part.unlink()
            raise DownloadDamaged(f"What came of the {wanted.kind} is not what the catalog has. Download it again.")
