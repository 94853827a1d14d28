"""Snapshots of videos that never were: what is not told is nothing, or the same for all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from video_pipeline.catalog.rows import ArtifactRow, JobRow, VideoRow
from video_pipeline.cli.follow import Snapshot
from video_pipeline.types import ArtifactKind, JobStatus, Stage, VideoStatus

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def _row(row: type, **told: object) -> Any:
    return row(**{field.name: told.get(field.name) for field in fields(row)})


def job(stage: Stage, **told: object) -> JobRow:
    """A job that has just begun."""
    usual = {"status": JobStatus.RUNNING, "progress": 0, "started_at": MOMENT, "attempt": 1, "run_id": "run-1"}
    row: JobRow = _row(JobRow, stage=stage, **{**usual, **told})
    return row


def artifact(kind: ArtifactKind, **told: object) -> ArtifactRow:
    """A derived object of a kilobyte."""
    usual = {"size_bytes": 1000, "recipe_digest": "d" * 64, "key": f"renditions/{kind}"}
    row: ArtifactRow = _row(ArtifactRow, kind=kind, **{**usual, **told})
    return row


def snapshot(
    status: VideoStatus = VideoStatus.UPLOADED,
    *,
    id: UUID | None = None,  # noqa: A002 - a column's name
    jobs: Collection[JobRow] = (),
    artifacts: Collection[ArtifactRow] = (),
    **told: object,
) -> Snapshot:
    """A video as it stands."""
    video: VideoRow = _row(VideoRow, **{"id": id or uuid4(), "status": status, "filename": "clip.mp4", **told})
    return Snapshot(video, {one.stage: one for one in jobs}, {one.kind: one for one in artifacts})
