"""Create the catalog.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "sites",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("slug", name="uq_sites_slug"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="member", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role IN ('member', 'admin')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("uq_users_email", "users", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "cameras",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_cameras_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cameras"),
        sa.UniqueConstraint("site_id", "slug", name="uq_cameras_site_id_slug"),
    )
    op.create_table(
        "videos",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("camera_id", sa.Uuid()),
        sa.Column("site_id", sa.Uuid()),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("description", sa.Text()),
        sa.Column("operator_notes", sa.Text()),
        sa.Column("recorded_at", sa.DateTime(timezone=True)),
        sa.Column("declared_bytes", sa.BigInteger()),
        sa.Column("declared_sha256", sa.Text()),
        sa.Column("inbox_key", sa.Text()),
        sa.Column("inbox_etag", sa.Text()),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("checksum_sha256", sa.Text()),
        sa.Column("original_key", sa.Text()),
        sa.Column("browser_ready", sa.Boolean()),
        sa.Column("facts", postgresql.JSONB()),
        sa.Column("container", sa.String(20)),
        sa.Column("duration_seconds", sa.Double()),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("frame_rate", sa.Double()),
        sa.Column("video_codec", sa.Text()),
        sa.Column("audio_codec", sa.Text()),
        sa.Column("warnings", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("duplicate_of", sa.Uuid()),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_sentence", sa.Text()),
        sa.Column("error_retryable", sa.Boolean()),
        sa.Column("run_id", sa.Text()),
        sa.Column("requested_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True)),
        sa.Column("validated_at", sa.DateTime(timezone=True)),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.Column("failed_at", sa.DateTime(timezone=True)),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(status = 'deleted') = (deleted_at IS NOT NULL)", name=op.f("ck_videos_deleted")),
        sa.CheckConstraint("checksum_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_videos_checksum_sha256_is_sha256")),
        sa.CheckConstraint("declared_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_videos_declared_sha256_is_sha256")),
        sa.CheckConstraint("source IN ('upload', 'drop')", name=op.f("ck_videos_source")),
        sa.CheckConstraint(
            "status <> 'completed' OR num_nulls(duration_seconds, facts, completed_at) = 0",
            name=op.f("ck_videos_completed"),
        ),
        sa.CheckConstraint(
            "status <> 'failed' OR num_nulls(error_code, error_sentence, error_retryable, failed_at) = 0",
            name=op.f("ck_videos_failed"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('processing', 'completed') OR num_nulls(original_key, checksum_sha256, validated_at) = 0",
            name=op.f("ck_videos_accepted"),
        ),
        sa.CheckConstraint("declared_bytes >= 0 AND size_bytes >= 0", name=op.f("ck_videos_bytes")),
        sa.CheckConstraint("duplicate_of <> id", name=op.f("ck_videos_duplicate_of_another")),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_videos_camera_id"),
        sa.ForeignKeyConstraint(["duplicate_of"], ["videos.id"], name="fk_videos_duplicate_of"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_videos_owner_id"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_videos_site_id"),
        sa.CheckConstraint(
            "status IN ('uploading', 'uploaded', 'validating', 'processing', 'completed', 'failed', 'deleted')",
            name=op.f("ck_videos_status"),
        ),
        sa.CheckConstraint("container IN ('mp4', 'mov', 'mkv', 'webm', 'avi')", name=op.f("ck_videos_container")),
        sa.PrimaryKeyConstraint("id", name="pk_videos"),
        sa.UniqueConstraint("inbox_key", "inbox_etag", name="uq_videos_inbox_key_inbox_etag"),
    )
    op.create_index("ix_videos_camera_id", "videos", ["camera_id"])
    op.create_index("ix_videos_created_at", "videos", [sa.literal_column("created_at DESC"), "id"])
    op.create_index("ix_videos_duplicate_of", "videos", ["duplicate_of"])
    op.create_index("ix_videos_owner_id", "videos", ["owner_id"])
    op.create_index("ix_videos_site_id", "videos", ["site_id"])
    op.create_index("ix_videos_status_created_at", "videos", ["status", sa.literal_column("created_at DESC"), "id"])
    op.create_index(
        "uq_videos_scope_checksum_sha256",
        "videos",
        ["scope", "checksum_sha256"],
        unique=True,
        postgresql_where=sa.text(
            "checksum_sha256 IS NOT NULL AND duplicate_of IS NULL AND status NOT IN ('failed', 'deleted')"
        ),
    )
    op.create_table(
        "artifacts",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("input_sha256", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("recipe_digest", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("input_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_artifacts_input_sha256_is_sha256")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_artifacts_sha256_is_sha256")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_artifacts_bytes")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_artifacts_video_id"),
        sa.CheckConstraint(
            "kind IN ('proxy', 'poster', 'storyboard', 'storyboard_index', 'audio', 'scene_cuts', 'web')",
            name=op.f("ck_artifacts_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_artifacts"),
        sa.UniqueConstraint("key", name="uq_artifacts_key"),
    )
    op.create_index("ix_artifacts_video_id", "artifacts", ["video_id"])
    op.create_index(
        "uq_artifacts_current",
        "artifacts",
        ["video_id", "kind"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("media_seconds", sa.Double()),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_sentence", sa.Text()),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name=op.f("ck_jobs_failed")),
        sa.CheckConstraint("(status = 'running') = (finished_at IS NULL)", name=op.f("ck_jobs_finished")),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_jobs_progress")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_jobs_video_id"),
        sa.CheckConstraint(
            "stage IN ('validation', 'metadata', 'renditions', 'publication')", name=op.f("ck_jobs_stage")
        ),
        sa.CheckConstraint("status IN ('running', 'completed', 'failed')", name=op.f("ck_jobs_status")),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("video_id", "stage", "run_id", name="uq_jobs_video_id_stage_run_id"),
    )
    op.create_index("ix_jobs_running", "jobs", ["heartbeat_at"], postgresql_where=sa.text("status = 'running'"))
    op.create_table(
        "reprocess_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("outputs", sa.ARRAY(sa.Text())),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True)),
        sa.Column("run_id", sa.Text()),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_reprocess_requests_video_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reprocess_requests"),
    )
    op.create_index(
        "ix_reprocess_requests_pending", "reprocess_requests", ["id"], postgresql_where=sa.text("run_id IS NULL")
    )
    op.create_index("ix_reprocess_requests_video_id", "reprocess_requests", ["video_id"])


def downgrade() -> None:
    # The extensions stay: something else in the database may use them.
    op.drop_table("reprocess_requests")
    op.drop_table("jobs")
    op.drop_table("artifacts")
    op.drop_table("videos")
    op.drop_table("cameras")
    op.drop_table("users")
    op.drop_table("sites")
