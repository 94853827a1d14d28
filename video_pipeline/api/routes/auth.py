"""Logging in, staying so, and one's own account."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from video_pipeline.accounts import sessions
from video_pipeline.accounts.sessions import Grant
from video_pipeline.api import problems
from video_pipeline.api.dependencies import CallerDep, Catalog, Tokens
from video_pipeline.api.schemas.accounts import Granted, Login, MePatch, RefreshToken, User
from video_pipeline.catalog import directory
from video_pipeline.catalog.engine import transaction
from video_pipeline.catalog.records import people

router = APIRouter(prefix="/api/auth", tags=["accounts"])

_OPEN = problems.responses(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_OWN = _OPEN | problems.responses(HTTPStatus.FORBIDDEN)


@router.post("/login", operation_id="login", responses=_OPEN)
def login(given: Login, response: Response, catalog: Catalog, tokens: Tokens) -> Granted:
    """Give tokens for an e-mail address and a password."""
    grant = sessions.log_in(catalog, tokens, given.email, given.password.get_secret_value())
    return _granted(grant, response)


@router.post("/refresh", operation_id="refresh", responses=_OPEN)
def refresh(given: RefreshToken, response: Response, catalog: Catalog, tokens: Tokens) -> Granted:
    """Give new tokens for a refresh token. One that is used twice ends the login that it came of."""
    grant = sessions.refresh(catalog, tokens, given.refresh_token.get_secret_value())
    return _granted(grant, response)


def _granted(grant: Grant, response: Response) -> Granted:
    response.headers["Cache-Control"] = "no-store"  # RFC 6749, section 5.1
    return Granted(
        access_token=grant.access_token, refresh_token=grant.refresh_token, expires_in=grant.expires_in_seconds
    )


@router.post("/logout", operation_id="logout", status_code=HTTPStatus.NO_CONTENT, responses=_OPEN)
def logout(given: RefreshToken, catalog: Catalog) -> None:
    """End the login that a refresh token came of. The access token lives on for the minutes it has left."""
    sessions.log_out(catalog, given.refresh_token.get_secret_value())


@router.get("/me", operation_id="get_me", responses=_OWN)
def get_me(caller: CallerDep, catalog: Catalog) -> User:
    """One's own account."""
    with transaction(catalog) as connection:
        return User.of(directory.user(connection, caller.user_id))


@router.patch("/me", operation_id="change_me", responses=_OWN)
def change_me(given: MePatch, caller: CallerDep, catalog: Catalog) -> User:
    """Change one's name, or the password; a new password ends every login."""
    if given.old_password and given.new_password:
        old, new = given.old_password.get_secret_value(), given.new_password.get_secret_value()
        sessions.change_password(catalog, caller.user_id, old=old, new=new)
    with transaction(catalog) as connection:
        if given.display_name is not None:
            people.rename(connection, caller.user_id, given.display_name)
        return User.of(directory.user(connection, caller.user_id))
