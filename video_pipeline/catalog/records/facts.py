"""What is known of a video: what its file says of itself, and what decoding it showed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, func, update

from video_pipeline.catalog.records.guards import IN_WORK, locked, refusal
from video_pipeline.catalog.tables import videos
from video_pipeline.types import Finding, MediaFacts


def record_metadata(conn: Connection, video_id: UUID, *, facts: MediaFacts, browser_ready: bool) -> None:
    """Write what the file says of itself, and again what is often asked for into columns of its own.

    Raises:
        RequestRefused: the video is not in work.
    """
    picture, sound = facts.video, facts.audio
    step = (
        update(videos)
        .where(videos.c.id == video_id, videos.c.status.in_(IN_WORK))
        .values(
            facts=facts,
            browser_ready=browser_ready,
            container=facts.container,
            duration_seconds=func.coalesce(videos.c.duration_seconds, facts.duration_seconds),  # see record_duration
            width=picture.width if picture else None,
            height=picture.height if picture else None,
            frame_rate=(float(picture.frame_rate) or None) if picture else None,
            video_codec=picture.codec if picture else None,
            audio_codec=sound.codec if sound else None,
        )
    )
    if not conn.execute(step).rowcount:
        raise refusal(conn, video_id, "be described")


def record_duration(conn: Connection, video_id: UUID, seconds: float) -> None:
    """Write how long the video lasts as decoded, which counts from now on, whatever the file says of itself.

    Raises:
        RequestRefused: the video is not in work.
    """
    step = update(videos).where(videos.c.id == video_id, videos.c.status.in_(IN_WORK))
    if not conn.execute(step.values(duration_seconds=seconds)).rowcount:
        raise refusal(conn, video_id, "be measured")


def add_warnings(conn: Connection, video_id: UUID, findings: Sequence[Finding]) -> None:
    """Add what only decoding showed of the file; a warning of the same code takes the place of the one before.

    Raises:
        VideoNotFound: no video has that id.
    """
    codes = {finding.code for finding in findings}
    kept = tuple(known for known in locked(conn, video_id).warnings if known.code not in codes)
    conn.execute(update(videos).where(videos.c.id == video_id).values(warnings=(*kept, *findings)))
