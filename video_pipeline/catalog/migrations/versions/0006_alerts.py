"""Tell the outside what happens: events, and their delivery to each channel.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = "num_nonnulls(delivered_at, given_up_at, suppressed_at) = 0"


def _identity() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid, nullable=False, server_default=sa.func.gen_random_uuid())


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.func.now() if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not now, server_default=default)


def upgrade() -> None:
    op.create_table(
        "events",
        _identity(),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("same_as", sa.Text),
        _moment("occurred_at", now=True),
        _moment("routed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.CheckConstraint("type ~ '^[a-z]+([._][a-z]+)+$'", name=op.f("ck_events_type")),
    )
    op.create_index("ix_events_unrouted", "events", ["occurred_at"], postgresql_where=sa.text("routed_at IS NULL"))
    op.create_index("ix_events_occurred_at", "events", ["occurred_at"])
    _create_deliveries()
    op.create_table(
        "gone_receivers",
        sa.Column("channel", sa.Text, nullable=False),
        _moment("gone_at", now=True),
        sa.PrimaryKeyConstraint("channel", name="pk_gone_receivers"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        _identity(),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("same_as", sa.Text),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("last_error", sa.Text),
        _moment("created_at", now=True),
        _moment("next_attempt_at", now=True),
        _moment("delivered_at"),
        _moment("given_up_at"),
        _moment("suppressed_at"),
        sa.Column("told_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_deliveries_event_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["told_by"], ["deliveries.id"], name="fk_deliveries_told_by", ondelete="SET NULL"),
        sa.UniqueConstraint("event_id", "channel", name="uq_deliveries_event_id_channel"),
        sa.CheckConstraint(
            "num_nonnulls(delivered_at, given_up_at, suppressed_at) <= 1", name=op.f("ck_deliveries_one_end")
        ),
    )
    open_only, limited = sa.text(OPEN), "same_as IS NOT NULL"
    op.create_index("ix_deliveries_told_by", "deliveries", ["told_by"])
    op.create_index("ix_deliveries_due", "deliveries", ["channel", "next_attempt_at"], postgresql_where=open_only)
    op.create_index("ix_deliveries_same_as", "deliveries", ["channel", "same_as"], postgresql_where=sa.text(limited))
    op.create_index(
        "uq_deliveries_open_alert",
        "deliveries",
        ["channel", "same_as"],
        unique=True,
        postgresql_where=sa.text(f"{limited} AND {OPEN}"),
    )


def downgrade() -> None:
    op.drop_table("gone_receivers")
    op.drop_table("deliveries")
    op.drop_table("events")
