"""Know people, quotas, categories, uploads in parts, and who has seen what.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_categories_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("slug", name=op.f("uq_categories_slug")),
    )
    op.create_index("uq_categories_name", "categories", [sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "configuration",
        sa.Column("id", sa.SmallInteger(), server_default="1", autoincrement=False, nullable=False),
        sa.Column("max_file_bytes", sa.BigInteger(), nullable=True),
        sa.Column("weekly_bytes_per_user", sa.BigInteger(), nullable=True),
        sa.Column("max_duration_seconds", sa.Double(), nullable=True),
        sa.Column("max_side_pixels", sa.Integer(), nullable=True),
        sa.Column("accepted_containers", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("quota_reset_weekday", sa.SmallInteger(), nullable=True),
        sa.Column("quota_reset_hour", sa.SmallInteger(), nullable=True),
        sa.Column("quota_reset_timezone", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_configuration_one_row")),
        sa.CheckConstraint(
            "max_file_bytes > 0 AND max_duration_seconds > 0 AND max_side_pixels > 0",
            name=op.f("ck_configuration_limits"),
        ),
        sa.CheckConstraint(
            "quota_reset_weekday BETWEEN 0 AND 6 AND quota_reset_hour BETWEEN 0 AND 23",
            name=op.f("ck_configuration_reset"),
        ),
        sa.CheckConstraint("weekly_bytes_per_user >= 0", name=op.f("ck_configuration_weekly")),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_configuration_updated_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configuration")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="member", nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('member', 'admin')", name=op.f("ck_invitations_role")),
        sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_invitations_token_sha256_is_sha256")),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_invitations_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_invitations_token_sha256")),
    )
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_memberships_site_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "site_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_site_id"), "memberships", ["site_id"], unique=False)
    op.create_table(
        "quota_usage",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("week_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("bytes >= 0", name=op.f("ck_quota_usage_bytes")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_quota_usage_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "week_start", name=op.f("pk_quota_usage")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("family", sa.Uuid(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_refresh_tokens_token_sha256_is_sha256")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_refresh_tokens_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_refresh_tokens_token_sha256")),
    )
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_family"), "refresh_tokens", ["family"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_user_id"), "refresh_tokens", ["user_id"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("multipart_id", sa.Text(), nullable=True),
        sa.Column("part_bytes", sa.BigInteger(), nullable=False),
        sa.Column("part_count", sa.Integer(), nullable=False),
        sa.Column("week_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("aborted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("completed_at IS NULL OR aborted_at IS NULL", name=op.f("ck_uploads_one_end")),
        sa.CheckConstraint("part_bytes > 0 AND part_count BETWEEN 1 AND 10000", name=op.f("ck_uploads_parts")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_uploads_video_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("video_id", name=op.f("pk_uploads")),
    )
    op.create_index(
        "ix_uploads_open",
        "uploads",
        ["seen_at"],
        unique=False,
        postgresql_where=sa.text("completed_at IS NULL AND aborted_at IS NULL"),
    )
    op.create_table(
        "video_views",
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_sha256", sa.Text(), nullable=False),
        sa.Column("viewed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("viewer_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_video_views_viewer_sha256_is_sha256")),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_video_views_video_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("video_id", "viewer_sha256", name=op.f("pk_video_views")),
    )
    op.add_column("sites", sa.Column("accepted_extensions", sa.ARRAY(sa.Text()), nullable=True))
    op.add_column("sites", sa.Column("max_file_bytes", sa.BigInteger(), nullable=True))
    op.add_column("sites", sa.Column("max_duration_seconds", sa.Double(), nullable=True))
    op.create_check_constraint(op.f("ck_sites_limits"), "sites", "max_file_bytes > 0 AND max_duration_seconds > 0")
    op.add_column("users", sa.Column("password_hash", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("issuer", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("subject", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("users", sa.Column("token_epoch", sa.Integer(), server_default="0", nullable=False))
    op.add_column("users", sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint(op.f("uq_users_issuer_subject"), "users", ["issuer", "subject"])
    op.create_check_constraint(op.f("ck_users_outside"), "users", "(issuer IS NULL) = (subject IS NULL)")
    op.add_column("videos", sa.Column("category_id", sa.Uuid(), nullable=True))
    op.add_column("videos", sa.Column("view_count", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index(op.f("ix_videos_category_id"), "videos", ["category_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_videos_category_id"), "videos", "categories", ["category_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_videos_category_id"), "videos", type_="foreignkey")
    op.drop_index(op.f("ix_videos_category_id"), table_name="videos")
    op.drop_column("videos", "view_count")
    op.drop_column("videos", "category_id")
    op.drop_constraint(op.f("ck_users_outside"), "users", type_="check")
    op.drop_constraint(op.f("uq_users_issuer_subject"), "users", type_="unique")
    op.drop_column("users", "last_login_at")
    op.drop_column("users", "token_epoch")
    op.drop_column("users", "is_active")
    op.drop_column("users", "subject")
    op.drop_column("users", "issuer")
    op.drop_column("users", "password_hash")
    op.drop_constraint(op.f("ck_sites_limits"), "sites", type_="check")
    op.drop_column("sites", "max_duration_seconds")
    op.drop_column("sites", "max_file_bytes")
    op.drop_column("sites", "accepted_extensions")
    op.drop_table("video_views")
    op.drop_index(
        "ix_uploads_open", table_name="uploads", postgresql_where=sa.text("completed_at IS NULL AND aborted_at IS NULL")
    )
    op.drop_table("uploads")
    op.drop_index(op.f("ix_refresh_tokens_user_id"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_family"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_expires_at"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_table("quota_usage")
    op.drop_index(op.f("ix_memberships_site_id"), table_name="memberships")
    op.drop_table("memberships")
    op.drop_table("invitations")
    op.drop_table("configuration")
    op.drop_index("uq_categories_name", table_name="categories")
    op.drop_table("categories")
