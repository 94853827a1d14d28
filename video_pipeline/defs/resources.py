"""What assets and sensors are given: the catalog, the bucket, and a folder to work in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr
from sqlalchemy import Connection, Engine

from video_pipeline.care import workspace
from video_pipeline.catalog.engine import connect, transaction
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.config import Settings, settings
from video_pipeline.errors import ObjectChanged, ObjectMissing, RequestRefused
from video_pipeline.intake import Judged
from video_pipeline.media.probe import probe
from video_pipeline.media.process import Bounds
from video_pipeline.storage.client import client
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import MediaFacts


@lru_cache(maxsize=1)
def _engine() -> Engine:
    """One pool per process; a warm worker keeps its connections from run to run."""
    return connect(settings().database_url.get_secret_value(), pool_size=3)


@lru_cache(maxsize=1)
def _store() -> ObjectStore:
    known = settings()
    return ObjectStore(client(known.s3_endpoint_url, known.s3_region), known.s3_bucket)


def forget_connections() -> None:
    """Close what this process keeps, for one whose environment has changed."""
    if _engine.cache_info().currsize:
        _engine().dispose()
    _engine.cache_clear()
    _store.cache_clear()


class Catalog(dg.ConfigurableResource):  # type: ignore[type-arg]  # the alias has no parameters in practice
    """The catalog's database, from DATABASE_URL."""

    @property
    def engine(self) -> Engine:
        """The pool of connections that this process keeps."""
        return _engine()

    def transaction(self) -> AbstractContextManager[Connection]:
        """A connection inside a transaction that commits at the end of the block, or not at all."""
        return transaction(self.engine)


class Bucket(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The bucket, from S3_ENDPOINT_URL and S3_BUCKET."""

    @property
    def objects(self) -> ObjectStore:
        """The few verbs on it."""
        return _store()


class Workspace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The run's own folder. What one asset fetched or measured is there for the next, and gone after the run."""

    _folder: Path = PrivateAttr()
    _facts: MediaFacts | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Workspace]:  # noqa: ARG002
        """Claim a folder for as long as the run lasts."""
        with workspace.claim(settings().work_dir) as folder:
            self._folder, self._facts = folder, None
            yield self

    @property
    def upload(self) -> Path:
        """Where validation puts what it fetches."""
        return self._folder / "upload"

    def outputs(self) -> Path:
        """An empty folder for what the renditions make; a retry finds nothing of the attempt before."""
        folder = self._folder / "outputs"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def original(self, store: ObjectStore, row: VideoRow) -> Path:
        """The video's original on this machine: what validation fetched in this run, or fetched now.

        Raises:
            RequestRefused: the video has not been validated.
            ObjectMissing: the original is not in the bucket.
            ObjectChanged: the original's bytes are not those that were validated.
        """
        if row.original_key is None or row.checksum_sha256 is None:
            raise RequestRefused(f"Video {row.id} has no validated original yet. Materialize validated_file first.")
        path = self._folder / "original"
        if not path.exists():
            _fetch_verified(store, row.original_key, path, row.checksum_sha256)
        return path

    def facts(self, store: ObjectStore, row: VideoRow) -> MediaFacts:
        """What the original says of itself; asked once in a run."""
        if self._facts is None:
            self._facts = probe(self.original(store, row), bounds=probe_bounds(settings()))
        return self._facts

    def keep_original(self, judged: Judged) -> None:
        """Let the file that validation accepted serve as the original for the rest of the run."""
        judged.path.replace(self._folder / "original")
        self._facts = judged.facts


def _fetch_verified(store: ObjectStore, key: str, path: Path, sha256: str) -> None:
    stored = store.head(key)
    if stored is None:
        raise ObjectMissing(f"The original {key} is not in the bucket.")
    if store.fetch(key, path, etag=stored.etag) != sha256:
        path.unlink()
        raise ObjectChanged(f"The bytes of {key} are not those that were validated: their SHA-256 differs.")


def probe_bounds(known: Settings) -> Bounds:
    """What one process may use that looks at a file nobody has accepted; what it opens bounds its memory further."""
    return Bounds(
        wall_seconds=known.probe_seconds,
        memory_bytes=known.media_memory_bytes,
        sandbox=known.media_sandbox,
    )


def bounds(known: Settings, duration_seconds: float | None) -> Bounds:
    """What one media process may use on a video of that duration."""
    return Bounds(
        wall_seconds=known.time_limit_seconds(duration_seconds),
        memory_bytes=known.media_memory_bytes,
        sandbox=known.media_sandbox,
    )
