"""What the catalog's queries give: one frozen dataclass per kind of row, in the product's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from video_pipeline.types import (
    ArtifactKind,
    Container,
    Finding,
    JobStatus,
    MediaFacts,
    Output,
    Stage,
    VideoStatus,
)


@dataclass(frozen=True, slots=True)
class VideoRow:
    """A video as the catalog knows it: every column of its row.

    `warnings` are what the file was accepted with. `run_id` is the latest Dagster run seen for it, `requested_at` when
    one was last asked for. `error_…` are set while it is failed.
    """

    id: UUID
    status: VideoStatus
    source: Literal["upload", "drop"]
    owner_id: UUID | None
    camera_id: UUID | None
    site_id: UUID | None
    category_id: UUID | None
    scope: str
    filename: str
    extension: str
    mime_type: str | None
    title: str | None
    description: str | None
    operator_notes: str | None
    recorded_at: datetime | None
    declared_bytes: int | None
    declared_sha256: str | None
    inbox_key: str | None
    inbox_etag: str | None
    size_bytes: int | None
    checksum_sha256: str | None
    original_key: str | None
    browser_ready: bool | None
    facts: MediaFacts | None
    container: Container | None
    duration_seconds: float | None
    width: int | None
    height: int | None
    frame_rate: float | None
    video_codec: str | None
    audio_codec: str | None
    warnings: tuple[Finding, ...]
    view_count: int
    duplicate_of: UUID | None
    error_code: str | None
    error_sentence: str | None
    error_retryable: bool | None
    run_id: str | None
    requested_at: datetime | None
    created_at: datetime
    uploaded_at: datetime | None
    validated_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    deleted_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a video stands, as far as the sensor needs to know to ask for a run or not."""

    status: VideoStatus
    requested_at: datetime | None
    run_id: str | None


@dataclass(frozen=True, slots=True)
class ArtifactRow:
    """A derived object and what made it; `superseded_at` is set once another one took its place."""

    id: UUID
    video_id: UUID
    kind: ArtifactKind
    key: str
    content_type: str
    size_bytes: int
    sha256: str
    input_sha256: str
    code_version: str
    recipe_digest: str
    run_id: str
    facts: dict[str, object]
    created_at: datetime
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobRow:
    """One stage of one run for one video; `progress` is 0 to 100 and last grew at `advanced_at`.

    `media_seconds` is what its media processes took.
    """

    id: UUID
    video_id: UUID
    stage: Stage
    run_id: str
    status: JobStatus
    progress: int
    attempt: int
    worker: str
    media_seconds: float | None
    error_code: str | None
    error_sentence: str | None
    heartbeat_at: datetime
    advanced_at: datetime
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReprocessRow:
    """A wish to derive outputs again, `outputs` None meaning all of them; it waits until `run_id` is known.

    `priority` is zero for a person's, and below it for a backfill's.
    """

    id: int
    video_id: UUID
    outputs: tuple[Output, ...] | None
    priority: int
    requested_by: str
    requested_at: datetime
    dispatched_at: datetime | None
    run_id: str | None
