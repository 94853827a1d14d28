"""Where tests hand files in and have them validated, as the asset `validated_file` does it, but without Dagster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import ParamSpec, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine

from video_pipeline import intake, whereabouts
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import artifacts, uploads, videos
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.errors import MediaRefused, Permanent
from video_pipeline.intake import Judged
from video_pipeline.media import acceptance
from video_pipeline.media.beginning import decodes
from video_pipeline.media.checks import Policy
from video_pipeline.media.probe import probe
from video_pipeline.media.process import Bounds
from video_pipeline.storage import keys
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import ArtifactKind, NewArtifact, Output, Recipe, StoredObject

P = ParamSpec("P")
T = TypeVar("T")

POLICY = Policy(max_bytes=10**8, max_duration_seconds=60)
BOUNDS = Bounds(wall_seconds=60, memory_bytes=4 * 1024**3)
STRICT = replace(POLICY, max_duration_seconds=0.1)  # refuses the sample
RUN = "run-1"
UNIQUE_BYTES = 24


@dataclass(frozen=True)
class Desk:
    """The catalog, the bucket, a folder of the test's own, and an MP4 that is quickly looked at."""

    engine: Engine
    store: ObjectStore
    folder: Path
    sample: Path

    def fresh(self, name: str = "clip.mp4") -> Path:
        """The sample with bytes that no other file has: a `free` box at its end, which no player looks at."""
        path = self.folder / name
        box = UNIQUE_BYTES.to_bytes(4, "big") + b"free" + os.urandom(UNIQUE_BYTES - 8)
        path.write_bytes(self.sample.read_bytes() + box)
        return path

    def put(self, path: Path, key: str) -> StoredObject:
        """Write into the bucket behind everybody's back."""
        return self.store.store(path, key, content_type="video/mp4")

    def receive(self, path: Path | None = None) -> UUID:
        """Hand a file in, a fresh one unless told otherwise."""
        return intake.receive(self.engine, self.store, path or self.fresh()).video_id

    def upload(self, path: Path) -> UUID:
        """Upload a file as a client does that declares no checksum."""
        video_id, name = uuid4(), path.name
        key = keys.upload(video_id, "mp4")
        with transaction(self.engine) as connection:
            uploads.register_upload(
                connection, video_id=video_id, inbox_key=key, filename=name, extension="mp4", scope="somebody"
            )
            stored = self.put(path, key)
            uploads.mark_uploaded(connection, video_id, etag=stored.etag, size_bytes=stored.size_bytes)
        return video_id

    def drop(self, path: Path, name: str = "latest.mp4") -> UUID:
        """Drop a file into the bucket as a camera does, and do the sensor's part."""
        stored = self.put(path, f"{keys.DROP}mall/gate/{name}")
        video_id = intake.drop_id(self.store.bucket, stored)
        with transaction(self.engine) as connection:
            intake.adopt(connection, video_id, stored)
        return video_id

    def row(self, video_id: UUID) -> VideoRow:
        """A video as the catalog knows it."""
        with transaction(self.engine) as connection:
            return queries.video(connection, video_id)

    def begin(self, video_id: UUID) -> VideoRow:
        """Take a video up."""
        with transaction(self.engine) as connection:
            return videos.begin_validation(connection, video_id, run_id=RUN)

    def judge(self, row: VideoRow, policy: Policy = POLICY) -> tuple[StoredObject, Judged]:
        """Find a video's bytes, fetch and judge them."""
        stored = whereabouts.locate(self.store, row)
        path = self.folder / f"fetched-{row.id}"
        return stored, intake.examine(self.store, row, stored, path, policy=policy, bounds=BOUNDS)

    def promote(self, row: VideoRow, stored: StoredObject, judged: Judged) -> str:
        """Make what was judged the original."""
        return intake.promote(self.engine, self.store, row, stored, judged)

    def refuse(self, video_id: UUID, error: MediaRefused) -> None:
        """Refuse a video."""
        intake.refuse(self.engine, self.store, video_id, error)

    def validate(self, video_id: UUID, policy: Policy = POLICY) -> VideoRow:
        """Bring a video to the end of its validation, good or bad, and give its row."""
        row = self.begin(video_id)
        try:
            self.promote(row, *self.judge(row, policy))
        except Permanent as error:
            if isinstance(error, MediaRefused):
                self.refuse(video_id, error)
            with transaction(self.engine) as connection:
                videos.fail(connection, video_id, code=error.code, sentence=str(error), retryable=False)
        return self.row(video_id)

    def derive(self, video_id: UUID, kind: ArtifactKind, content: bytes = b"derived") -> str:
        """Give a video an artifact, whose bytes need not be what they are called; returns its key."""
        path = self.folder / "derived"
        path.write_bytes(content)
        sha256 = intake.digest(path)
        key = keys.rendition(video_id, kind, sha256, "bin")
        stored = self.put(path, key)
        new = NewArtifact(
            video_id=video_id,
            kind=kind,
            key=key,
            content_type="image/jpeg",
            size_bytes=stored.size_bytes,
            sha256=sha256,
            input_sha256=self.row(video_id).checksum_sha256 or sha256,
            recipe=Recipe(Output.POSTER, "1", "d" * 64),
            run_id=RUN,
        )
        with transaction(self.engine) as connection:
            artifacts.replace_artifact(connection, new)
        return key

    def keys(self, row: VideoRow | None = None) -> set[str]:
        """What lies in the bucket: all of it, or all that is a video's."""
        present = {stored.key for stored in self.store.list("")}
        return present if row is None else {key for key in present if str(row.id) in key or key == row.inbox_key}


def _remembered(look: Callable[..., T]) -> Callable[..., T]:
    """The same function, which looks only once at files that differ in nothing but their unique bytes."""
    seen: dict[bytes, T] = {}

    @wraps(look)
    def remembered(path: Path, *args: object, bounds: Bounds) -> T:
        media = path.read_bytes()[:-UNIQUE_BYTES]
        if media not in seen:
            seen[media] = look(path, *args, bounds=bounds)
        return seen[media]

    return remembered


REMEMBERED = {"probe": _remembered(probe), "decodes": _remembered(decodes)}


def look_once(patch: pytest.MonkeyPatch) -> None:
    """Look at the sample once and not at every copy of it, or tests of intake take three times as long."""
    for name, look in REMEMBERED.items():
        patch.setattr(acceptance, name, look)


class Killed(BaseException):
    """The process ended here: nothing that handles errors gets to see it."""


class Death:
    """Kills a story right after one of its steps: verbs on the bucket, and transactions."""

    VERBS = ("list", "head", "fetch", "store", "copy", "delete", "delete_exactly")

    def __init__(self, patch: pytest.MonkeyPatch, *stories: ModuleType) -> None:
        self._patch = patch
        self._stories = stories or (intake,)
        self._left = 0

    @contextmanager
    def after(self, steps: int) -> Iterator[None]:
        """Let the block live for so many steps."""
        self._left = steps
        with self._patch.context() as patch:
            for name in self.VERBS:
                patch.setattr(ObjectStore, name, self._mortal(getattr(ObjectStore, name)))
            for story in self._stories:
                patch.setattr(story, "transaction", self._transaction)
            yield

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed

    def _mortal(self, verb: Callable[P, T]) -> Callable[P, T]:
        @wraps(verb)
        def mortal(*args: P.args, **kwargs: P.kwargs) -> T:
            result = verb(*args, **kwargs)
            self._step()
            return result

        return mortal

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        with transaction(engine) as connection:
            yield connection
        self._step()
