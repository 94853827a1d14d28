"""Videos as the API shows them, and what may be said of one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from video_pipeline import playback
from video_pipeline.api.schemas.uploads import Recorded
from video_pipeline.api.schemas.words import Prose
from video_pipeline.catalog.described import DescribedVideo, Named
from video_pipeline.catalog.rows import VideoRow
from video_pipeline.playback import Grant, Keyring, Rendering
from video_pipeline.types import ArtifactKind, Container, VideoStatus


class Reference(BaseModel):
    """Something that a video belongs to."""

    id: UUID
    name: str = Field(examples=["North entrance"])

    @classmethod
    def to(cls, named: Named | None) -> Self | None:
        """A reference, or none."""
        return None if named is None else cls(id=named.id, name=named.name)


class Fault(BaseModel):
    """Why a video failed."""

    code: str = Field(examples=["damaged"])
    sentence: str = Field(examples=["The file ends before its last frame. Upload it again."])
    retryable: bool = Field(description="Whether asking for it again may help.")

    @classmethod
    def of(cls, row: VideoRow) -> Self | None:
        """What went wrong, while the video is failed."""
        if row.error_code is None:
            return None
        return cls(code=row.error_code, sentence=row.error_sentence or "", retryable=bool(row.error_retryable))


class Warning(BaseModel):  # noqa: A001 - what the product calls it
    """Something odd about a file that was taken nevertheless."""

    code: str = Field(examples=["extension_differs"])
    sentence: str = Field(examples=["It is named .mp4 and is Matroska."])


class VideoSummary(BaseModel):
    """A video in a list."""

    id: UUID
    title: str | None = Field(examples=["Harbour in fog"])
    filename: str = Field(examples=["GX010042.MP4"])
    status: VideoStatus
    duration_seconds: float | None = Field(examples=[12.5])
    size_bytes: int | None = Field(examples=[52428800])
    width: int | None = Field(examples=[1920])
    height: int | None = Field(examples=[1080])
    created_at: datetime
    recorded_at: datetime | None
    uploaded_at: datetime | None
    site: Reference | None
    camera: Reference | None
    category: Reference | None
    owner: Reference | None
    has_proxy: bool
    thumbnail_url: str | None = Field(
        description="A signed link to the poster; relative to the API's address.",
        examples=["/media/7f0c1a52-8d3f-4f0e-9f3e-0d9f4b8f2a11/poster?expires=1790000000&key=2026&signature=5f…"],
    )
    view_count: int = Field(examples=[12])

    @classmethod
    def of(cls, video: DescribedVideo, keys: Keyring, now: datetime) -> Self:
        """The video as somebody sees it now."""
        return cls(**_summary(video, keys, now))


class VideoDetail(VideoSummary):
    """Everything about a video that people ask for."""

    description: str | None = Field(examples=["Before sunrise."])
    operator_notes: str | None = Field(examples=["Lens was wet."])
    source: str = Field(examples=["upload"])
    container: Container | None
    video_codec: str | None = Field(examples=["h264"])
    audio_codec: str | None = Field(examples=["aac"])
    frame_rate: float | None = Field(examples=[29.97])
    checksum_sha256: str | None = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    browser_ready: bool | None = Field(description="Whether browsers play the original itself.")
    duplicate_of: UUID | None
    warnings: list[Warning]
    error: Fault | None
    updated_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, video: DescribedVideo, keys: Keyring, now: datetime) -> Self:
        """The video as somebody sees it now."""
        row = video.row
        warnings = [Warning(code=finding.code, sentence=finding.sentence) for finding in row.warnings]
        more = cls.model_fields.keys() - VideoSummary.model_fields.keys() - {"warnings", "error"}
        told = {name: getattr(row, name) for name in more}
        return cls(**_summary(video, keys, now), **told, warnings=warnings, error=Fault.of(row))


class VideoPage(BaseModel):
    """One page of a list of videos."""

    total: int = Field(description="How many there are; counting ends at 10 000.", examples=[42])
    total_is_exact: bool = Field(description="Whether there are no more than `total`.")
    limit: int = Field(examples=[20])
    offset: int = Field(examples=[0])
    next_cursor: str | None = Field(
        description="What to ask for the next page with; null on the last one.", examples=["WyJkYXRlIiwi…"]
    )
    videos: list[VideoSummary]


class VideoChange(BaseModel):
    """What is to be changed of a video; what is left out stays, null takes it away."""

    model_config = ConfigDict(extra="forbid")

    title: Prose | None = Field(default=None, max_length=500, examples=["Harbour in fog"])
    description: Prose | None = Field(default=None, max_length=10_000, examples=["Before sunrise."])
    operator_notes: Prose | None = Field(default=None, max_length=10_000, examples=["Lens was wet."])
    recorded_at: Recorded | None = None
    category_id: UUID | None = None


def _summary(video: DescribedVideo, keys: Keyring, now: datetime) -> dict[str, Any]:
    plain = ("id", "title", "filename", "status", "duration_seconds", "size_bytes", "width", "height", "created_at")
    told = {name: getattr(video.row, name) for name in (*plain, "recorded_at", "uploaded_at", "view_count")}
    for name in ("site", "camera", "category", "owner"):
        told[name] = Reference.to(getattr(video, name))
    told["has_proxy"] = ArtifactKind.PROXY in video.artifacts
    return {**told, "thumbnail_url": _thumbnail(video, keys, now)}


def _thumbnail(video: DescribedVideo, keys: Keyring, now: datetime) -> str | None:
    if ArtifactKind.POSTER not in video.artifacts or not keys.keys:
        return None
    expires = playback.expiry(now, playback.POSTER_SECONDS, rounded_to=playback.POSTER_SECONDS)
    return playback.address(keys, Grant(video.row.id, Rendering.POSTER, expires))
