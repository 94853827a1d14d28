"""What is being done for a video, and what has come of it, as the API shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from video_pipeline.api.schemas.videos import Fault
from video_pipeline.catalog.progress import percent
from video_pipeline.catalog.rows import ArtifactRow, JobRow, VideoRow
from video_pipeline.types import ArtifactKind, JobStatus, Output, Stage, VideoStatus


class Job(BaseModel):
    """One stage of one run for one video."""

    id: UUID
    video_id: UUID
    stage: Stage
    status: JobStatus
    progress: int = Field(description="In percent.", examples=[40])
    attempt: int = Field(examples=[1])
    run_id: str = Field(examples=["5a0e2ea6-3c1c-4d4e-8b57-0c1f6a1f2b3d"])
    worker: str = Field(examples=["worker-1"])
    error_code: str | None = Field(examples=[None])
    error_sentence: str | None = Field(examples=[None])
    heartbeat_at: datetime
    started_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: JobRow) -> Self:
        """The job as the catalog knows it."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class Standing(BaseModel):
    """Where a video stands."""

    status: VideoStatus
    error: Fault | None
    progress: int = Field(description="Of all stages together, in percent.", examples=[63])
    jobs: list[Job] = Field(description="In the order they started, earlier runs included.")

    @classmethod
    def of(cls, video: VideoRow, jobs: Sequence[JobRow]) -> Self:
        """Where it stands, by its own row and its jobs'."""
        return cls(
            status=video.status,
            error=Fault.of(video),
            progress=percent(video, jobs),
            jobs=[Job.of(job) for job in jobs],
        )


class Recipe(BaseModel):
    """What made an artifact: two of the same recipe, made of the same bytes, are interchangeable."""

    code_version: str = Field(examples=["3"])
    digest: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])


class Artifact(BaseModel):
    """Something derived from a video."""

    kind: ArtifactKind
    content_type: str = Field(examples=["video/mp4"])
    size_bytes: int = Field(examples=[1048576])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    input_sha256: str = Field(
        description="Of the original that it was made from.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    recipe: Recipe
    run_id: str = Field(examples=["5a0e2ea6-3c1c-4d4e-8b57-0c1f6a1f2b3d"])
    made_at: datetime

    @classmethod
    def of(cls, row: ArtifactRow) -> Self:
        """The artifact as the catalog knows it."""
        plain = {name: getattr(row, name) for name in cls.model_fields.keys() - {"recipe", "made_at"}}
        recipe = Recipe(code_version=row.code_version, digest=row.recipe_digest)
        return cls(**plain, recipe=recipe, made_at=row.created_at)


class ReprocessWish(BaseModel):
    """What is to be made again."""

    model_config = ConfigDict(extra="forbid")

    outputs: list[Output] | None = Field(default=None, min_length=1, description="Everything, if left out.")


class ReprocessAccepted(BaseModel):
    """The wish is noted; a run will fulfil it."""

    request_id: int = Field(examples=[7])
