"""Who uses the product, and what they may: users, how they prove who they are, sites they see, bytes they may send.

Secrets are never kept: a password as argon2id, a token as the SHA-256 of it.
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
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

from video_pipeline.catalog.columns import digest, identity, metadata, moment

users = Table(
    "users",
    metadata,
    identity(),
    Column("email", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="member"),
    # Null where the user comes from an outside issuer, which then names them by `issuer` and `subject`.
    Column("password_hash", Text),
    Column("issuer", Text),
    Column("subject", Text),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    # Raised to make every token of the user invalid at once.
    Column("token_epoch", Integer, nullable=False, server_default="0"),
    moment("created_at", now=True),
    moment("last_login_at"),
    CheckConstraint("role IN ('member', 'admin')", name="role"),
    CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="outside"),
    UniqueConstraint("issuer", "subject"),
)
Index("uq_users_email", func.lower(users.c.email), unique=True)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    identity(),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    # Every token that came of one login: one that is used twice makes all of them invalid.
    Column("family", Uuid, nullable=False, index=True),
    Column("token_sha256", Text, nullable=False, unique=True),
    moment("issued_at", now=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    moment("used_at"),
    moment("revoked_at"),
    digest("token_sha256"),
)

invitations = Table(
    "invitations",
    metadata,
    identity(),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False, server_default="member"),
    Column("site_id", ForeignKey("sites.id", ondelete="CASCADE")),
    Column("token_sha256", Text, nullable=False, unique=True),
    Column("invited_by", ForeignKey("users.id", ondelete="SET NULL")),
    moment("created_at", now=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    moment("accepted_at"),
    CheckConstraint("role IN ('member', 'admin')", name="role"),
    digest("token_sha256"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("site_id", ForeignKey("sites.id", ondelete="CASCADE"), primary_key=True, index=True),
    moment("created_at", now=True),
)

quota_usage = Table(
    "quota_usage",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("week_start", DateTime(timezone=True), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    CheckConstraint("bytes >= 0", name="bytes"),
)

# One row. What is null is as the environment says.
configuration = Table(
    "configuration",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False, server_default="1"),
    Column("max_file_bytes", BigInteger),
    Column("weekly_bytes_per_user", BigInteger),
    Column("max_duration_seconds", Double),
    Column("max_side_pixels", Integer),
    Column("accepted_containers", ARRAY(Text)),
    Column("quota_reset_weekday", SmallInteger),  # 0 is Sunday
    Column("quota_reset_hour", SmallInteger),
    Column("quota_reset_timezone", Text),
    moment("updated_at"),
    Column("updated_by", ForeignKey("users.id", ondelete="SET NULL")),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("max_file_bytes > 0 AND max_duration_seconds > 0 AND max_side_pixels > 0", name="limits"),
    CheckConstraint("weekly_bytes_per_user >= 0", name="weekly"),
    CheckConstraint("quota_reset_weekday BETWEEN 0 AND 6 AND quota_reset_hour BETWEEN 0 AND 23", name="reset"),
)
