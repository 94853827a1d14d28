"""The catalog's tables. What must always hold is a constraint here, not a habit of the code that writes.

Timestamps are `timestamptz`, set by the database's clock; sizes are bytes, durations seconds. A change here needs a
revision in `migrations/` (`migrate.check` compares the two). Who uses the product stands in `people`.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from video_pipeline.catalog import alerting as alerting  # whoever knows the tables knows these as well
from video_pipeline.catalog import care as care
from video_pipeline.catalog import people
from video_pipeline.catalog.columns import digest, identity, metadata, moment, word
from video_pipeline.catalog.documents import MediaFactsJson, WarningsJson
from video_pipeline.types import ArtifactKind, Container, JobStatus, Stage, VideoStatus

SAME_BYTES = "uq_videos_scope_checksum_sha256"
"""The index that makes one video of the same bytes in the same scope; writers recognise a duplicate by its name."""


sites = Table(
    "sites",
    metadata,
    identity(),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    # What the site accepts where that is less than the installation does.
    Column("accepted_extensions", ARRAY(Text)),
    Column("max_file_bytes", BigInteger),
    Column("max_duration_seconds", Double),
    moment("created_at", now=True),
    CheckConstraint("max_file_bytes > 0 AND max_duration_seconds > 0", name="limits"),
)

categories = Table(
    "categories",
    metadata,
    identity(),
    Column("name", Text, nullable=False),
    Column("slug", Text, nullable=False, unique=True),
    Column("created_by", ForeignKey("users.id", ondelete="SET NULL")),
    moment("created_at", now=True),
)
Index("uq_categories_name", func.lower(categories.c.name), unique=True)

cameras = Table(
    "cameras",
    metadata,
    identity(),
    Column("site_id", ForeignKey("sites.id"), nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    moment("created_at", now=True),
    UniqueConstraint("site_id", "slug"),
)

videos = Table(
    "videos",
    metadata,
    identity(),
    Column("status", word(VideoStatus, constraint="status"), nullable=False),
    Column("source", Text, nullable=False),
    Column("owner_id", ForeignKey(people.users.c.id)),
    Column("camera_id", ForeignKey("cameras.id")),
    Column("site_id", ForeignKey("sites.id")),
    Column("category_id", ForeignKey("categories.id", ondelete="SET NULL")),
    # Within a scope the same bytes are one video: "camera:<uuid>", else "owner:<uuid>", else "installation".
    Column("scope", Text, nullable=False),
    # What the uploader says.
    Column("filename", Text, nullable=False),
    Column("extension", Text, nullable=False),
    Column("mime_type", Text),
    Column("title", Text),
    Column("description", Text),
    Column("operator_notes", Text),
    moment("recorded_at"),
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
    Column("container", word(Container, constraint="container")),
    Column("duration_seconds", Double),
    Column("width", Integer),
    Column("height", Integer),
    Column("frame_rate", Double),
    Column("video_codec", Text),
    Column("audio_codec", Text),
    Column("warnings", WarningsJson, nullable=False, server_default=text("'[]'::jsonb")),
    Column("view_count", BigInteger, nullable=False, server_default="0"),
    # How it went.
    Column("duplicate_of", ForeignKey("videos.id"), index=True),
    Column("error_code", Text),
    Column("error_sentence", Text),
    Column("error_retryable", Boolean),
    Column("run_id", Text),
    moment("requested_at"),
    moment("created_at", now=True),
    moment("uploaded_at"),
    moment("validated_at"),
    moment("completed_at"),
    moment("failed_at"),
    moment("deleted_at"),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now(), onupdate=func.now()),
    CheckConstraint("source IN ('upload', 'drop')", name="source"),
    CheckConstraint("declared_bytes >= 0 AND size_bytes >= 0", name="bytes"),
    digest("declared_sha256"),
    digest("checksum_sha256"),
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
    # A list is read along an index that ends with the id: a page behind a cursor costs what the first one does.
    Index("ix_videos_created_at", "created_at", "id"),
    Index("ix_videos_status_created_at", "status", "created_at", "id"),
    Index("ix_videos_owner_id_created_at", "owner_id", "created_at", "id"),
    Index("ix_videos_site_id_created_at", "site_id", "created_at", "id"),
    Index("ix_videos_camera_id_created_at", "camera_id", "created_at", "id"),
    Index("ix_videos_category_id_created_at", "category_id", "created_at", "id"),
    Index("ix_videos_recorded_at", "recorded_at", "id"),
    Index("ix_videos_uploaded_at", "uploaded_at", "id"),
    Index(
        "ix_videos_words",
        "title",
        "description",
        "filename",
        postgresql_using="gin",
        postgresql_ops=dict.fromkeys(("title", "description", "filename"), "gin_trgm_ops"),
    ),
)

# What videos are sorted by, never null and short enough for an index.
LISTED_NAME = func.left(func.lower(func.coalesce(videos.c.title, videos.c.filename)), literal_column("100"), type_=Text)
LISTED_SECONDS = func.coalesce(videos.c.duration_seconds, literal_column("0"))
LISTED_BYTES = func.coalesce(videos.c.size_bytes, videos.c.declared_bytes, literal_column("0"))
Index("ix_videos_listed_name", LISTED_NAME, videos.c.id)
Index("ix_videos_listed_seconds", LISTED_SECONDS, videos.c.id)
Index("ix_videos_listed_bytes", LISTED_BYTES, videos.c.id)
Index(
    SAME_BYTES,
    videos.c.scope,
    videos.c.checksum_sha256,
    unique=True,
    postgresql_where=text(
        "checksum_sha256 IS NOT NULL AND duplicate_of IS NULL AND status NOT IN ('failed', 'deleted')"
    ),
)

# An upload in parts or as one, from its beginning until the video is validated or gone.
uploads = Table(
    "uploads",
    metadata,
    Column("video_id", ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True),
    # The store's name for a multipart upload; null where the file is sent as one.
    Column("multipart_id", Text),
    Column("part_bytes", BigInteger, nullable=False),
    Column("part_count", Integer, nullable=False),
    # The week whose quota the bytes were taken from; null where nobody's were.
    moment("week_start"),
    moment("created_at", now=True),
    moment("seen_at", now=True),
    moment("completed_at"),
    moment("aborted_at"),
    CheckConstraint("part_bytes > 0 AND part_count BETWEEN 1 AND 10000", name="parts"),
    CheckConstraint("completed_at IS NULL OR aborted_at IS NULL", name="one_end"),
    Index("ix_uploads_open", "seen_at", postgresql_where=text("completed_at IS NULL AND aborted_at IS NULL")),
)

video_views = Table(
    "video_views",
    metadata,
    Column("video_id", ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True),
    Column("viewer_sha256", Text, primary_key=True),
    moment("viewed_at", now=True),
    digest("viewer_sha256"),
)

artifacts = Table(
    "artifacts",
    metadata,
    identity(),
    Column("video_id", ForeignKey("videos.id"), nullable=False),
    Column("kind", word(ArtifactKind, constraint="kind"), nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("content_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("input_sha256", Text, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("recipe_digest", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("facts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    moment("created_at", now=True),
    moment("superseded_at"),
    CheckConstraint("size_bytes >= 0", name="bytes"),
    digest("sha256"),
    digest("input_sha256"),
    Index("uq_artifacts_current", "video_id", "kind", unique=True, postgresql_where=text("superseded_at IS NULL")),
    Index("ix_artifacts_video_id", "video_id"),
)

jobs = Table(
    "jobs",
    metadata,
    identity(),
    Column("video_id", ForeignKey("videos.id"), nullable=False),
    Column("stage", word(Stage, constraint="stage"), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("status", word(JobStatus, constraint="status"), nullable=False),
    Column("progress", SmallInteger, nullable=False, server_default="0"),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("worker", Text, nullable=False),
    Column("media_seconds", Double),
    Column("error_code", Text),
    Column("error_sentence", Text),
    moment("heartbeat_at", now=True),
    moment("advanced_at", now=True),  # when its progress last grew
    moment("started_at", now=True),
    moment("finished_at"),
    UniqueConstraint("video_id", "stage", "run_id"),
    CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    CheckConstraint("(status = 'running') = (finished_at IS NULL)", name="finished"),
    CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="failed"),
    Index("ix_jobs_running", "heartbeat_at", postgresql_where=text("status = 'running'")),
    Index("ix_jobs_completed", "stage", "finished_at", postgresql_where=text("status = 'completed'")),
)

reprocess_requests = Table(
    "reprocess_requests",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("video_id", ForeignKey("videos.id"), nullable=False, index=True),
    Column("outputs", ARRAY(Text)),  # of `Output`; null means everything
    # Zero is a person's wish; below it is a backfill's, which waits until nobody else does.
    Column("priority", SmallInteger, nullable=False, server_default="0"),
    Column("requested_by", Text, nullable=False),
    moment("requested_at", now=True),
    moment("dispatched_at"),
    Column("run_id", Text),
    Index("ix_reprocess_requests_pending", text("priority DESC"), "id", postgresql_where=text("run_id IS NULL")),
)
