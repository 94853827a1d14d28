"""Read lists of videos along an index, whoever asks and however they are sorted, and find words in them.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BY_DATE = ("owner_id", "site_id", "camera_id", "category_id")
SORTED = {
    "ix_videos_listed_name": "left(lower(coalesce(title, filename)), 100)",
    "ix_videos_listed_seconds": "coalesce(duration_seconds, 0)",
    "ix_videos_listed_bytes": "coalesce(size_bytes, declared_bytes, 0)",
}
WORDS = ("title", "description", "filename")


def upgrade() -> None:
    op.drop_index("ix_videos_created_at", table_name="videos")
    op.drop_index("ix_videos_status_created_at", table_name="videos")
    op.create_index("ix_videos_created_at", "videos", ["created_at", "id"])
    op.create_index("ix_videos_status_created_at", "videos", ["status", "created_at", "id"])
    for column in BY_DATE:
        op.create_index(f"ix_videos_{column}_created_at", "videos", [column, "created_at", "id"])
        op.drop_index(f"ix_videos_{column}", table_name="videos")
    for name, expression in SORTED.items():
        op.create_index(name, "videos", [sa.text(expression), "id"])
    op.create_index(
        "ix_videos_words",
        "videos",
        list(WORDS),
        postgresql_using="gin",
        postgresql_ops=dict.fromkeys(WORDS, "gin_trgm_ops"),
    )


def downgrade() -> None:
    for name in ("ix_videos_words", *SORTED):
        op.drop_index(name, table_name="videos")
    for column in BY_DATE:
        op.create_index(f"ix_videos_{column}", "videos", [column])
        op.drop_index(f"ix_videos_{column}_created_at", table_name="videos")
    op.drop_index("ix_videos_status_created_at", table_name="videos")
    op.drop_index("ix_videos_created_at", table_name="videos")
    op.create_index("ix_videos_created_at", "videos", [sa.text("created_at DESC"), "id"])
    op.create_index("ix_videos_status_created_at", "videos", ["status", sa.text("created_at DESC"), "id"])
