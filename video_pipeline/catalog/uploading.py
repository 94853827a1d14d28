"""What is read of the catalog while something is uploaded: the upload, the limits, and who has the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, literal, or_, select, true

from video_pipeline.catalog.people import configuration, quota_usage
from video_pipeline.catalog.tables import cameras, categories, sites, uploads, videos
from video_pipeline.errors import NotFound, VideoNotFound
from video_pipeline.types import VideoStatus

LIFETIME = timedelta(hours=6)
"""How long an upload lives from its last sign of life."""


@dataclass(frozen=True, slots=True)
class UploadRow:
    """An upload and what its video's row says of it.

    `declared_bytes` is None while nobody has said how large the file is. `multipart_id` is None where the file is sent
    as one, and until the store has begun it. `expires_at` follows the last sign of life.
    """

    video_id: UUID
    owner_id: UUID | None
    status: VideoStatus
    key: str
    declared_bytes: int | None
    declared_sha256: str | None
    multipart_id: str | None
    part_bytes: int
    part_count: int
    expires_at: datetime
    is_expired: bool = False
    is_completed: bool = False
    is_aborted: bool = False


@dataclass(frozen=True, slots=True)
class Configured:
    """What an admin has set; None is as the environment says."""

    max_file_bytes: int | None = None
    max_duration_seconds: float | None = None
    max_side_pixels: int | None = None
    weekly_bytes_per_user: int | None = None
    accepted_containers: list[str] | None = None
    quota_reset_weekday: int | None = None
    quota_reset_hour: int | None = None
    quota_reset_timezone: str | None = None


@dataclass(frozen=True, slots=True)
class CameraSite:
    """The site of a camera, and what it accepts where that is less than the installation does."""

    site_id: UUID
    accepted_extensions: list[str] | None
    max_file_bytes: int | None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a site accepts where that is less than the installation does; None is as the installation says."""

    accepted_extensions: list[str] | None = None
    max_file_bytes: int | None = None
    max_duration_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Rival:
    """A video that holds, or is being sent, the same bytes."""

    video_id: UUID
    status: VideoStatus


# These are read whenever uploads go on, and are put together once: that takes longer than to run them.
EXPIRES_AT = uploads.c.seen_at + LIFETIME
"""When an upload that nobody goes on with is given up."""
_UPLOAD = (
    select(
        uploads.c.video_id,
        videos.c.owner_id,
        videos.c.status,
        videos.c.inbox_key.label("key"),
        videos.c.declared_bytes,
        videos.c.declared_sha256,
        uploads.c.multipart_id,
        uploads.c.part_bytes,
        uploads.c.part_count,
        EXPIRES_AT.label("expires_at"),
        (func.now() > EXPIRES_AT).label("is_expired"),
        uploads.c.completed_at.is_not(None).label("is_completed"),
        uploads.c.aborted_at.is_not(None).label("is_aborted"),
    )
    .join_from(uploads, videos)
    .where(uploads.c.video_id == bindparam("of_video"))
)
_ALWAYS = select(literal(1)).subquery()  # one row where nothing is configured as well
_CONFIGURED = select(func.now().label("now"), *(configuration.c[name] for name in Configured.__dataclass_fields__))
_CONFIGURED = _CONFIGURED.select_from(_ALWAYS.outerjoin(configuration, true()))


def upload(conn: Connection, video_id: UUID) -> UploadRow:
    """The upload of a video.

    Raises:
        VideoNotFound: no video of that id is or was uploaded through the API.
    """
    row = conn.execute(_UPLOAD, {"of_video": video_id}).one_or_none()
    if row is None:
        raise VideoNotFound(f"No upload has the id {video_id}.")
    return UploadRow(**row._mapping)


def configured(conn: Connection) -> Configured:
    """What an admin has set of the limits on uploads."""
    return configured_now(conn)[0]


def configured_now(conn: Connection) -> tuple[Configured, datetime]:
    """What an admin has set, and what the time is: whoever counts a week needs both."""
    now, *told = conn.execute(_CONFIGURED).one()
    return Configured(*told), now


def site_of_camera(conn: Connection, camera_id: UUID) -> CameraSite:
    """The site that a camera belongs to.

    Raises:
        NotFound: there is no such camera.
    """
    wanted = select(sites.c.id.label("site_id"), sites.c.accepted_extensions, sites.c.max_file_bytes)
    row = conn.execute(wanted.join_from(cameras, sites).where(cameras.c.id == camera_id)).one_or_none()
    if row is None:
        raise NotFound(f"No camera has the id {camera_id}.")
    return CameraSite(**row._mapping)


def narrowed(conn: Connection, site_id: UUID | None) -> Narrowed:
    """What a video's site accepts; nothing is narrowed where it has none."""
    wanted = select(sites.c.accepted_extensions, sites.c.max_file_bytes, sites.c.max_duration_seconds)
    row = conn.execute(wanted.where(sites.c.id == site_id)).one_or_none()
    return Narrowed() if row is None else Narrowed(**row._mapping)


def category_exists(conn: Connection, category_id: UUID) -> bool:
    """Whether there is such a category."""
    return conn.scalar(select(categories.c.id).where(categories.c.id == category_id)) is not None


def rival(conn: Connection, *, scope: str, sha256: str, owner_id: UUID) -> Rival | None:
    """The video that holds these bytes in that scope, or is said to; the one that is furthest comes first.

    An upload under way counts while it is its owner's and alive: nobody waits for what a stranger may never send.
    """
    alive = (videos.c.owner_id == owner_id) & (uploads.c.seen_at > func.now() - LIFETIME)
    pending = videos.c.status.in_([VideoStatus.UPLOADED, VideoStatus.VALIDATING])
    declared = (videos.c.declared_sha256 == sha256) & (pending | ((videos.c.status == VideoStatus.UPLOADING) & alive))
    accepted = (videos.c.checksum_sha256 == sha256) & videos.c.status.in_(
        [VideoStatus.PROCESSING, VideoStatus.COMPLETED]
    )
    wanted = (
        select(videos.c.id.label("video_id"), videos.c.status)
        .join_from(videos, uploads, isouter=True)
        .where(videos.c.scope == scope, videos.c.duplicate_of.is_(None), or_(accepted, declared))
        .order_by(videos.c.validated_at.nulls_last(), videos.c.created_at)
        .limit(1)
    )
    row = conn.execute(wanted).one_or_none()
    return None if row is None else Rival(**row._mapping)


def used_bytes(conn: Connection, user_id: UUID, week_start: datetime) -> int:
    """How much of a week's quota a user has used or reserved."""
    used = select(quota_usage.c.bytes).where(quota_usage.c.user_id == user_id, quota_usage.c.week_start == week_start)
    return conn.scalar(used) or 0
