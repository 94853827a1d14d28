"""Tell wishes of people from a backfill's, which wait until nobody else does.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PENDING = "ix_reprocess_requests_pending"


def upgrade() -> None:
    op.add_column("reprocess_requests", sa.Column("priority", sa.SmallInteger, nullable=False, server_default="0"))
    op.drop_index(PENDING, table_name="reprocess_requests")
    op.create_index(
        PENDING, "reprocess_requests", [sa.text("priority DESC"), "id"], postgresql_where=sa.text("run_id IS NULL")
    )


def downgrade() -> None:
    op.drop_index(PENDING, table_name="reprocess_requests")
    op.create_index(PENDING, "reprocess_requests", ["id"], postgresql_where=sa.text("run_id IS NULL"))
    op.drop_column("reprocess_requests", "priority")
