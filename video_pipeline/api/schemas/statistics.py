"""What the videos of somebody add up to, as the API shows it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field

from video_pipeline.catalog import statistics
from video_pipeline.types import VideoStatus


class Storage(BaseModel):
    """How many bytes lie in the bucket."""

    original_bytes: int = Field(examples=[52428800])
    derived_bytes: int = Field(examples=[6291456])
    total_bytes: int = Field(examples=[58720256])


class ProcessingTimes(BaseModel):
    """How long videos took from the end of their upload until they were completed, within the last 30 days."""

    completed: int = Field(examples=[12])
    mean_seconds: float | None = Field(examples=[14.2])
    p95_seconds: float | None = Field(examples=[40.0])


class Activity(BaseModel):
    """What happened within the last 24 hours."""

    uploaded: int = Field(examples=[4])
    completed: int = Field(examples=[3])
    failed: int = Field(examples=[1])


class Statistics(BaseModel):
    """Sums over the videos that the caller sees."""

    videos: int = Field(examples=[12])
    by_status: dict[VideoStatus, int]
    video_seconds: float = Field(description="How long all of them last together.", examples=[3600.5])
    storage: Storage
    processing: ProcessingTimes
    last_day: Activity

    @classmethod
    def of(cls, row: statistics.Statistics) -> Self:
        """The sums as the catalog gives them."""
        return cls(
            videos=sum(row.by_status.values()),
            by_status=row.by_status,
            video_seconds=row.video_seconds,
            storage=Storage(
                original_bytes=row.original_bytes,
                derived_bytes=row.derived_bytes,
                total_bytes=row.original_bytes + row.derived_bytes,
            ),
            processing=ProcessingTimes(
                completed=row.completed_this_month,
                mean_seconds=row.mean_seconds_to_complete,
                p95_seconds=row.p95_seconds_to_complete,
            ),
            last_day=Activity(uploaded=row.uploaded_today, completed=row.completed_today, failed=row.failed_today),
        )
