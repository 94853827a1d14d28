"""Files on their way to a server: in parallel parts, and from where they broke off."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

from video_pipeline.client.answers import Arrived, Begun, Completed, Put, StoredPart
from video_pipeline.client.api import Client
from video_pipeline.client.connection import http
from video_pipeline.client.digests import sha256_of
from video_pipeline.client.logins import state_folder
from video_pipeline.client.problems import ApiProblem
from video_pipeline.client.progress import Progress, Silent, Step
from video_pipeline.client.sending import Addresses, Sender
from video_pipeline.client.unfinished import Memory, SourceFile, Unfinished
from video_pipeline.client.uploads import NewFile
from video_pipeline.errors import Conflict, FileChanged
from video_pipeline.types import VideoStatus

PARALLEL = 4
#: What systems' tables of media types do not know, or call otherwise than the API does.
TYPES = {".mkv": "video/matroska", ".m4v": "video/mp4", ".avi": "video/x-msvideo", ".3gp": "video/3gpp"}
ENDED = {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST}


@dataclass(frozen=True, slots=True)
class Description:
    """What people say of a video."""

    title: str | None = None
    description: str | None = None
    recorded_at: datetime | None = None
    camera_id: UUID | None = None
    category_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The video that a file is by now; not a new one where the server had the same bytes already."""

    video_id: UUID
    status: VideoStatus
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class _Transfer:
    """An upload under way, what of it has arrived, and the addresses that came with it."""

    upload: Unfinished
    arrived: Sequence[StoredPart] = ()
    urls: Mapping[int, str] = field(default_factory=dict)
    put: Put | None = None


