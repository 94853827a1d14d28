"""Who asks: the user behind a token, as the catalog knows them at this moment."""

from __future__ import annotations

import jwt
from sqlalchemy import Connection, Engine

from video_pipeline.accounts.outside import Identity, OutsideIssuer
from video_pipeline.accounts.tokens import AccessTokens, Claims
from video_pipeline.catalog import directory
from video_pipeline.catalog.directory import UserRow
from video_pipeline.catalog.engine import autocommitted, transaction
from video_pipeline.catalog.records import people
from video_pipeline.errors import Conflict, NotAllowed, NotAuthenticated
from video_pipeline.types import Caller

LONGEST_TOKEN = 8192
"""In characters; nothing longer is even parsed."""


def identify(engine: Engine, token: str, own: AccessTokens, outside: OutsideIssuer | None = None) -> Caller:
    """The caller who holds `token`: one of ours, or of the outside issuer, whose users come to be at first sight.

    Which of the two has to vouch for a token is decided by the key that it names; neither takes the other's place.

    Raises:
        NotAuthenticated: the token is not valid, or the account is not any more.
        NotAllowed: the issuer knows somebody who cannot have an account here.
        IssuerUnavailable: the outside issuer's keys have never been there to be read.
    """
    header = _header(token)
    if not own.is_ours(header):
        if outside is None:
            raise NotAuthenticated("The access token is not one of this installation. Log in again.")
        return _caller(_of_outside(engine, outside.read(token, header)))
    claims = own.read(token)
    with autocommitted(engine) as connection:
        return of_claims(connection, claims)


def of_claims(conn: Connection, claims: Claims) -> Caller:
    """The caller whom a token of ours has named.

    Raises:
        NotAuthenticated: the account is not valid any more, or the token was revoked.
    """
    user = directory.find_user(conn, claims.user_id)
    if user is None or user.token_epoch != claims.epoch:
        raise NotAuthenticated("The access token counts no longer. Log in again.")
    return _caller(user)


def _header(token: str) -> dict[str, object]:
    try:
        return jwt.get_unverified_header(token) if len(token) <= LONGEST_TOKEN else {}
    except (jwt.InvalidTokenError, ValueError, RecursionError):  # the last of brackets in brackets in brackets
        return {}


def _caller(user: UserRow) -> Caller:
    if not user.is_active:
        raise NotAuthenticated("This account is closed. Ask an admin of this installation.")
    return Caller(user.id, user.role, user.site_ids)


def _of_outside(engine: Engine, identity: Identity) -> UserRow:
    with transaction(engine) as connection:
        known = directory.find_subject(connection, identity.issuer, identity.subject)
    return known or _welcome(engine, identity)


def _welcome(engine: Engine, identity: Identity) -> UserRow:
    """Link the issuer's user to the account of the same verified address, or make an account.

    Raises:
        NotAllowed: the address is that of an account which another subject of the issuer's holds.
    """
    try:
        with transaction(engine) as connection:
            user_id = people.adopt_subject(
                connection, identity.issuer, identity.subject, email=identity.email, display_name=identity.name
            )
            return directory.user(connection, user_id)
    except Conflict as error:
        raise NotAllowed(
            "Your e-mail address belongs to another account of this installation. Ask an admin to free it."
        ) from error
