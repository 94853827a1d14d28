"""The product's words: what a video, an artifact and a job are, as frozen values that every layer shares.

This module imports nothing of ours. Units are in the names or the docstrings: seconds are floats, sizes are bytes,
timestamps are timezone-aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from uuid import UUID


class VideoStatus(StrEnum):
    """Where a video stands; the only status words of the product, in the order a video passes them."""

    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    VALIDATING = "validating"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    DELETED = "deleted"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the video unless somebody asks for it."""
        return self in {VideoStatus.COMPLETED, VideoStatus.FAILED, VideoStatus.DELETED}


class Stage(StrEnum):
    """One step of a video's journey; a job is one run of one stage for one video."""

    VALIDATION = "validation"
    METADATA = "metadata"
    RENDITIONS = "renditions"
    PUBLICATION = "publication"


class JobStatus(StrEnum):
    """Where a job stands. A job found running after its run ended was interrupted, and is failed."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Output(StrEnum):
    """What the renditions derive from an original; each is a Dagster asset of the same name."""

    PROXY = "proxy"
    POSTER = "poster"
    STORYBOARD = "storyboard"
    AUDIO = "audio"
    SCENE_CUTS = "scene_cuts"
    WEB = "web"

    @property
    def kinds(self) -> frozenset[ArtifactKind]:
        """The artifacts that this output is made of."""
        index = {ArtifactKind.STORYBOARD_INDEX} if self is Output.STORYBOARD else set()
        return frozenset({ArtifactKind(self), *index})


class ArtifactKind(StrEnum):
    """One derived object. An output is made of one artifact, the storyboard of two: its picture and its index."""

    PROXY = "proxy"
    POSTER = "poster"
    STORYBOARD = "storyboard"
    STORYBOARD_INDEX = "storyboard_index"
    AUDIO = "audio"
    SCENE_CUTS = "scene_cuts"
    WEB = "web"


class Container(StrEnum):
    """A file format that uploads may have, by the extension its objects get."""

    MP4 = "mp4"
    MOV = "mov"
    MKV = "mkv"
    WEBM = "webm"
    AVI = "avi"
    MPEG_TS = "ts"
    MPEG_PS = "mpg"
    FLV = "flv"
    OGG = "ogv"
    ASF = "wmv"
    MXF = "mxf"

    @property
    def content_type(self) -> str:
        """The media type that files of this format are served as; the registered one where there is one."""
        return _CONTENT_TYPES[self]

    @property
    def label(self) -> str:
        """What people call the format."""
        return _LABELS[self]


_CONTENT_TYPES = {
    Container.MP4: "video/mp4",  # RFC 4337
    Container.MOV: "video/quicktime",
    Container.MKV: "video/matroska",  # RFC 9559
    Container.WEBM: "video/webm",
    Container.AVI: "video/x-msvideo",
    Container.MPEG_TS: "video/mp2t",  # RFC 3555
    Container.MPEG_PS: "video/mpeg",
    Container.FLV: "video/x-flv",
    Container.OGG: "video/ogg",  # RFC 5334
    Container.ASF: "video/x-ms-asf",
    Container.MXF: "application/mxf",  # RFC 4539
}
_LABELS = {
    Container.MP4: "MP4",
    Container.MOV: "QuickTime (MOV)",
    Container.MKV: "Matroska (MKV)",
    Container.WEBM: "WebM",
    Container.AVI: "AVI",
    Container.MPEG_TS: "MPEG transport stream (TS)",
    Container.MPEG_PS: "MPEG program stream (MPG)",
    Container.FLV: "Flash Video (FLV)",
    Container.OGG: "Ogg (OGV)",
    Container.ASF: "Windows Media (WMV)",
    Container.MXF: "MXF",
}

USUAL_CONTAINERS = frozenset({Container.MP4, Container.MOV, Container.MKV, Container.WEBM, Container.AVI})
"""What is accepted unless an installation says otherwise: what people upload every day."""


class Role(StrEnum):
    """What a user may do: members work with their own videos and their sites', admins with everything."""

    MEMBER = "member"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for something: a user who has proved who they are, and the sites whose videos they see."""

    user_id: UUID
    role: Role
    sites: frozenset[UUID] = frozenset()

    @property
    def is_admin(self) -> bool:
        """Whether the caller may do everything."""
        return self.role is Role.ADMIN


class Severity(StrEnum):
    """What a finding about a file means: the file is refused, or it is taken and the finding is recorded."""

    REFUSE = "refuse"
    WARN = "warn"


class Sandbox(StrEnum):
    """Whether the kernel confines media processes: to what it can, to all of it or not at all, or never."""

    AUTO = "auto"
    REQUIRED = "required"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a rule found in a file: a stable code and a sentence for the person who uploaded it."""

    code: str
    sentence: str
    severity: Severity = Severity.REFUSE


@dataclass(frozen=True, slots=True)
class VideoStream:
    """The main picture of a file.

    `width` × `height` are pixels as displayed, after sample aspect ratio and rotation; `coded_width` × `coded_height`
    as stored. A player shows the picture `mirrored`, left for right, where that is set, and then turned by `rotation`
    degrees clockwise (0, 90, 180, 270). `frame_rate` is in frames per second, the average of a variable one, zero where
    the file does not say. `duration_seconds` is as declared. How each is chosen: media/choices.py.
    """

    index: int
    codec: str
    profile: str | None
    pixel_format: str | None
    bit_depth: int
    coded_width: int
    coded_height: int
    width: int
    height: int
    sample_aspect_ratio: Fraction
    rotation: int
    frame_rate: Fraction
    variable_frame_rate: bool
    frames: int | None
    duration_seconds: float | None
    start_seconds: float
    bit_rate: int | None
    color_space: str | None
    color_primaries: str | None
    color_transfer: str | None
    color_range: str | None
    interlaced: bool
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class AudioStream:
    """The sound that plays by default. `sample_rate` in Hz, `bit_rate` in bits per second."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    layout: str | None
    bit_rate: int | None
    duration_seconds: float | None
    start_seconds: float
    language: str | None


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a file says of itself, read without decoding it: claims, not yet truths.

    `container` is None where the format is none that the product knows. `faststart` tells whether an MP4's index
    stands before its media (None for other formats), `encrypted` whether its media needs a key. `tags` are a
    stranger's text: cleaned of NULs and invalid Unicode, shortened, and still to be escaped wherever shown.
    """

    format_name: str
    container: Container | None
    size_bytes: int
    duration_seconds: float | None
    start_seconds: float
    bit_rate: int | None
    video: VideoStream | None
    audio: AudioStream | None
    video_streams: int
    audio_streams: int
    subtitle_streams: int
    other_streams: int
    faststart: bool | None
    encrypted: bool = False
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes an output: the version of the code and the parameters it was given.

    Two artifacts with the same recipe and the same input digest are interchangeable; `digest` is what is compared.
    """

    output: Output
    code_version: str
    digest: str


@dataclass(frozen=True, slots=True)
class SceneCut:
    """One scene, from `start_seconds` up to `end_seconds`, on the clock of the proxy."""

    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as the bucket lists it. `etag` carries no quotes and is no hash: it changes when the bytes do."""

    key: str
    etag: str
    size_bytes: int
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class NewArtifact:
    """A derived object that lies in the bucket and has passed its checks, about to become the current one."""

    video_id: UUID
    kind: ArtifactKind
    key: str
    content_type: str
    size_bytes: int
    sha256: str
    input_sha256: str
    recipe: Recipe
    run_id: str
    facts: dict[str, object] = field(default_factory=dict)