class Uploader:
    """Sends files to one server. Threads may share it, each with a file of its own."""

    def __init__(self, client: Client, *, parallel: int = PARALLEL, memory: Memory | None = None) -> None:
        """Send `parallel` parts of a file at once, and remember in `memory` what has begun."""
        self._client = client
        self._parallel = parallel
        self._memory = memory or Memory(state_folder() / "uploads", client.address)

    def upload(self, path: Path, described: Description = Description(), progress: Progress | None = None) -> Uploaded:
        """Send a file, or what is missing of it where an earlier process has begun.

        Raises:
            ApiProblem: the server does not want it.
            ServerUnreachable: the server or its store does not answer; the same call goes on later.
            FileChanged: the file changed while it was read; the server keeps nothing of it.
        """
        shown = progress or Silent()
        source = SourceFile.at(path)
        found = self._resumed(source) or self._begun(source, described, shown)
        if isinstance(found, Uploaded):
            return found
        try:
            parts = self._sent(found, shown)
        except ApiProblem as problem:
            elsewhere = self._completed_elsewhere(found.upload, problem)
            if elsewhere is None:
                raise
            return elsewhere
        self._check_unchanged(found.upload)
        shown.step(Step.COMPLETION, total_bytes=source.size_bytes, done_bytes=source.size_bytes)
        completed = self._client.uploads.complete(found.upload.video_id, parts)
        self._memory.forget(source.path)
        return Uploaded(completed.video_id, completed.status)

    def _resumed(self, source: SourceFile) -> _Transfer | Uploaded | None:
        """The upload that an earlier process has begun with this file, as it is now."""
        upload = self._memory.recall(source.path)
        if upload is None:
            return None
        if upload.source != source:
            self._give_up(upload)
            return None
        there = self._there(upload.video_id)
        if isinstance(there, Arrived):
            return _Transfer(upload, there.parts)
        self._memory.forget(source.path)
        return Uploaded(there.video_id, there.status) if there else None

    def _there(self, video_id: UUID) -> Arrived | Completed | None:
        """What the server has got of an upload; None where it has ended without becoming a video."""
        try:
            return self._client.uploads.parts(video_id)
        except ApiProblem as problem:
            if problem.status not in ENDED:
                raise
        try:
            return self._client.uploads.complete(video_id, [])  # whoever completed it may have died before saying so
        except ApiProblem as problem:
            if problem.status not in ENDED:
                raise
            return None

    def _completed_elsewhere(self, upload: Unfinished, problem: ApiProblem) -> Uploaded | None:
        """The video that the upload became while it was sent here: somebody else goes on with it, too."""
        there = self._there(upload.video_id) if problem.status in ENDED else None
        if not isinstance(there, Completed):
            return None
        self._memory.forget(upload.source.path)
        return Uploaded(there.video_id, there.status, is_new=False)

    def _begun(self, source: SourceFile, described: Description, shown: Progress) -> _Transfer | Uploaded:
        shown.step(Step.CHECKSUM, total_bytes=source.size_bytes)
        sha256 = sha256_of(source.path, shown)
        if SourceFile.at(source.path) != source:
            raise FileChanged(f"{source.path.name} changed while it was read. Upload it when it is finished.")
        answer = self._client.uploads.begin(_announced(source, sha256, described))
        if isinstance(answer, Begun):
            upload = Unfinished(source, sha256, answer.video_id, answer.part_size, answer.part_count)
            transfer = _Transfer(upload, urls={part.number: part.url for part in answer.parts}, put=answer.put)
        elif answer.status is not VideoStatus.UPLOADING:
            return Uploaded(answer.video_id, answer.status, is_new=False)
        else:
            there = self._there(answer.video_id)
            if isinstance(there, Completed):
                return Uploaded(there.video_id, there.status, is_new=False)
            if there is None:
                raise Conflict("Another upload of the same file has ended just now. Try again.")
            upload = Unfinished(source, sha256, answer.video_id, there.part_size, there.part_count)
            transfer = _Transfer(upload, there.parts)
        self._memory.remember(transfer.upload)
        return transfer

    def _sent(self, transfer: _Transfer, shown: Progress) -> list[StoredPart]:
        """Send what has not arrived; gives all parts in order, none where the file is sent as one."""
        upload = transfer.upload
        whole = {part.number: part for part in transfer.arrived if part.size_bytes == _size(upload, part.number)}
        pending = [number for number in range(1, upload.part_count + 1) if number not in whole]
        done = sum(part.size_bytes for part in whole.values())
        shown.step(Step.UPLOAD, total_bytes=upload.source.size_bytes, done_bytes=done)
        with self._sender(upload, shown) as sender:
            if upload.part_count == 1:
                sender.send(0, upload.source.size_bytes, lambda refused: self._put(transfer, refused))
                return []
            addresses = Addresses(lambda numbers: self._signed(upload, numbers), pending, transfer.urls)
            sent = self._sent_parts(upload, sender, addresses, pending)
        return sorted([*whole.values(), *sent], key=lambda part: part.number)

    @contextmanager
    def _sender(self, upload: Unfinished, shown: Progress) -> Iterator[Sender]:
        with http(connections=self._parallel) as wire, upload.source.path.open("rb", buffering=0) as file:
            yield Sender(wire, file.fileno(), shown, self._client.connection.patience)

    def _sent_parts(
        self, upload: Unfinished, sender: Sender, addresses: Addresses, pending: Sequence[int]
    ) -> list[StoredPart]:
        def send(number: int) -> StoredPart:
            size = _size(upload, number)
            offset = (number - 1) * upload.part_size
            answer = sender.send(offset, size, lambda refused: addresses.of(number, refused))
            return StoredPart(number, answer.headers["ETag"].strip('"'), size)

        with ThreadPoolExecutor(self._parallel) as pool:
            return _all(sender, [pool.submit(send, number) for number in pending])

    def _put(self, transfer: _Transfer, refused: str | None) -> Put:
        if transfer.put is not None and transfer.put.url != refused:
            return transfer.put
        put = self._client.uploads.sign(transfer.upload.video_id, [1]).put
        if put is None:
            raise Conflict("The server wants the file in parts by now. Try again.")
        return put

    def _signed(self, upload: Unfinished, numbers: Sequence[int]) -> dict[int, str]:
        signed = self._client.uploads.sign(upload.video_id, numbers)
        return {part.number: part.url for part in signed.parts}

    def _check_unchanged(self, upload: Unfinished) -> None:
        if SourceFile.at(upload.source.path) != upload.source:
            self._give_up(upload)
            raise FileChanged(f"{upload.source.path.name} changed while it was sent. Upload it when it is finished.")

    def _give_up(self, upload: Unfinished) -> None:
        """Let the server forget an upload that nobody can go on with; where it has already, that is as well."""
        try:
            self._client.uploads.abort(upload.video_id)
        except ApiProblem as problem:
            if problem.status not in ENDED:
                raise
        self._memory.forget(upload.source.path)


def _all(sender: Sender, sent: Sequence[Future[StoredPart]]) -> list[StoredPart]:
    """All of them, in whatever order; the first that fails, or an interrupt, stops the others."""
    try:
        return [one.result() for one in as_completed(sent)]
    except BaseException:  # an interrupt, too, must stop the threads that send
        for one in sent:
            one.cancel()
        sender.stop()
        raise


def _announced(source: SourceFile, sha256: str, described: Description) -> NewFile:
    suffix = source.path.suffix.lower()
    return NewFile(
        filename=source.path.name,
        size_bytes=source.size_bytes,
        mime_type=TYPES.get(suffix) or mimetypes.guess_type(source.path.name)[0] or "application/octet-stream",
        checksum_sha256=sha256,
        title=described.title,
        description=described.description,
        recorded_at=described.recorded_at,
        camera_id=described.camera_id,
        category_id=described.category_id,
    )


def _size(upload: Unfinished, number: int) -> int:
    return min(upload.part_size, upload.source.size_bytes - (number - 1) * upload.part_size)
