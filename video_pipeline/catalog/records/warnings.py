"""Warnings: what a file was accepted with."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, update

from video_pipeline.catalog.records.guards import locked
from video_pipeline.catalog.tables import videos
from video_pipeline.types import Finding


def add_warnings(conn: Connection, video_id: UUID, findings: Sequence[Finding]) -> None:
    """Add what only decoding showed of the file; a warning of the same code takes the place of the one before.

    Raises:
        VideoNotFound: no video has that id.
    """
    codes = {finding.code for finding in findings}
    kept = tuple(known for known in locked(conn, video_id).warnings if known.code not in codes)
    conn.execute(update(videos).where(videos.c.id == video_id).values(warnings=(*kept, *findings)))
