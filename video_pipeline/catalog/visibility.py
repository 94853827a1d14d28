"""Who may see a video, and who may change it, told once and in SQL.

Admins see everything, others what they own and what belongs to their sites; nobody sees what is deleted. Owners and
admins change. Someone else's video is not found where it is read, and not allowed where it is changed.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from video_pipeline.catalog import queries
from video_pipeline.catalog.rows import JobRow, VideoRow
from video_pipeline.catalog.tables import jobs, videos
from video_pipeline.errors import NotAllowed, NotFound, VideoNotFound
from video_pipeline.types import Caller, VideoStatus

ALIVE = videos.c.status != VideoStatus.DELETED


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """The condition that picks the videos that the caller may see."""
    if caller.is_admin:
        return ALIVE
    is_own, is_of_site = videos.c.owner_id == caller.user_id, videos.c.site_id.in_(sorted(caller.sites))
    return and_(ALIVE, or_(is_own, is_of_site) if caller.sites else is_own)


def visible(conn: Connection, caller: Caller, video_id: UUID) -> VideoRow:
    """A video for somebody who wants to read it.

    Raises:
        VideoNotFound: there is none of that id, or none that the caller may see; nobody learns which.
    """
    row = conn.execute(select(videos).where(videos.c.id == video_id, visible_to(caller))).one_or_none()
    if row is None:
        raise VideoNotFound(f"No video has the id {video_id}.")
    return VideoRow(**row._mapping)


def visible_job(conn: Connection, caller: Caller, job_id: UUID) -> JobRow:
    """A job of a video that the caller may see.

    Raises:
        NotFound: there is none of that id.
    """
    theirs = select(jobs).join(videos, videos.c.id == jobs.c.video_id).where(jobs.c.id == job_id, visible_to(caller))
    row = conn.execute(theirs).one_or_none()
    if row is None:
        raise NotFound(f"No job has the id {job_id}.")
    return JobRow(**row._mapping)


def changeable(conn: Connection, caller: Caller, video_id: UUID) -> VideoRow:
    """A video for somebody who wants to change it.

    Raises:
        VideoNotFound: there is none of that id, or it is deleted.
        NotAllowed: it is somebody else's.
    """
    video = owned(conn, caller, video_id)
    if video.status is VideoStatus.DELETED:
        raise VideoNotFound(f"No video has the id {video_id}.")
    return video


def owned(conn: Connection, caller: Caller, video_id: UUID) -> VideoRow:
    """A video of the caller's own, or any for an admin, deleted ones included.

    Raises:
        VideoNotFound: there is none of that id.
        NotAllowed: it is somebody else's.
    """
    video = queries.video(conn, video_id)
    if not caller.is_admin and video.owner_id != caller.user_id:
        raise NotAllowed("Only its owner or an admin may change this video.")
    return video
