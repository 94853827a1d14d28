"""Where what is served of a video comes from, as the API shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from video_pipeline.api.schemas.processing import Artifact, Job
from video_pipeline.catalog.retiring import ArchivedRun
from video_pipeline.catalog.rows import ArtifactRow, JobRow, VideoRow
from video_pipeline.types import ArtifactKind


class Sent(BaseModel):
    """What somebody sent."""

    source: str = Field(examples=["upload"])
    filename: str = Field(examples=["gate.mp4"])
    declared_bytes: int | None = Field(examples=[1048576])
    declared_sha256: str | None = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    etag: str | None = Field(description="Of the object that arrived.", examples=["9b2cf535f27731c974343645a3985328"])
    uploaded_at: datetime | None


class Original(BaseModel):
    """What was validated: everything else is made of these bytes."""

    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    size_bytes: int = Field(examples=[1048576])
    validated_at: datetime


class Step(BaseModel):
    """A step of a run."""

    name: str = Field(examples=["renditions"])
    status: str | None = Field(examples=["SUCCESS"])
    attempts: int | None = Field(examples=[1])
    started_at: datetime | None
    seconds: float | None = Field(examples=[4.2])


class Run(BaseModel):
    """A run that worked on the video: with its jobs, and with its steps once Dagster has let it go."""

    run_id: str = Field(examples=["5a0e2ea6-3c1c-4d4e-8b57-0c1f6a1f2b3d"])
    status: str | None = Field(description="Null while it is Dagster that knows.", examples=["SUCCESS"])
    started_at: datetime | None
    ended_at: datetime | None
    steps: list[Step]
    jobs: list[Job]


class Lineage(BaseModel):
    """From the bytes that came in to those that are served, and the runs in between."""

    video_id: UUID
    upload: Sent
    original: Original | None
    artifacts: list[Artifact]
    runs: list[Run] = Field(description="In the order they began.")

    @classmethod
    def of(
        cls,
        row: VideoRow,
        artifacts: Mapping[ArtifactKind, ArtifactRow],
        jobs: Sequence[JobRow],
        archived: Sequence[ArchivedRun],
    ) -> Self:
        """The lineage as the catalog knows it; `jobs` are in the order they started."""
        return cls(
            video_id=row.id,
            upload=Sent(
                source=row.source,
                filename=row.filename,
                declared_bytes=row.declared_bytes,
                declared_sha256=row.declared_sha256,
                etag=row.inbox_etag,
                uploaded_at=row.uploaded_at,
            ),
            original=_original(row),
            artifacts=[Artifact.of(artifacts[kind]) for kind in sorted(artifacts)],
            runs=list(_runs(jobs, {run.run_id: run for run in archived})),
        )


def _original(row: VideoRow) -> Original | None:
    if row.original_key is None or row.checksum_sha256 is None or row.size_bytes is None or row.validated_at is None:
        return None
    return Original(sha256=row.checksum_sha256, size_bytes=row.size_bytes, validated_at=row.validated_at)


def _runs(jobs: Sequence[JobRow], archived: Mapping[str, ArchivedRun]) -> Iterable[Run]:
    for run_id in dict.fromkeys([*(job.run_id for job in jobs), *archived]):
        told = _told(archived[run_id]) if run_id in archived else _untold()
        yield Run(run_id=run_id, **told, jobs=[Job.of(job) for job in jobs if job.run_id == run_id])


def _told(run: ArchivedRun) -> dict[str, Any]:
    return {"status": run.status, "started_at": run.started_at, "ended_at": run.ended_at, "steps": run.steps}


def _untold() -> dict[str, Any]:
    return {"status": None, "started_at": None, "ended_at": None, "steps": []}
