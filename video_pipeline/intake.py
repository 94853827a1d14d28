"""How a file becomes an original: received or adopted, judged, then promoted, refused, or found to be a duplicate.

Every step can be done again. Whatever dies in between, the next run finds the file where it lies (inbox, originals or
rejected), judges it anew and comes to the same end, because what is written to the catalog comes before what is
deleted from the bucket.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from sqlalchemy import Connection, Engine

from video_pipeline import whereabouts
from video_pipeline.catalog import queries
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import uploads, videos
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.errors import DuplicateVideo, MediaRefused, PipelineError
from video_pipeline.media.acceptance import accept
from video_pipeline.media.checks import Policy, judge_size
from video_pipeline.media.process import Bounds
from video_pipeline.storage import keys
from video_pipeline.storage.objects import ObjectStore
from video_pipeline.types import Finding, MediaFacts, StoredObject, VideoStatus

logger = logging.getLogger(__name__)

#: Where nobody owns an upload (the CLI, a drop without a camera), the whole installation is one scope for duplicates.
INSTALLATION = "installation"

Fence = Callable[[Connection], None]
"""Raises, at the beginning of a transaction, where whoever does the work has been given up for dead meanwhile."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a file that was handed in: the video it is, and whether that video is new."""

    video_id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A file on this machine that the rules accepted. `warnings` are findings that did not refuse it."""

    path: Path
    sha256: str
    facts: MediaFacts
    warnings: tuple[Finding, ...]


def receive(
    engine: Engine,
    store: ObjectStore,
    path: Path,
    *,
    scope: str = INSTALLATION,
    on_bytes: Callable[[int], None] | None = None,
) -> Received:
    """Put a local file into the inbox, unless `scope` has the same bytes already.

    The row comes first, so that no object is ever in the inbox that the catalog does not know.

    Raises:
        StoreUnavailable: the object store did not take the file; the video is `failed`, and may be handed in again.
        CatalogUnavailable: the database did not answer.
    """
    sha256 = digest(path)
    with transaction(engine) as connection:
        existing = queries.find_duplicate(connection, scope, sha256)
        if existing is not None:
            return Received(existing, is_new=False)
        video_id = uuid4()
        extension = _extension(path.name)
        key = keys.upload(video_id, extension)
        uploads.register_upload(
            connection,
            video_id=video_id,
            inbox_key=key,
            filename=path.name,
            extension=extension,
            scope=scope,
            declared_bytes=path.stat().st_size,
            declared_sha256=sha256,
        )
    _upload(engine, store, path, video_id, key, on_bytes)
    return Received(video_id, is_new=True)


def _upload(
    engine: Engine,
    store: ObjectStore,
    path: Path,
    video_id: UUID,
    key: str,
    on_bytes: Callable[[int], None] | None,
) -> None:
    try:
        stored = store.store(path, key, content_type="application/octet-stream", on_bytes=on_bytes)
    except PipelineError as error:
        with transaction(engine) as connection:
            videos.fail(connection, video_id, code=error.code, sentence=str(error), retryable=False)
        raise
    with transaction(engine) as connection:
        uploads.mark_uploaded(connection, video_id, etag=stored.etag, size_bytes=stored.size_bytes)


def drop_id(bucket: str, stored: StoredObject) -> UUID:
    """The id of a dropped file, derived from where it lies and its ETag: seen twice, it is one video."""
    return uuid5(NAMESPACE_URL, f"s3://{bucket}/{stored.key}#{stored.etag}")


def adopt(connection: Connection, video_id: UUID, stored: StoredObject) -> None:
    """Give a file that was dropped into the bucket its row; doing it twice is the same as once."""
    drop = keys.drop_path(stored.key)
    if drop is None:
        raise ValueError(f"{stored.key} is not under {keys.DROP}")
    site_id, camera_id = uploads.camera_for_drop(connection, drop.site, drop.camera)
    uploads.adopt_drop(
        connection,
        video_id=video_id,
        stored=stored,
        filename=Path(drop.name).name,
        extension=_extension(drop.name),
        site_id=site_id,
        camera_id=camera_id,
    )


def examine(
    store: ObjectStore, row: VideoRow, stored: StoredObject, path: Path, *, policy: Policy, bounds: Bounds
) -> Judged:
    """Fetch `stored` to `path`, once, and judge it by the rules.

    Raises:
        MediaRefused: a rule refused it, or the bytes are not those that the uploader declared or the catalog knows.
        ObjectChanged: it was replaced meanwhile.
    """
    judge_size(stored.size_bytes, policy)
    _compare_size(row, stored)
    sha256 = store.fetch(stored.key, path, etag=stored.etag)
    _compare_checksum(row, sha256)
    accepted = accept(path, policy, declared_extension=row.extension, bounds=bounds)
    return Judged(path, sha256, accepted.facts, accepted.warnings)


def _compare_size(row: VideoRow, stored: StoredObject) -> None:
    """Before anything is fetched; what was accepted once is known by its digest, which says more."""
    if row.checksum_sha256 is None and row.declared_bytes not in {None, stored.size_bytes}:
        raise MediaRefused(
            Finding(
                "size_mismatch",
                f"The file that arrived has {stored.size_bytes} bytes; {row.declared_bytes} were announced. "
                "Upload it again.",
            )
        )


def _compare_checksum(row: VideoRow, sha256: str) -> None:
    expected = row.checksum_sha256 or row.declared_sha256
    if expected and expected != sha256:
        raise MediaRefused(
            Finding(
                "checksum_mismatch",
                "The file that arrived is not the one that was sent: its SHA-256 differs. Upload it again.",
            )
        )


def _no_fence(_: Connection) -> None:
    """Nobody else can be at this work."""


def promote(
    engine: Engine,
    store: ObjectStore,
    row: VideoRow,
    stored: StoredObject,
    judged: Judged,
    *,
    fence: Fence = _no_fence,
) -> str:
    """Make the bytes that were judged the video's original, and empty the inbox; returns the original's key.

    Raises:
        GivenUp: the fence says so; what was copied is the same that whoever took over copies.
        DuplicateVideo: the scope has these bytes already; nothing of this video is left in the bucket.
        ObjectChanged: `stored` was replaced since it was judged.
    """
    container = judged.facts.container
    if container is None:
        raise ValueError("A file that the rules accepted has a container.")
    original = keys.original(row.id, container)
    if stored.key != original:
        store.copy(stored.key, original, etag=stored.etag, content_type=container.content_type)
    try:
        with transaction(engine) as connection:
            fence(connection)
            videos.accept(
                connection,
                row.id,
                sha256=judged.sha256,
                size_bytes=stored.size_bytes,
                original_key=original,
                warnings=judged.warnings,
            )
    except DuplicateVideo as duplicate:
        with transaction(engine) as connection:
            fence(connection)
            videos.mark_duplicate(connection, row.id, of=duplicate.original_id)
        whereabouts.clear_refused(engine, store, row.id)
        raise
    whereabouts.clear(store, row, keep={original})
    return original


def refuse(
    engine: Engine, store: ObjectStore, video_id: UUID, error: MediaRefused, *, fence: Fence = _no_fence
) -> None:
    """Keep a refused file under the rejected prefix, and nothing of the video anywhere else.

    A video that was completed before keeps its original and its row: only what was asked anew has failed.

    Raises:
        GivenUp: the fence says so; nothing has changed.
    """
    with transaction(engine) as connection:
        fence(connection)
        row = queries.video(connection, video_id)
    if row.status is VideoStatus.COMPLETED:
        return
    rejected = keys.rejected(video_id)
    places = whereabouts.places(store, row)
    if places and places[0].key != rejected:
        store.copy(places[0].key, rejected, etag=places[0].etag)
    with transaction(engine) as connection:
        fence(connection)
        videos.refuse(connection, video_id, code=error.reason.code, sentence=error.reason.sentence)
    whereabouts.clear_refused(engine, store, video_id)


def _extension(name: str) -> str:
    """The extension of a stranger's file name, fit for a key of ours; `bin` where it has none that is."""
    extension = Path(name).suffix[1:].lower()
    return extension if extension.isascii() and extension.isalnum() and 2 <= len(extension) <= 5 else "bin"


def digest(path: Path) -> str:
    """SHA-256 of a local file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
