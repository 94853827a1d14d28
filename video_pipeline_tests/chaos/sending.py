"""Those who send: each with the patience of the real client, and a note of what was acknowledged."""

from __future__ import annotations

import faulthandler
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from video_pipeline.client import ApiProblem, Client, Uploader
from video_pipeline.client.answers import Duplicate
from video_pipeline.client.connection import http
from video_pipeline.client.patience import USUAL
from video_pipeline.client.progress import Silent
from video_pipeline.client.sending import Sender
from video_pipeline.client.unfinished import Memory
from video_pipeline.client.uploads import NewFile
from video_pipeline.errors import PipelineError, ServerUnreachable
from video_pipeline.intake import drop_id
from video_pipeline.local.seaweedfs import client as s3_client
from video_pipeline.storage import keys
from video_pipeline.types import StoredObject
from video_pipeline_tests.chaos.estate import Estate
from video_pipeline_tests.chaos.plan import Plan, Upload, Way
from video_pipeline_tests.chaos.specimens import Specimens

T = TypeVar("T")

SENDERS = 4
CALLS = 6
"""How often somebody calls the client again that gave up; it tries each request several times itself."""
PAUSE_SECONDS = 5.0
LONGEST_SECONDS = 1800.0
"""For all of them; none has taken more than five minutes."""
MD5_DIGITS = 32
EMAIL, PASSWORD = "chaos@example.org", "correct horse battery staple"
_TYPES = {".mp4": "video/mp4", ".mkv": "video/matroska", ".webm": "video/webm"}
_PASSING = (ServerUnreachable, ApiProblem, BotoCoreError, ClientError)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of an upload as its sender sees it: the video it was told of, or why there is none."""

    upload: Upload
    filename: str
    video_id: UUID | None = None
    is_new: bool = True
    error: str = ""


class Crowd:
    """Sends the files of a round."""

    def __init__(self, estate: Estate, client: Client, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._specimens = Specimens(folder / "specimens")
        self._uploader = Uploader(client, memory=Memory(folder / "memory", client.address))
        self._s3 = s3_client(estate.environment | {"S3_REGION": estate.told["S3_REGION"]})
        self._bucket = estate.told["S3_BUCKET"]

    def send(self, plan: Plan, begun_at: float) -> list[Sent]:
        """Send everything, each file at its moment after `begun_at` (monotonic); returns when all have ended.

        Where one hangs, everything ends, with what each thread is at: a thread cannot be left behind.
        """
        files = {upload: self._specimens.file(plan, upload) for upload in plan.uploads}

        def one(upload: Upload) -> Sent:
            time.sleep(max(0.0, begun_at + upload.moment - time.monotonic()))
            return self._sent(upload, files[upload])

        faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
        try:
            with ThreadPoolExecutor(SENDERS) as pool:
                return list(pool.map(one, sorted(plan.uploads, key=lambda upload: upload.moment)))
        finally:
            faulthandler.cancel_dump_traceback_later()

    def give_up(self, video_id: UUID) -> None:
        """Let the server forget an upload whose sender has gone."""
        again(lambda: self._client.uploads.abort(video_id))

    def _sent(self, upload: Upload, path: Path) -> Sent:
        send = {Way.CLIENT: self._by_client, Way.PLAIN: self._plainly, Way.DROP: self._dropped}[upload.way]
        try:
            return send(upload, path)
        except (PipelineError, BotoCoreError, ClientError) as error:
            return Sent(upload, path.name, error=f"{type(error).__name__}: {error}")

    def _by_client(self, upload: Upload, path: Path) -> Sent:
        done = again(lambda: self._uploader.upload(path))
        return Sent(upload, path.name, done.video_id, done.is_new)

    def _plainly(self, upload: Upload, path: Path) -> Sent:
        """As somebody who does not know the client: nothing is asked twice but what may be."""
        size = path.stat().st_size
        begun = self._client.uploads.begin(NewFile(filename=path.name, size_bytes=size, mime_type=_TYPES[path.suffix]))
        if isinstance(begun, Duplicate):
            return Sent(upload, path.name, begun.video_id, is_new=False)
        put = begun.put
        assert put is not None
        with http() as wire, path.open("rb", buffering=0) as file:
            again(lambda: Sender(wire, file.fileno(), Silent(), USUAL).send(0, size, lambda _: put))
        done = again(lambda: self._client.uploads.complete(begun.video_id, []))
        return Sent(upload, path.name, done.video_id)

    def _dropped(self, upload: Upload, path: Path) -> Sent:
        key, content = f"{keys.DROP}mall/gate/{path.name}", path.read_bytes()
        etag = again(lambda: _whole(self._s3.put_object(Bucket=self._bucket, Key=key, Body=content).get("ETag", "")))
        stored = StoredObject(key, etag, len(content), datetime.now(UTC))
        return Sent(upload, path.name, drop_id(self._bucket, stored))


def _whole(etag: str) -> str:
    """An ETag as the store writes it; one that was cut off with its answer acknowledges nothing."""
    if len(etag) != len('""') + MD5_DIGITS:
        raise ServerUnreachable("The store's answer was cut off.")
    return etag.strip('"')


def again(work: Callable[[], T]) -> T:
    """What `work` gives, which is called again when it fails for a passing reason, and no more than `CALLS` times."""
    for _ in range(CALLS - 1):
        try:
            return work()
        except _PASSING as error:
            if isinstance(error, ApiProblem) and not error.retryable:
                raise
        time.sleep(PAUSE_SECONDS)
    return work()
