"""Find the videos of a day, be it that of the recording or of the upload, along an index.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DAYS = ("recorded_at", "uploaded_at")


def upgrade() -> None:
    for column in DAYS:
        op.create_index(f"ix_videos_{column}", "videos", [column, "id"])


def downgrade() -> None:
    for column in DAYS:
        op.drop_index(f"ix_videos_{column}", table_name="videos")
