"""A file that somebody wants to send: judged, its bytes reserved, and written down before the store hears of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection

from video_pipeline.catalog import uploading
from video_pipeline.catalog.records import announcing, multipart, quota
from video_pipeline.catalog.records.announcing import Parts, Share
from video_pipeline.catalog.uploading import CameraSite, Rival, UploadRow
from video_pipeline.errors import NotFound, QuotaExceeded, RequestRefused
from video_pipeline.storage import keys
from video_pipeline.storage.multipart import UPLOAD_BYTES_MAX
from video_pipeline.types import Caller, VideoStatus
from video_pipeline.uploads.limits import Limits, this_week
from video_pipeline.uploads.names import extension_of, media_type
from video_pipeline.uploads.plans import Planning
from video_pipeline.uploads.week import Week


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a client says of a file. `size_bytes` is None where it does not know how large it is."""

    filename: str
    mime_type: str
    size_bytes: int | None
    sha256: str | None = None
    title: str | None = None
    description: str | None = None
    operator_notes: str | None = None
    recorded_at: datetime | None = None
    camera_id: UUID | None = None
    category_id: UUID | None = None


def register(
    conn: Connection, caller: Caller, file: Announcement, *, defaults: Limits, planning: Planning
) -> UploadRow | Rival:
    """Write an upload down and take its bytes from the caller's quota; or give the video that has the same bytes.

    The store knows nothing of it yet.

    Raises:
        RequestRefused: the file may not be sent.
        NotFound: there is no such camera or category, or none that the caller may see.
        QuotaExceeded: the caller has not so many bytes left this week.
    """
    site = _site(conn, caller, file)
    known, week = this_week(conn, defaults)
    known = known if site is None else known.at(site)
    extension = extension_of(file.filename, file.mime_type, known)
    _check_size(file.size_bytes, known)
    scope = f"owner:{caller.user_id}" if file.camera_id is None else f"camera:{file.camera_id}"
    rival = _rival(conn, caller, scope, file.sha256)
    if rival is not None:
        return rival
    plan = planning(file.size_bytes, known)
    video_id = uuid4()
    key = keys.upload(video_id, extension)
    share = Share(caller.user_id, week.start, plan.reserved_bytes, known.weekly_bytes) if plan.reserved_bytes else None
    expires_at = announcing.announce(
        conn,
        Parts(plan.part_bytes, plan.part_count),
        share,
        video_id=video_id,
        inbox_key=key,
        filename=file.filename,
        extension=extension,
        scope=scope,
        mime_type=media_type(file.mime_type),
        declared_bytes=file.size_bytes,
        declared_sha256=file.sha256,
        title=file.title,
        description=file.description,
        operator_notes=file.operator_notes,
        recorded_at=file.recorded_at,
        owner_id=caller.user_id,
        camera_id=file.camera_id,
        site_id=None if site is None else site.site_id,
        category_id=file.category_id,
    )
    if expires_at is None:
        raise _exceeded(conn, caller.user_id, week, plan.reserved_bytes, known.weekly_bytes)
    return UploadRow(
        video_id=video_id,
        owner_id=caller.user_id,
        status=VideoStatus.UPLOADING,
        key=key,
        declared_bytes=file.size_bytes,
        declared_sha256=file.sha256,
        multipart_id=None,
        part_bytes=plan.part_bytes,
        part_count=plan.part_count,
        expires_at=expires_at,
    )


def _site(conn: Connection, caller: Caller, file: Announcement) -> CameraSite | None:
    """The site of the camera, which the caller must see; the category must be there as well."""
    if file.category_id is not None and not uploading.category_exists(conn, file.category_id):
        raise NotFound(f"No category has the id {file.category_id}.")
    if file.camera_id is None:
        return None
    site = uploading.site_of_camera(conn, file.camera_id)
    if not caller.is_admin and site.site_id not in caller.sites:
        raise NotFound(f"No camera has the id {file.camera_id}.")
    return site


def _check_size(size_bytes: int | None, known: Limits) -> None:
    largest = min(known.max_file_bytes, UPLOAD_BYTES_MAX)
    if size_bytes is not None and not 0 < size_bytes <= largest:
        raise RequestRefused(f"A file has 1 to {largest} bytes here; this one is said to have {size_bytes}.")


def _rival(conn: Connection, caller: Caller, scope: str, sha256: str | None) -> Rival | None:
    if sha256 is None:
        return None
    multipart.alone(conn, scope, sha256)
    return uploading.rival(conn, scope=scope, sha256=sha256, owner_id=caller.user_id)


def reserve(conn: Connection, user_id: UUID, week: Week, size_bytes: int, *, limit_bytes: int) -> None:
    """Take bytes from a user's quota of a week.

    Raises:
        QuotaExceeded: so many are not left.
    """
    if not quota.reserve(conn, user_id, week_start=week.start, size_bytes=size_bytes, limit_bytes=limit_bytes):
        raise _exceeded(conn, user_id, week, size_bytes, limit_bytes)


def _exceeded(conn: Connection, user_id: UUID, week: Week, size_bytes: int, limit_bytes: int) -> QuotaExceeded:
    left = max(limit_bytes - uploading.used_bytes(conn, user_id, week.start), 0)
    return QuotaExceeded(
        f"The file needs {size_bytes} bytes, and {left} of this week's {limit_bytes} are left. "
        f"They are all there again at {week.end:%Y-%m-%d %H:%M} UTC."
    )
