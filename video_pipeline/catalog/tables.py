"""The catalog's tables. What must always hold is a constraint here, not a habit of the code that writes.

Timestamps are `timestamptz`, set by the database's clock; sizes are bytes, durations seconds. A change here needs a
revision in `migrations/` (`migrate.check` compares the two).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from video_pipeline.catalog.documents import MediaFactsJson, WarningsJson
from video_pipeline.types import ArtifactKind, Container, JobStatus, Stage, VideoStatus

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SAME_BYTES = "uq_videos_scope_checksum_sha256"
"""The index that makes one video of the same bytes in the same scope; writers recognise a duplicate by its name."""


def _word(words: type[StrEnum], *, constraint: str) -> Enum:
    """A short text that is one of `words`, held by a CHECK: unlike a native enum it changes in a transaction."""
    return Enum(
        words,
        native_enum=False,
        create_constraint=True,
        name=constraint,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def _id() -> Column[Any]:
    return Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid())


def _moment(name: str, *, now: bool = False) -> Column[Any]:
    """A timestamp; with `now` it is always there and starts as the moment of the insert."""
    return Column(name, DateTime(timezone=True), nullable=not now, server_default=func.now() if now else None)


def _digest(column: str) -> CheckConstraint:
    """SHA-256 in lower-case hexadecimal, or nothing."""
    return CheckConstraint(f"{column} ~ '^[0-9a-f]{{64}}$'", name=f"{column}_is_sha256")


users = Table(
    "users",
    metadata,
    _id(),
    Column("email", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="member"),
    _moment("created_at", now=True),
    CheckConstraint("role IN ('member', 'admin')", name="role"),
)
Index("uq_users_email", func.lower(users.c.email), unique=True)

sites = Table(
    "sites",
    metadata,
    _id(),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _moment("created_at", now=True),
)

cameras = Table(
    "cameras",
    metadata,
    _id(),
    Column("site_id", ForeignKey("sites.id"), nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    _moment("created_at", now=True),
    UniqueConstraint("site_id", "slug"),
)

videos = Table(
    "videos",
    metadata,
    _id(),
    Column("status", _word(VideoStatus, constraint="status"), nullable=False),
    Column("source", Text, nullable=False),
    Column("owner_id", ForeignKey("users.id"), index=True),
    Column("camera_id", ForeignKey("cameras.id"), index=True),
    Column("site_id", ForeignKey("sites.id"), index=True),
    # Within a scope the same bytes are one video: "camera:<uuid>", else "owner:<uuid>", else "installation".
    Column("scope", Text, nullable=False),
    # What the uploader says.
    Column("filename", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("mime_type", Text),
    Column("title", Text),
    Column("description", Text),
    Column("operator_notes", Text),
    _moment("recorded_at"),
    Column("declared_bytes", BigInteger),
    Column("declared_sha256", Text),
    # What lies, or lay, in the bucket.
    Column("inbox_key", Text),
    Column("inbox_etag", Text),
    Column("size_bytes", BigInteger),
    Column("checksum_sha256", Text),
    Column("original_key", Text),
    # What the file says; the columns behind `facts` repeat of it what is asked for often.
    Column("browser_ready", Boolean),
    Column("facts", MediaFactsJson),
    Column("container", _word(Container, constraint="container")),
    Column("duration_seconds", Double),
    Column("width", Integer),
    Column("height", Integer),
    Column("frame_rate", Double),
    Column("video_codec", Text),
    Column("audio_codec", Text),
    Column("warnings", WarningsJson, nullable=False, server_default=text("'[]'::jsonb")),
    # How it went.
    Column("duplicate_of", ForeignKey("videos.id"), index=True),
    Column("error_code", Text),
    Column("error_sentence", Text),
    Column("error_retryable", Boolean),
    Column("run_id", Text),
    _moment("requested_at"),
    _moment("created_at", now=True),
    _moment("uploaded_at"),
    _moment("validated_at"),
    _moment("completed_at"),
    _moment("failed_at"),
    _moment("deleted_at"),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now(), onupdate=func.now()),
    CheckConstraint("source IN ('upload', 'drop')", name="source"),
    CheckConstraint("declared_bytes >= 0 AND size_bytes >= 0", name="bytes"),
    _digest("declared_sha256"),
    _digest("checksum_sha256"),
    CheckConstraint("duplicate_of <> id", name="duplicate_of_another"),
    CheckConstraint(
        "status NOT IN ('processing', 'completed') OR num_nulls(original_key, checksum_sha256, validated_at) = 0",
        name="accepted",
    ),
    CheckConstraint("status <> 'completed' OR num_nulls(duration_seconds, facts, completed_at) = 0", name="completed"),
    CheckConstraint(
        "status <> 'failed' OR num_nulls(error_code, error_sentence, error_retryable, failed_at) = 0", name="failed"
    ),
    CheckConstraint("(status = 'deleted') = (deleted_at IS NOT NULL)", name="deleted"),
    # Not the key alone: a camera that drops the same name again has dropped another video.
    UniqueConstraint("inbox_key", "inbox_etag"),
    Index("ix_videos_created_at", text("created_at DESC"), "id"),
    Index("ix_videos_status_created_at", "status", text("created_at DESC"), "id"),
)
Index(
    SAME_BYTES,
    videos.c.scope,
    videos.c.checksum_sha256,
    unique=True,
    postgresql_where=text(
        "checksum_sha256 IS NOT NULL AND duplicate_of IS NULL AND status NOT IN ('failed', 'deleted')"
    ),
)

artifacts = Table(
    "artifacts",
    metadata,
    _id(),
    Column("video_id", ForeignKey("videos.id"), nullable=False),
    Column("kind", _word(ArtifactKind, constraint="kind"), nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("content_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("input_sha256", Text, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("recipe_digest", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("facts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    _moment("created_at", now=True),
    _moment("superseded_at"),
    CheckConstraint("size_bytes >= 0", name="bytes"),
    _digest("sha256"),
    _digest("input_sha256"),
    Index("uq_artifacts_current", "video_id", "kind", unique=True, postgresql_where=text("superseded_at IS NULL")),
    Index("ix_artifacts_video_id", "video_id"),
)

jobs = Table(
    "jobs",
    metadata,
    _id(),
    Column("video_id", ForeignKey("videos.id"), nullable=False),
    Column("stage", _word(Stage, constraint="stage"), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("status", _word(JobStatus, constraint="status"), nullable=False),
    Column("progress", SmallInteger, nullable=False, server_default="0"),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("worker", Text, nullable=False),
    Column("media_seconds", Double),
    Column("error_code", Text),
    Column("error_sentence", Text),
    _moment("heartbeat_at", now=True),
    _moment("started_at", now=True),
    _moment("finished_at"),
    UniqueConstraint("video_id", "stage", "run_id"),
    CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    CheckConstraint("(status = 'running') = (finished_at IS NULL)", name="finished"),
    CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed"),
    Index("ix_jobs_running", "heartbeat_at", postgresql_where=text("status = 'running'")),
)

reprocess_requests = Table(
    "reprocess_requests",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("video_id", ForeignKey("videos.id"), nullable=False, index=True),
    Column("outputs", ARRAY(Text)),  # of `Output`; null means everything
    Column("requested_by", Text, nullable=False),
    _moment("requested_at", now=True),
    _moment("dispatched_at"),
    Column("run_id", Text),
    Index("ix_reprocess_requests_pending", "id", postgresql_where=text("run_id IS NULL")),
)
