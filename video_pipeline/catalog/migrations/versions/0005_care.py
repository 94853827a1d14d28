"""Remember signs of life, and runs whose videos have left Dagster's partitions.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("beaten_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("name", name="pk_heartbeats"),
    )
    op.create_table(
        "archived_runs",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Uuid, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("tags", JSONB, nullable=False),
        sa.Column("steps", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("run_id", name="pk_archived_runs"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_archived_runs_video_id", ondelete="CASCADE"),
    )
    op.create_index("ix_archived_runs_video_id", "archived_runs", ["video_id"])


def downgrade() -> None:
    op.drop_table("archived_runs")
    op.drop_table("heartbeats")
