"""The beginning of an upload: its row first, then the store, then the addresses that the client sends to."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from video_pipeline.catalog.engine import autocommitted, transaction
from video_pipeline.catalog.records import multipart
from video_pipeline.catalog.uploading import Rival, UploadRow
from video_pipeline.errors import Conflict, PipelineError, StoreUnavailable
from video_pipeline.storage.multipart import DirectUploads, SignedRequest
from video_pipeline.types import Caller
from video_pipeline.uploads.announcement import Announcement, register
from video_pipeline.uploads.limits import Limits
from video_pipeline.uploads.plans import Planning, exact, part_size

#: Addresses given at once with a new upload; more are signed when they are asked for.
FIRST_URLS = 100


@dataclass(frozen=True, slots=True)
class Signed:
    """Where a client sends its bytes: addresses of parts by number, or the one request of a file sent as one."""

    expires_at: datetime
    urls: dict[int, str]
    put: SignedRequest | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload under way; `signed` is good for a quarter of an hour, the upload itself until it expires."""

    upload: UploadRow
    signed: Signed


def begin(
    engine: Engine, direct: DirectUploads, caller: Caller, file: Announcement, *, defaults: Limits
) -> Begun | Rival:
    """Begin the upload of a file; where the caller's scope has the same bytes already, give that video instead.

    Raises:
        RequestRefused: the file may not be sent.
        NotFound: there is no such camera or category, or none that the caller may see.
        QuotaExceeded: the caller has not so many bytes left this week.
        StoreUnavailable: the store did not begin it; nothing is left of it then.
    """
    found = announced(engine, caller, file, defaults=defaults, planning=exact)
    if isinstance(found, Rival):
        return found
    upload = opened(engine, direct, found)
    return Begun(upload, sign_parts(direct, upload, range(1, min(upload.part_count, FIRST_URLS) + 1)))


def announced(
    engine: Engine, caller: Caller, file: Announcement, *, defaults: Limits, planning: Planning
) -> UploadRow | Rival:
    """Write the upload down, whole or not at all."""
    # Who might have the same bytes is held off until the end of a transaction; all else is written by one statement.
    with (autocommitted if file.sha256 is None else transaction)(engine) as connection:
        return register(connection, caller, file, defaults=defaults, planning=planning)


def opened(engine: Engine, direct: DirectUploads, upload: UploadRow) -> UploadRow:
    """The upload that was written down, begun in the store where it has several parts."""
    if upload.part_count == 1:
        return upload
    try:
        multipart_id = direct.begin(upload.key)
    except PipelineError:
        with transaction(engine) as connection:
            multipart.forget(connection, upload.video_id)
        with suppress(StoreUnavailable):  # it may have begun without our hearing of it
            direct.abort(upload.key)
        raise
    with transaction(engine) as connection:
        is_wanted = multipart.started(connection, upload.video_id, multipart_id)
    if not is_wanted:
        direct.abort(upload.key)
        raise Conflict(f"Upload {upload.video_id} was aborted while it began.")
    return replace(upload, multipart_id=multipart_id)


def sign_parts(direct: DirectUploads, upload: UploadRow, numbers: Iterable[int]) -> Signed:
    """Addresses for parts of an upload, or the one request where it is sent as one."""
    if upload.multipart_id is None:
        size = upload.declared_bytes or upload.part_bytes
        return Signed(upload.expires_at, {}, direct.put(upload.key, size_bytes=size, sha256=upload.declared_sha256))
    name = upload.multipart_id
    urls = {
        number: direct.part_url(upload.key, name, number, size_bytes=part_size(upload, number)) for number in numbers
    }
    return Signed(upload.expires_at, urls)
