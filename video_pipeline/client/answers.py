"""What the API answers, as frozen values. Sizes are bytes, times are timezone-aware, other fields are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from video_pipeline.client.problems import ApiProblem
from video_pipeline.types import ArtifactKind, JobStatus, Stage, VideoStatus


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that a video belongs to."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a video failed, and whether asking for it again may help."""

    code: str
    sentence: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - what the product calls it
    """Something odd about a file that was taken nevertheless."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSummary:
    """A video in a list."""

    id: UUID
    title: str | None
    filename: str
    status: VideoStatus
    duration_seconds: float | None
    size_bytes: int | None
    width: int | None
    height: int | None
    created_at: datetime
    recorded_at: datetime | None
    uploaded_at: datetime | None
    site: Reference | None
    camera: Reference | None
    category: Reference | None
    owner: Reference | None
    view_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(VideoSummary):
    """Everything about a video."""

    description: str | None
    operator_notes: str | None
    source: str
    container: str | None
    video_codec: str | None
    audio_codec: str | None
    frame_rate: float | None
    checksum_sha256: str | None
    browser_ready: bool | None
    duplicate_of: UUID | None
    warnings: tuple[Warning, ...]
    error: Fault | None
    updated_at: datetime
    completed_at: datetime | None

    @property
    def error_code(self) -> str | None:
        """Why it failed, for programs."""
        return self.error.code if self.error else None

    @property
    def error_sentence(self) -> str | None:
        """Why it failed, for people."""
        return self.error.sentence if self.error else None


@dataclass(frozen=True, slots=True)
class VideoPage:
    """One page of a list; counting ends at 10 000, and `next_cursor` is None on the last page."""

    total: int
    total_is_exact: bool
    next_cursor: str | None
    videos: tuple[VideoSummary, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """One stage of one run for one video; `progress` in percent."""

    id: UUID
    stage: Stage
    status: JobStatus
    progress: int
    attempt: int
    run_id: str
    error_code: str | None
    error_sentence: str | None
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a video stands; `progress` of all stages together, in percent, `jobs` in the order they started."""

    status: VideoStatus
    error: Fault | None
    progress: int
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something derived from a video."""

    kind: ArtifactKind
    content_type: str
    size_bytes: int
    sha256: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """A site."""

    id: UUID
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera of a site."""

    id: UUID
    site_id: UUID
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Category:
    """What a video can be about."""

    id: UUID
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class PartUrl:
    """Where a part is PUT."""

    number: int
    url: str


@dataclass(frozen=True, slots=True)
class Put:
    """The one request that sends a small file."""

    method: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """Addresses of parts, or of the file where it is sent as one."""

    parts: tuple[PartUrl, ...]
    put: Put | None


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload that has begun, with its first addresses."""

    video_id: UUID
    part_size: int
    part_count: int
    parts: tuple[PartUrl, ...]
    put: Put | None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same bytes are there already, or on their way by an upload of ours that can be gone on with."""

    video_id: UUID
    status: VideoStatus


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part that the store has got."""

    number: int
    etag: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """How an upload is cut, and the parts that the store has got."""

    part_size: int
    part_count: int
    parts: tuple[StoredPart, ...]


@dataclass(frozen=True, slots=True)
class Completed:
    """A video that has been uploaded."""

    video_id: UUID
    status: VideoStatus


@dataclass(frozen=True, slots=True)
class Link:
    """A signed link to media, relative to the API's address; whoever holds it gets them."""

    url: str
    content_type: str
    size_bytes: int


Kind = TypeVar("Kind")


_ADAPTERS: dict[object, TypeAdapter[Any]] = {}
"""Made when first needed: each takes a millisecond."""


def _adapter(kind: type[Kind]) -> TypeAdapter[Kind]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def read(kind: type[Kind], told: object) -> Kind:
    """An answer as a value.

    Raises:
        ApiProblem: the server said something else, as another version may.
    """
    try:
        return _adapter(kind).validate_python(told)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise ApiProblem(
            f"The server's answer is none that this version knows ({kind.__name__}, {where}: {fault['msg']}).",
            status=HTTPStatus.OK,
        ) from error
