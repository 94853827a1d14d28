"""Refresh tokens, by their SHA-256: each is used once, and those of one login are a family."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, func, insert, select, update

from video_pipeline.catalog.people import refresh_tokens, users


def begin(conn: Connection, user_id: UUID, token_sha256: str, lifetime: timedelta) -> None:
    """Begin a family with its first token; what of the user's has expired meanwhile is forgotten."""
    expired = (refresh_tokens.c.user_id == user_id) & (refresh_tokens.c.expires_at <= func.now())
    conn.execute(delete(refresh_tokens).where(expired))
    _insert(conn, user_id, uuid4(), token_sha256, lifetime)


def rotate(conn: Connection, token_sha256: str, next_sha256: str, lifetime: timedelta) -> UUID | None:
    """Use a token up and put the next one of its family in its place; gives whose it is.

    None where the token is not valid. One that was used before ends its family, so let the transaction be committed.
    """
    of_token = refresh_tokens.c.token_sha256 == token_sha256
    user_id = conn.scalar(select(refresh_tokens.c.user_id).where(of_token))
    # The user first: a password that is changed at this moment must end the new token as well.
    conn.execute(select(users.c.id).where(users.c.id == user_id).with_for_update())
    valid = (
        of_token
        & refresh_tokens.c.used_at.is_(None)
        & refresh_tokens.c.revoked_at.is_(None)
        & (refresh_tokens.c.expires_at > func.now())
    )
    used = update(refresh_tokens).where(valid).values(used_at=func.now())
    row = conn.execute(used.returning(refresh_tokens.c.user_id, refresh_tokens.c.family)).one_or_none()
    if row is None:
        end(conn, token_sha256)
        return None
    _insert(conn, row.user_id, row.family, next_sha256, lifetime)
    owner: UUID = row.user_id
    return owner


def end(conn: Connection, token_sha256: str) -> None:
    """End every token of the family that this one belongs to, if there is one."""
    family = select(refresh_tokens.c.family).where(refresh_tokens.c.token_sha256 == token_sha256).scalar_subquery()
    valid = (refresh_tokens.c.family == family) & refresh_tokens.c.revoked_at.is_(None)
    conn.execute(update(refresh_tokens).where(valid).values(revoked_at=func.now()))


def _insert(conn: Connection, user_id: UUID, family: UUID, token_sha256: str, lifetime: timedelta) -> None:
    conn.execute(
        insert(refresh_tokens).values(
            user_id=user_id, family=family, token_sha256=token_sha256, expires_at=func.now() + lifetime
        )
    )
