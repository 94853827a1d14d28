"""Let the watchdog see whether a job gets on, how fast others were, and which runs are to end.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REASONS = ("ended", "silent", "stalled", "idle", "unwanted")


def upgrade() -> None:
    now = sa.func.now()
    op.add_column("jobs", sa.Column("advanced_at", sa.DateTime(timezone=True), nullable=False, server_default=now))
    completed = sa.text("status = 'completed'")
    op.create_index("ix_jobs_completed", "jobs", ["stage", "finished_at"], postgresql_where=completed)
    op.create_table(
        "run_endings",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("video_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, server_default=now),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_endings"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name="fk_run_endings_video_id", ondelete="CASCADE"),
        sa.CheckConstraint(sa.column("reason").in_(REASONS), name=op.f("ck_run_endings_reason")),
    )
    op.create_index("ix_run_endings_video_id", "run_endings", ["video_id"])
    op.create_index("ix_run_endings_open", "run_endings", ["asked_at"], postgresql_where=sa.text("done_at IS NULL"))


def downgrade() -> None:
    op.drop_table("run_endings")
    op.drop_index("ix_jobs_completed", "jobs")
    op.drop_column("jobs", "advanced_at")
