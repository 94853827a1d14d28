"""Uploads by our client beside boto3's own transfer manager, to the same store, and many of them at once.

The checksum, which the client computes before it announces a file, is not counted: the transfer manager has none.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Figure
from video_pipeline.accounts.founding import make_first_admin
from video_pipeline.catalog.engine import connect
from video_pipeline.client import Client, Uploader
from video_pipeline.client.progress import Silent, Step
from video_pipeline.client.unfinished import Memory
from video_pipeline.local.stack import Running, running
from video_pipeline.storage.client import client as s3_client
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import VideoStatus

MIB = 1024**2
LARGE_MIB = 1024
ROUNDS = 3
AT_ONCE = 10
EACH_MIB = 40
EMAIL = "bench@localhost"


@dataclass(frozen=True, slots=True)
class Place:
    """Where is uploaded to: through the API, and to the bucket itself."""

    client: Client
    store: ObjectStore
    folder: Path

    def uploader(self) -> Uploader:
        """The uploader that the command has, and its memory elsewhere."""
        return Uploader(self.client, memory=Memory(self.folder / "uploads", self.client.address))


class Stopwatch(Silent):
    """Knows when the sending began."""

    began = 0.0

    def step(self, step: Step, *, total_bytes: int, done_bytes: int = 0) -> None:  # noqa: ARG002 - a Progress
        """A step begins."""
        if step is Step.UPLOAD:
            self.began = time.perf_counter()


def measure() -> list[Figure]:
    """The ratio of both for 1 GiB, and the time of ten uploads at once."""
    with _place() as place:
        pairs = [_pair(place, number) for number in range(ROUNDS)]
        together = _together(place)
    ours = statistics.median(own for own, _ in pairs)
    return [
        Figure(
            f"{LARGE_MIB} MiB by boto3's upload_file (median of {ROUNDS})", statistics.median(b for _, b in pairs), "s"
        ),
        Figure(f"{LARGE_MIB} MiB by our uploader (median of {ROUNDS})", ours, "s"),
        Figure("time of ours beside boto3's", statistics.median(own / plain for own, plain in pairs), "×", 1 / 0.9),
        Figure(f"{AT_ONCE} uploads of {EACH_MIB} MiB at once, until all are complete", together, "s"),
    ]


@contextmanager
def _place() -> Iterator[Place]:
    os.environ["WEEKLY_UPLOAD_BYTES"] = str(100 * 1024 * MIB)
    parts = {"postgres", "seaweedfs", "api"}
    with tempfile.TemporaryDirectory() as name, running(Path(name) / "data", parts=parts) as stack:
        os.environ.update(stack.environment)
        with Client(stack.urls["api"]) as client:
            client.login(EMAIL, _password(stack))
            environment = stack.environment
            bucket = s3_client(environment["S3_ENDPOINT_URL"], environment["S3_REGION"])
            yield Place(client, ObjectStore(bucket, environment["S3_BUCKET"]), Path(name))


def _password(stack: Running) -> str:
    engine = connect(stack.environment["DATABASE_URL"])
    password = make_first_admin(engine, EMAIL)
    engine.dispose()
    assert password is not None
    return password


def _pair(place: Place, number: int) -> tuple[float, float]:
    """Seconds of ours and of boto3's, side by side; each goes first in turn."""
    path = _film(place.folder / "large.mp4", LARGE_MIB)
    if number % 2:
        return _ours(place, path), _plain(place, path)
    plain = _plain(place, path)
    return _ours(place, path), plain


def _ours(place: Place, path: Path) -> float:
    watch = Stopwatch()
    uploaded = place.uploader().upload(path, progress=watch)
    seconds = time.perf_counter() - watch.began
    assert uploaded.status is VideoStatus.UPLOADED
    _empty(place)
    return seconds


def _plain(place: Place, path: Path) -> float:
    began = time.perf_counter()
    place.store.client.upload_file(str(path), place.store.bucket, "plain.mp4")
    seconds = time.perf_counter() - began
    _empty(place)
    return seconds


def _together(place: Place) -> float:
    paths = [_film(place.folder / f"{number}.mp4", EACH_MIB) for number in range(AT_ONCE)]
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        uploaded = list(pool.map(lambda path: place.uploader().upload(path), paths))
    seconds = time.perf_counter() - began
    assert [one.status for one in uploaded] == [VideoStatus.UPLOADED] * AT_ONCE
    return seconds


def _film(path: Path, size_mib: int) -> Path:
    """A file of bytes that no two files share; what they are is nothing to the store."""
    block = os.urandom(MIB - 8)
    with path.open("wb") as file:
        for number in range(size_mib):
            file.write(number.to_bytes(8, "big") + block)
    return path


def _empty(place: Place) -> None:
    place.store.delete([stored.key for stored in place.store.list("")])
