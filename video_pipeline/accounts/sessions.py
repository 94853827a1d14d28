"""Logging in and staying so: a password for tokens, a refresh token for the next ones, and the end of it.

A refresh token is good for one use. One that is used twice has been copied, and nobody can tell which of the two is
its owner: every token that came of the same login ends (RFC 9700, section 4.14.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from video_pipeline.accounts import passwords
from video_pipeline.accounts.tokens import ACCESS_LIFETIME, AccessTokens, Claims, digest, random_token
from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people, sessions
from video_pipeline.errors import NotAllowed, NotAuthenticated, RequestRefused

REFRESH_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client needs to stay logged in; both tokens are secrets, so they are no part of its `repr`."""

    access_token: str
    refresh_token: str
    expires_in_seconds: int = int(ACCESS_LIFETIME.total_seconds())

    def __repr__(self) -> str:
        return "Grant(…)"


def log_in(engine: Engine, own: AccessTokens, email: str, password: str) -> Grant:
    """Give tokens for a password.

    Raises:
        NotAuthenticated: there is no such user, or that is not the password; nothing tells which.
    """
    with transaction(engine) as connection:
        known = directory.credentials(connection, email)
    is_right, stronger = passwords.check(password, known.password_hash if known else None)
    refused = NotAuthenticated("The e-mail address or the password is not right.")
    if known is None or known.password_hash is None or not is_right:
        raise refused
    with transaction(engine) as connection:
        if not people.mark_login(connection, known.user_id, known.token_epoch):
            raise refused
        if stronger:
            people.rehash_password(connection, known.user_id, before=known.password_hash, after=stronger)
        return _grant(connection, own, known.user_id, known.token_epoch)


def _grant(connection: Connection, own: AccessTokens, user_id: UUID, epoch: int) -> Grant:
    grant = Grant(own.issue(Claims(user_id, epoch)), random_token())
    sessions.begin(connection, user_id, digest(grant.refresh_token), REFRESH_LIFETIME)
    return grant


def refresh(engine: Engine, own: AccessTokens, refresh_token: str) -> Grant:
    """Give new tokens for a refresh token, which is used up by it.

    Raises:
        NotAuthenticated: the token is unknown, too old, used before, or the account is closed.
    """
    following = random_token()
    with transaction(engine) as connection:
        user_id = sessions.rotate(connection, digest(refresh_token), digest(following), REFRESH_LIFETIME)
        user = directory.find_user(connection, user_id) if user_id else None
    if user is None or not user.is_active:
        raise NotAuthenticated("The refresh token is not valid any more. Log in again.")
    return Grant(own.issue(Claims(user.id, user.token_epoch)), following)


def log_out(engine: Engine, refresh_token: str) -> None:
    """End the login that the token came of; doing so twice, or with any other text, is no error."""
    with transaction(engine) as connection:
        sessions.end(connection, digest(refresh_token))


def change_password(engine: Engine, user_id: UUID, *, old: str, new: str) -> None:
    """Change a password and end every login of the user, this one included.

    Raises:
        NotAllowed: the old password is not right.
        RequestRefused: the user logs in elsewhere and has no password here.
    """
    with transaction(engine) as connection:
        known_hash = directory.password_hash(connection, user_id)
    if known_hash is None:
        raise RequestRefused("This account has no password here. Change it where you log in.")
    is_right, _ = passwords.check(old, known_hash)
    if not is_right:
        raise NotAllowed("The old password is not right.")
    new_hash = passwords.hashed(new)
    with transaction(engine) as connection:
        if not people.set_password(connection, user_id, before=known_hash, after=new_hash):
            raise NotAllowed("The old password is not right any more.")
