"""The bytes of a file on their way to the store: pieces, the addresses they go to, and what is sent again."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from threading import Event, Lock

import httpx2

from video_pipeline.client.answers import Put
from video_pipeline.client.connection import reaching
from video_pipeline.client.patience import Patience
from video_pipeline.client.problems import RETRIED, ApiProblem
from video_pipeline.client.progress import Progress
from video_pipeline.errors import FileChanged

CHUNK_BYTES = 256 * 1024
#: Addresses that are asked for at once.
BATCH = 100
#: How often a store may refuse an address as expired before that is taken to mean something else.
REFUSALS_MAX = 3
#: A store tells of trouble of its own by 500, and of a body that came too slowly by 408.
PASSING = RETRIED | {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.REQUEST_TIMEOUT}

Address = Callable[[str | None], Put]
"""Gives where something is PUT; another place where it is told which URL the store has refused."""


class Stopped(BaseException):
    """Nobody wants these bytes to be sent any more."""


class Addresses:
    """Where parts go: signed in batches, and anew when the store says that one has expired. Threads share it."""

    def __init__(
        self, sign: Callable[[Sequence[int]], Mapping[int, str]], pending: Sequence[int], known: Mapping[int, str]
    ) -> None:
        """Address the `pending` parts, in order; `known` are addresses that were given already."""
        self._sign = sign
        self._pending = pending
        self._known = dict(known)
        self._lock = Lock()

    def of(self, number: int, refused: str | None = None) -> Put:
        """The address of a part, another one than the store `refused`."""
        with self._lock:  # so that of all threads whose addresses expired together one asks for new ones
            if self._known.get(number) in {None, refused}:
                start = bisect_left(self._pending, number)
                self._known.update(self._sign(self._pending[start : start + BATCH]))
            return Put("PUT", self._known[number], {})


class Sender:
    """Sends pieces of one open file. Threads share it: each piece is read at its own place, chunk by chunk."""

    def __init__(self, http: httpx2.Client, file: int, progress: Progress, patience: Patience) -> None:
        self._http = http
        self._file = file
        self._progress = progress
        self._patience = patience
        self._stop = Event()

    def stop(self) -> None:
        """Send nothing more, not even the rest of what is on its way."""
        self._stop.set()

    def send(self, offset: int, size_bytes: int, address: Address) -> httpx2.Response:
        """PUT a piece, and again while the store fails for a passing reason; gives the answer.

        412 is an answer as well: what was to be written once is there.

        Raises:
            ApiProblem: the store does not take it.
            ServerUnreachable: the store does not answer.
            FileChanged: the file is shorter than it was.
        """
        refused: list[str] = []

        def attempt() -> httpx2.Response:
            while True:
                put = address(refused[-1] if refused else None)
                response = self._put(put, _Piece(self._file, offset, size_bytes))
                if response.status_code != HTTPStatus.FORBIDDEN or len(refused) == REFUSALS_MAX:
                    return _accepted(response)
                refused.append(put.url)

        return self._patience.persist(attempt, passing=PASSING)

    def _put(self, put: Put, piece: _Piece) -> httpx2.Response:
        headers = {**put.headers, "Content-Length": str(piece.size_bytes)}
        response = None
        try:
            with reaching(f"The object store at {httpx2.URL(put.url).host}"):
                response = self._http.request(put.method, put.url, content=self._told(piece), headers=headers)
        finally:
            if response is None or not _is_there(response):
                self._progress.advance(-piece.read_bytes)
        return response

    def _told(self, piece: _Piece) -> Iterator[bytes]:
        for chunk in piece:
            if self._stop.is_set():
                raise Stopped
            yield chunk
            self._progress.advance(len(chunk))


class _Piece:
    """A stretch of a file, read once."""

    def __init__(self, file: int, offset: int, size_bytes: int) -> None:
        self._file = file
        self._offset = offset
        self.size_bytes = size_bytes
        self.read_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.read_bytes < self.size_bytes:
            wanted = min(CHUNK_BYTES, self.size_bytes - self.read_bytes)
            chunk = os.pread(self._file, wanted, self._offset + self.read_bytes)
            if not chunk:
                raise FileChanged("The file became shorter while it was being sent.")
            yield chunk
            self.read_bytes += len(chunk)


def _is_there(response: httpx2.Response) -> bool:
    return response.is_success or response.status_code == HTTPStatus.PRECONDITION_FAILED


def _accepted(response: httpx2.Response) -> httpx2.Response:
    if _is_there(response):
        return response
    name = response.text.partition("<Code>")[2].partition("</Code>")[0]  # stores speak XML, to programs
    said = f"{response.status_code} {response.reason_phrase}" + (f", {name}" if name else "")
    raise ApiProblem(
        f"The object store at {response.url.host} does not take the file: {said}.",
        status=response.status_code,
        code="store_refused",
        retryable=response.status_code in PASSING,
    )
